import { toFingerprint, toLine } from '#core/base';
import type { Change, ProjectSide } from '#core/change';
import { inferMoreUnrendered } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { projectSubject } from './subjects.ts';

type Message = 'base-stale' | 'head-stale' | 'adapter-differs' | 'project-differs' | 'dbt-differs';

/** Why the comparison of base and head may show differences that the pull request did not make. */
export function findBaseFaults(change: Change): readonly Finding<Message>[] {
  const { base, head } = change;
  return [
    ...(base.stale === null ? [] : [fault(change, 'base-stale', { reason: toLine(base.stale.text) })]),
    ...(head.stale === null ? [] : [fault(change, 'head-stale', { reason: toLine(head.stale.text) })]),
    ...differing(change, 'adapter-differs', base.project.metadata.adapterType, head.project.metadata.adapterType),
    ...differing(change, 'project-differs', base.project.metadata.projectName, head.project.metadata.projectName),
    ...differing(change, 'dbt-differs', writerOf(base), writerOf(head)),
  ];
}

function differing(
  change: Change,
  messageId: Message,
  base: string | null,
  head: string | null,
): readonly Finding<Message>[] {
  if (base === null || head === null || base === head) return [];
  return [fault(change, messageId, { base: toLine(base), head: toLine(head) })];
}

/** `dbt 1.11, comparing rendered config`: the parts that make manifests of the same project differ. */
function writerOf(side: ProjectSide): string | null {
  const release = /^\d+\.\d+/.exec(side.project.metadata.dbtVersion)?.[0];
  if (release === undefined) return null;
  const { on } = inferMoreUnrendered(side.project, side.runResults);
  return `dbt ${release} with ${on ? 'unrendered' : 'rendered'} config`;
}

function fault(change: Change, messageId: Message, data: Finding['data']): Finding<Message> {
  return {
    messageId,
    data,
    subject: projectSubject(change),
    place: null,
    basis: 'heuristic',
    fingerprint: toFingerprint('state', messageId),
    matters: '',
    downstream: [],
    safeIf: messageId === 'base-stale' ? 'upload the dbt artifacts of the default branch on every push' : '',
  };
}
