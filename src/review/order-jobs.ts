import { assertNever } from '#core/base';
import type { ReviewJob } from './job.ts';

/** Jobs of one key are done one at a time, and a newer one takes the place of one that waits. */
export function jobKey(job: ReviewJob): string {
  switch (job.kind) {
    case 'review':
    case 'closed':
      return `${job.repository}#${job.pullNumber}`;
    case 'find-pull-requests':
      return `${job.repository}@${job.headSha}`;
    case 'merge-group':
      return `${job.repository}@${job.headSha}/merge-group`;
    case 'pushed':
      return `${job.repository}@push/${job.branch}`;
    case 'settle':
      return `${job.repository}@settle`;
    default:
      return assertNever(job);
  }
}

/**
 * What is to be done when `newer` arrives while `waiting`, of the same key, is not finished: the newer one. But a merge
 * is final, so nothing replaces it, and a deep review of the same head stays deep.
 */
export function mergeJobs(waiting: ReviewJob, newer: ReviewJob): ReviewJob {
  if (waiting.kind === 'closed' && waiting.merged) return waiting;
  // One look from the older push's beginning sees both.
  if (waiting.kind === 'pushed' && newer.kind === 'pushed') return { ...newer, before: waiting.before };
  if (waiting.kind !== 'review' || newer.kind !== 'review' || waiting.depth !== 'deep') return newer;
  const sameHead = waiting.headSha === null || newer.headSha === null || waiting.headSha === newer.headSha;
  return sameHead ? { ...newer, depth: 'deep' } : newer;
}

/** Whether finishing `running` would be work for nothing, now that `newer` of the same key has arrived. */
export function makesStale(running: ReviewJob, newer: ReviewJob): boolean {
  if (running.kind !== 'review') return false;
  if (newer.kind === 'closed') return true;
  if (newer.kind !== 'review') return false;
  return running.headSha !== null && newer.headSha !== null && running.headSha !== newer.headSha;
}
