import type { PullRequest } from '#core/change';
import { agents } from './agents.ts';
import type { AssistanceEvidence } from './assistance.ts';

/** The head branch's prefix. People imitate these names, so a prefix alone makes a change only likely assisted. */
export function detectBranch(pullRequest: PullRequest): readonly AssistanceEvidence[] {
  const branch = pullRequest.headRef.toLowerCase();
  for (const { tool, branchPrefixes } of agents) {
    if (branchPrefixes.some((prefix) => branch.startsWith(prefix))) {
      return [{ kind: 'branch', where: 'branch', tool, text: pullRequest.headRef.slice(0, 120), score: 70 }];
    }
  }
  return [];
}
