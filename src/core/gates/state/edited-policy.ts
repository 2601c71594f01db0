import { POLICY_PATH, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import type { Finding } from '../gate.ts';
import { projectSubject } from './subjects.ts';

/** A pull request that edits the rules by which pull requests are judged. */
export function findEditedPolicy(change: Change): readonly Finding<'policy-edited'>[] {
  const files = change.pullRequest?.changedFiles ?? [];
  if (!files.some(({ path, previousPath }) => path === POLICY_PATH || previousPath === POLICY_PATH)) return [];
  return [
    {
      messageId: 'policy-edited',
      data: { path: POLICY_PATH },
      subject: projectSubject(change),
      place: { path: POLICY_PATH, startLine: 1, endLine: 1 },
      basis: 'proven',
      fingerprint: toFingerprint('state', 'policy-edited'),
      matters: 'to every later pull request',
      downstream: [],
      safeIf: 'have somebody who owns the rules look at it',
    },
  ];
}
