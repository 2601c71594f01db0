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
    }
  | {
      /** Commits came to a branch: they may take back or mend what was merged there. */
      readonly kind: 'pushed';
      readonly repository: string;
      readonly installationId: number;
      readonly branch: string;
      readonly before: Sha;
      readonly after: Sha;
      readonly deliveryId: string;
    }
  | {
      /** Once a day: outcomes that no event told, and the checkpoint of the repository's log. */
      readonly kind: 'settle';
      readonly repository: string;
      readonly installationId: number;
      readonly deliveryId: string;
    };
