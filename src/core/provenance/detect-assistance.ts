import { reason, sortedBy } from '#core/base';
import type { PullRequest } from '#core/change';
import type { Assistance, AssistanceEvidence, AssistanceLevel } from './assistance.ts';
import { detectBody } from './body.ts';
import { detectBranch } from './branch.ts';
import { detectIdentities } from './identities.ts';
import { detectTrailers } from './trailers.ts';

/** Every detector; the order is the order of evidence in the comment. */
const detectors = [detectTrailers, detectIdentities, detectBody, detectBranch] as const;

/**
 * Whether an LLM helped with a pull request. `assisted` from a score of 80, `likely` from 60, `touched` when only a
 * review suggestion was accepted; `unknown` otherwise, which says nothing about a person. Style is never evidence.
 */
export function detectAssistance(pullRequest: PullRequest | null): Assistance {
  if (pullRequest === null) return { level: 'unknown', evidence: [], tools: [], note: null };
  const evidence = distinct(detectors.flatMap((detect) => detect(pullRequest)));
  const tools = [...new Set(evidence.flatMap(({ tool }) => (tool === null ? [] : [tool])))];
  const note = pullRequest.commitsComplete
    ? null
    : reason(
        'commits-cut',
        `GitHub listed only ${pullRequest.commits.length} of the commits: an LLM’s part in the others is not seen`,
      );
  return { level: levelOf(evidence), evidence, tools: sortedBy(tools, (tool) => tool), note };
}

function levelOf(evidence: readonly AssistanceEvidence[]): AssistanceLevel {
  const best = Math.max(0, ...evidence.map(({ score }) => score));
  if (best >= 80) return 'assisted';
  if (best >= 60) return 'likely';
  return best >= 40 ? 'touched' : 'unknown';
}

function distinct(evidence: readonly AssistanceEvidence[]): readonly AssistanceEvidence[] {
  const seen = new Map<string, AssistanceEvidence>();
  for (const item of evidence) {
    const key = `${item.kind}|${item.where}|${item.text}`;
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
