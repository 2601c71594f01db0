import type { PullRequest } from '#core/change';
import type { Side } from '#core/evidence';
import type { ArtifactAnswer, ReviewRequest } from '#review';

/** One way to get artifacts, its settings already chosen. */
export interface ArtifactSource {
  fetch(side: Side, request: ReviewRequest, pullRequest: PullRequest | null): Promise<ArtifactAnswer>;
}
