import { plural, toFingerprint, toLine, toUniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { RunResult } from '#core/dbt';
import { descendantsOf } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { listed } from '../state/listed.ts';
import { placeOfNode, projectSubject } from '../state/subjects.ts';
import type { Run } from './read-run.ts';
import { modifiedNotRun } from './read-run.ts';

type Message = 'node-errored' | 'test-failed' | 'more-failed' | 'modified-not-run' | 'test-warned' | 'nodes-skipped';

/** Failures told one by one; beyond that they are counted. */
const mostFailures = 50;

/** What went wrong in head's dbt run: each failure, and in one finding each what warned, was skipped or left out. */
export function findRunFaults(change: Change, run: Run): readonly Finding<Message>[] {
  const failedAtBase = new Set(
    (change.base.runResults?.results ?? []).filter(isFailure).map(({ uniqueId }) => uniqueId),
  );
  const failures = [
    ...run.errored.map((result) => failureOf(change, result, failedAtBase)),
    ...run.failedTests.map((result) => failureOf(change, result, failedAtBase)),
  ];
  const more = failures.length - mostFailures;
  return [
    ...failures.slice(0, mostFailures),
    ...(more > 0 ? [folded(change, 'more-failed', { count: more })] : []),
    ...foldedNodes(change, 'modified-not-run', modifiedNotRun(change, run)),
    ...foldedNodes(
      change,
      'test-warned',
      run.warned.map(({ uniqueId }) => uniqueId),
    ),
    ...foldedNodes(
      change,
      'nodes-skipped',
      run.skipped.map(({ uniqueId }) => uniqueId),
    ),
  ];
}

function failureOf(change: Change, result: RunResult, failedAtBase: ReadonlySet<string>): Finding<Message> {
  const { uniqueId, status, failures } = result;
  const messageId = status === 'fail' ? 'test-failed' : 'node-errored';
  const attached = change.head.project.nodes.get(uniqueId)?.test?.attachedNode ?? uniqueId;
  return {
    messageId,
    data: {
      node: toLine(uniqueId),
      status: toLine(status, 40),
      detail: toLine(result.message ?? 'dbt gave no message', 300),
      failures: failures === null || failures === 0 ? '' : ` on ${plural(failures, 'row')}`,
      also: failedAtBase.has(uniqueId) ? ' (it fails at base too)' : '',
    },
    subject: uniqueId,
    place: placeOfNode(change, attached, 'code'),
    basis: 'measured',
    fingerprint: toFingerprint('dbt-run', messageId, uniqueId),
    matters: '',
    downstream: descendantsOf(change.head.children, attached),
    safeIf: '',
  };
}

function foldedNodes(change: Change, messageId: Message, nodes: readonly string[]): readonly Finding<Message>[] {
  return nodes.length === 0 ? [] : [folded(change, messageId, { nodes: listed(nodes), count: nodes.length }, nodes)];
}

function folded(
  change: Change,
  messageId: Message,
  data: Finding['data'],
  nodes: readonly string[] = [],
): Finding<Message> {
  return {
    messageId,
    data,
    subject: nodes.length === 1 && nodes[0] !== undefined ? toUniqueId(nodes[0]) : projectSubject(change),
    place: null,
    basis: 'measured',
    fingerprint: toFingerprint('dbt-run', messageId),
    matters: '',
    downstream: [],
    safeIf: '',
  };
}

function isFailure({ status }: RunResult): boolean {
  return status === 'fail' || status === 'error' || status === 'runtime error' || status === 'partial success';
}
