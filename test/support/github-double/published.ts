import { latestByName } from './routes-checks.ts';
import type { CheckAction, CheckAnnotation, CheckRun, PullRequest, Repository } from './state.ts';
import type { World } from './world.ts';

/** What a person sees on a pull request, without ids and times, so that it can be compared. */
export interface PublishedState {
  /** The App's newest check run of each name on the head SHA, by name. */
  readonly checkRuns: Readonly<Record<string, PublishedCheckRun>>;
  readonly comments: readonly {
    readonly author: string;
    readonly body: string;
    readonly hidden: string | null;
    readonly reactions: readonly string[];
  }[];
  readonly labels: readonly string[];
  readonly reviews: readonly PublishedReview[];
}

interface PublishedCheckRun {
  readonly status: string;
  readonly conclusion: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: readonly CheckAnnotation[];
  readonly actions: readonly CheckAction[];
}

interface PublishedReview {
  readonly author: string;
  readonly state: string;
  readonly body: string;
  readonly hidden: string | null;
  readonly comments: readonly {
    readonly path: string;
    readonly startLine: number | null;
    readonly line: number | null;
    readonly side: string;
    readonly body: string;
  }[];
}

export function publishedState(
  world: World,
  repository: Repository,
  pull: PullRequest,
  headSha = pull.head.sha,
): PublishedState {
  const own = repository.checkRuns.filter((run) => run.appId === world.app.id && run.headSha === headSha);
  const latest = latestByName(own.toReversed()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    checkRuns: Object.fromEntries(latest.map((run) => [run.name, publishedCheckRun(run)])),
    comments: pull.comments.map((comment) => ({
      author: comment.user.login,
      body: comment.body,
      hidden: comment.minimizedReason,
      reactions: comment.reactions.map((reaction) => reaction.content),
    })),
    labels: pull.labels.map((label) => label.name).toSorted(),
    reviews: pull.reviews.map((review) => ({
      author: review.user.login,
      state: review.state,
      body: review.body,
      hidden: review.minimizedReason,
      comments: review.comments.map(({ path, startLine, line, side, body }) => ({ path, startLine, line, side, body })),
    })),
  };
}

function publishedCheckRun(run: CheckRun): PublishedCheckRun {
  const { status, conclusion, output, annotations, actions } = run;
  return { status, conclusion, ...output, annotations: [...annotations], actions };
}
