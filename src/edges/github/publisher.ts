import { type Sha, toSha } from '#core/base';
import type { Publication, Publisher, ReviewRequest } from '#review';
import { announceCheckRuns, cancelCheckRuns, publishCheckRuns, readCheckRuns } from './check-runs.ts';
import type { RequestLog } from './connect.ts';
import type { Connections } from './connections.ts';
import { publishInlineComments } from './inline-comments.ts';
import { publishLabels } from './labels.ts';
import { publishComment } from './sticky-comment.ts';
import { ownerAndRepo, type Target } from './target.ts';

/** The check run that sums up the others; it turns last, so that it is green only when all else has been said. */
const summaryName = 'weirkeeper';

export interface PublisherOptions {
  readonly connections: Connections;
  readonly log: RequestLog;
  /**
   * The pull request's head when it is no longer the one of the request, else null. Asked before every step of a
   * publication; by default GitHub is asked. A merge group has no newer head.
   */
  readonly newerHead?: (request: ReviewRequest) => Promise<Sha | null>;
}

/**
 * The port `Publisher`, by GitHub's REST API. A review that was interrupted after any request and is published again
 * leaves the same state as one that was not. When a newer head is found between two steps, the rest is left out and the
 * check runs still under way are cancelled.
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const targetOf = (request: ReviewRequest): Promise<Target> => makeTarget(options, request);
  return {
    async announce(request, names) {
      await announceCheckRuns(await targetOf(request), names);
    },
    async publish(request, publication, changedFiles) {
      const target = await targetOf(request);
      const newerHead = options.newerHead ?? ((asked) => askNewerHead(options.connections, asked));
      for (const step of stepsOf(publication, { target, changedFiles })) {
        const newer = await newerHead(request);
        if (newer !== null) {
          await cancelCheckRuns(target, newer);
          return;
        }
        await step();
      }
    },
    async readCheckRuns(request) {
      return readCheckRuns(await targetOf(request));
    },
    async withdraw(request, because) {
      await cancelCheckRuns(await targetOf(request), because);
    },
  };
}

type Changed = Parameters<Publisher['publish']>[2];

function stepsOf(
  { checkRuns, comment, inlineComments, labels }: Publication,
  { target, changedFiles }: { readonly target: Target; readonly changedFiles: Changed },
): readonly (() => Promise<void>)[] {
  const ofGates = checkRuns.filter((run) => run.name !== summaryName);
  const summary = checkRuns.filter((run) => run.name === summaryName);
  return [
    () => publishCheckRuns(target, ofGates),
    ...(comment === null ? [] : [() => publishComment(target, comment)]),
    ...(inlineComments.length === 0 ? [] : [() => publishInlineComments(target, inlineComments, changedFiles)]),
    ...(labels.add.length + labels.remove.length === 0 ? [] : [() => publishLabels(target, labels)]),
    () => publishCheckRuns(target, summary),
  ];
}

async function makeTarget({ connections, log }: PublisherOptions, request: ReviewRequest): Promise<Target> {
  return {
    octokit: connections.octokit(request),
    ...ownerAndRepo(request.repository),
    pullNumber: request.pullNumber,
    headSha: request.headSha,
    reviewId: request.reviewId,
    app: await connections.identity(),
    log,
  };
}

async function askNewerHead(connections: Connections, request: ReviewRequest): Promise<Sha | null> {
  if (request.pullNumber === 0) return null; // a merge group's head never moves
  const place = { ...ownerAndRepo(request.repository), pull_number: request.pullNumber };
  const { data } = await connections.octokit(request).rest.pulls.get(place);
  return data.head.sha === request.headSha ? null : toSha(data.head.sha);
}
