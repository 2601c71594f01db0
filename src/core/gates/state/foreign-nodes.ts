import { toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import type { Finding } from '../gate.ts';
import { listed } from './listed.ts';
import { projectSubject } from './subjects.ts';

/** Modified models, seeds and snapshots that no changed file of the pull request leads to: label `stale base`. */
export function findForeignNodes(change: Change): readonly Finding<'not-in-this-pull-request'>[] {
  const foreign = change.modified.filter(({ label }) => label === 'stale base').map(({ uniqueId }) => uniqueId);
  const [first] = foreign;
  if (first === undefined) return [];
  return [
    {
      messageId: 'not-in-this-pull-request',
      data: { nodes: listed(foreign), count: foreign.length },
      subject: foreign.length === 1 ? first : projectSubject(change),
      place: null,
      basis: 'heuristic',
      fingerprint: toFingerprint('state', 'not-in-this-pull-request'),
      matters: '',
      downstream: [],
      safeIf: 'compare with the artifacts of the merge base',
    },
  ];
}
