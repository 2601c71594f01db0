import type { Sha } from '#core/base';

/** One piece of work that an event asks for. */
export type ReviewJob =
  | {
      readonly kind: 'review';
      readonly repository: string;
      readonly installationId: number;
      readonly pullNumber: number;
      readonly headSha: Sha | null;
      readonly depth: 'standard' | 'deep';
      readonly trigger: string;
      readonly deliveryId: string;
    }
  | {
      readonly kind: 'find-pull-requests';
      readonly repository: string;
      readonly installationId: number;
      readonly headSha: Sha;
      readonly trigger: string;
      readonly deliveryId: string;
    }
  | {
      readonly kind: 'merge-group';
      readonly repository: string;
      readonly installationId: number;
      readonly headSha: Sha;
      /** `gh-readonly-queue/main/pr-12-…`: names the pull request that the group adds. */
      readonly headBranch: string;
      readonly trigger: string;
      readonly deliveryId: string;
    }
  | {
      readonly kind: 'closed';
      readonly repository: string;
      readonly installationId: number;
      readonly pullNumber: number;
      readonly merged: boolean;
      readonly deliveryId: string;
    };
