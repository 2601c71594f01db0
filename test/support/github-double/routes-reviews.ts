import type { ChangedFile, Hunk, Side } from './diff.ts';
import { ApiError, notFound, unprocessable, validationFailed } from './errors.ts';
import { utc } from './git.ts';
import { type Json, objectsIn, oneOf, optionalInteger, optionalList, optionalText, requiredText } from './json.ts';
import { limits, utf8Bytes } from './limits.ts';
import { pageOf } from './pages.ts';
import { requirePull } from './routes-pulls.ts';
import { pullFiles, reviewCommentJson, reviewJson } from './shapes-pulls.ts';
import { nextId, type PullRequest, type Review, type ReviewComment, type ReviewState } from './state.ts';
import {
  created,
  integerParam,
  noContent,
  ok,
  type Reply,
  type RepositoryCall,
  type Route,
  repositoryRoute,
  requireCommitOf,
} from './world.ts';

const read = { needs: ['pull_requests:read'], docs: 'pulls/reviews#list-reviews-for-a-pull-request' } as const;
const write = { needs: ['pull_requests:write'], docs: 'pulls/reviews#create-a-review-for-a-pull-request' } as const;

const stateOfEvent: Readonly<Record<string, ReviewState>> = {
  APPROVE: 'APPROVED',
  COMMENT: 'COMMENTED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
};

/** Pull request reviews and their comments, which must lie in the diff. */
export const reviewRoutes: readonly Route[] = [
  repositoryRoute('POST', '/pulls/:number/reviews', write, createReview),
  repositoryRoute('GET', '/pulls/:number/reviews', read, (call) => {
    const pull = requirePull(call);
    return pageOf(call, pull.reviews, (review) => reviewJson(call.world, call.repository, pull, review));
  }),
  repositoryRoute('GET', '/pulls/:number/reviews/:review', read, (call) => {
    const pull = requirePull(call);
    return ok(reviewJson(call.world, call.repository, pull, requireReview(call, pull)));
  }),
  repositoryRoute(
    'PUT',
    '/pulls/:number/reviews/:review',
    { ...write, docs: 'pulls/reviews#update-a-review-for-a-pull-request' },
    (call) => {
      const pull = requirePull(call);
      const review = requireReview(call, pull);
      review.body = checkedBody(requiredText(call.body, 'body'));
      return ok(reviewJson(call.world, call.repository, pull, review));
    },
  ),
  repositoryRoute('GET', '/pulls/:number/reviews/:review/comments', read, (call) => {
    const pull = requirePull(call);
    const { comments } = requireReview(call, pull);
    return pageOf(call, comments, (comment) => reviewCommentJson(call.world, call.repository, pull, comment));
  }),
  repositoryRoute(
    'POST',
    '/pulls/:number/reviews/:review/events',
    { ...write, docs: 'pulls/reviews#submit-a-review-for-a-pull-request' },
    submitReview,
  ),
  repositoryRoute('PUT', '/pulls/:number/reviews/:review/dismissals', write, ({ world, path }) => {
    world.state.forbidden.push({ what: 'dismiss', path });
    throw new ApiError(403, 'Resource not accessible by integration');
  }),
  repositoryRoute('GET', '/pulls/:number/comments', { ...read, docs: 'pulls/comments' }, (call) => {
    const pull = requirePull(call);
    const comments = pull.reviews.filter((review) => review.state !== 'PENDING').flatMap((review) => review.comments);
    return pageOf(call, comments, (comment) => reviewCommentJson(call.world, call.repository, pull, comment));
  }),
  repositoryRoute(
    'POST',
    '/pulls/:number/comments',
    { ...write, docs: 'pulls/comments#create-a-review-comment-for-a-pull-request' },
    createSingleComment,
  ),
  repositoryRoute(
    'PATCH',
    '/pulls/comments/:id',
    { ...write, docs: 'pulls/comments#update-a-review-comment-for-a-pull-request' },
    (call) => {
      const { pull, comment } = requireComment(call);
      comment.body = checkedBody(requiredText(call.body, 'body'));
      comment.updatedAt = utc(new Date(call.world.now()));
      return ok(reviewCommentJson(call.world, call.repository, pull, comment));
    },
  ),
  repositoryRoute(
    'DELETE',
    '/pulls/comments/:id',
    { ...write, docs: 'pulls/comments#delete-a-review-comment-for-a-pull-request' },
    (call) => {
      const { review, comment } = requireComment(call);
      review.comments.splice(review.comments.indexOf(comment), 1);
      return noContent;
    },
  ),
];

async function createReview(call: RepositoryCall): Promise<Reply> {
  const { world, repository, body } = call;
  const pull = requirePull(call);
  const event = readEvent(call);
  const text = checkedBody(optionalText(body, 'body') ?? '');
  const commitSha = optionalText(body, 'commit_id') ?? pull.head.sha;
  await requireCommitOf(repository, commitSha);
  const drafts = objectsIn(optionalList(body, 'comments') ?? [], 'comments');
  if (text === '' && (event === 'REQUEST_CHANGES' || (event === 'COMMENT' && drafts.length === 0))) {
    throw unprocessable(["Review body can't be blank"]);
  }
  const files = await pullFiles(repository, pull);
  // One comment that does not fit refuses the whole review, without saying which.
  const comments = drafts.map((draft) => readComment(call, { files, draft, commitSha, refuse: refuseInReview }));
  const review: Review = {
    id: nextId(world.state, 'review', 70_001),
    user: world.bot,
    commitSha,
    submittedAt: utc(new Date(world.now())),
    body: text,
    state: event === null ? 'PENDING' : (stateOfEvent[event] ?? 'COMMENTED'),
    minimizedReason: null,
    comments: [...comments],
  };
  pull.reviews.push(review);
  return ok(reviewJson(world, repository, pull, review));
}

function submitReview(call: RepositoryCall): Reply {
  const pull = requirePull(call);
  const event = readEvent(call);
  const review = requireReview(call, pull);
  review.state = stateOfEvent[event ?? ''] ?? review.state;
  review.body = optionalText(call.body, 'body') ?? review.body;
  return ok(reviewJson(call.world, call.repository, pull, review));
}

/** The event asked for; an approval is remembered even when it is refused afterwards. */
function readEvent({ world, body, path }: RepositoryCall): string | null {
  const given = optionalText(body, 'event');
  if (given === null) {
    return null;
  }
  const event = oneOf('event', given, ['APPROVE', 'COMMENT', 'REQUEST_CHANGES'] as const);
  if (event === 'APPROVE') {
    world.state.forbidden.push({ what: 'approve', path });
  }
  return event;
}

async function createSingleComment(call: RepositoryCall): Promise<Reply> {
  const { world, repository, body } = call;
  const pull = requirePull(call);
  const commitSha = requiredText(body, 'commit_id');
  await requireCommitOf(repository, commitSha);
  const files = await pullFiles(repository, pull);
  const comment = readComment(call, { files, draft: body, commitSha, refuse: refuseAlone });
  pull.reviews.push({
    id: nextId(world.state, 'review', 70_001),
    user: world.bot,
    commitSha,
    submittedAt: comment.createdAt,
    body: '',
    state: 'COMMENTED',
    minimizedReason: null,
    comments: [comment],
  });
  return created(reviewCommentJson(world, repository, pull, comment));
}

/** A comment as asked for, the files it may lie in, and how its route words a refusal. */
interface Draft {
  readonly files: readonly ChangedFile[];
  readonly draft: Json;
  readonly commitSha: string;
  readonly refuse: Refuse;
}

type Refuse = (field: string, problem: string) => ApiError;

function refuseInReview(field: string, problem: string): ApiError {
  const name = field.replaceAll('_', ' ').replace('.', ' ');
  return unprocessable([`${name.charAt(0).toUpperCase()}${name.slice(1)} ${problem}`]);
}

function refuseAlone(field: string, problem: string): ApiError {
  return validationFailed([
    { resource: 'PullRequestReviewComment', code: 'custom', field, message: `${field} ${problem}` },
  ]);
}

function readComment(call: RepositoryCall, { files, draft, commitSha, refuse }: Draft): ReviewComment {
  const { world } = call;
  const path = requiredText(draft, 'path');
  const file = files.find((candidate) => candidate.filename === path);
  const place = readPlace(draft, file, refuse);
  const now = utc(new Date(world.now()));
  return {
    id: nextId(world.state, 'review-comment', 80_001),
    user: world.bot,
    commitSha,
    path,
    ...place,
    createdAt: now,
    updatedAt: now,
    inReplyTo: optionalInteger(draft, 'in_reply_to'),
    body: checkedBody(requiredText(draft, 'body')),
    minimizedReason: null,
  };
}

type Place = Pick<ReviewComment, 'line' | 'side' | 'startLine' | 'startSide' | 'subjectType' | 'diffHunk'>;

function readPlace(draft: Json, file: ChangedFile | undefined, refuse: Refuse): Place {
  if (file === undefined) {
    throw refuse('path', 'could not be resolved');
  }
  if (optionalInteger(draft, 'position') !== null) {
    throw new ApiError(501, 'The double does not take `position`: GitHub is closing it down, use `line` and `side`');
  }
  const side = oneOf('side', optionalText(draft, 'side') ?? 'RIGHT', ['LEFT', 'RIGHT'] as const);
  if (optionalText(draft, 'subject_type') === 'file') {
    return { line: null, side, startLine: null, startSide: null, subjectType: 'file', diffHunk: '' };
  }
  const line = optionalInteger(draft, 'line');
  const hunk = line === null ? undefined : hunkWith(file, side, line);
  if (line === null || hunk === undefined) {
    throw refuse('pull_request_review_thread.line', 'must be part of the diff');
  }
  const startLine = optionalInteger(draft, 'start_line');
  if (startLine === null) {
    return { line, side, startLine: null, startSide: null, subjectType: 'line', diffHunk: hunk.text };
  }
  const startSide = oneOf('start_side', optionalText(draft, 'start_side') ?? side, ['LEFT', 'RIGHT'] as const);
  if (startSide === side && startLine >= line) {
    throw refuse('pull_request_review_thread.start_line', 'must precede the end line.');
  }
  if (hunkWith(file, startSide, startLine) !== hunk) {
    throw refuse('pull_request_review_thread.start_line', 'must be part of the same hunk as the line.');
  }
  return { line, side, startLine, startSide, subjectType: 'line', diffHunk: hunk.text };
}

function hunkWith(file: ChangedFile, side: Side, line: number): Hunk | undefined {
  return file.hunks.find((hunk) => (side === 'LEFT' ? hunk.left : hunk.right).has(line));
}

function checkedBody(text: string): string {
  if (utf8Bytes(text) > limits.reviewBodyBytes.value) {
    throw unprocessable(['Body is too long (maximum is 65536 characters)']);
  }
  return text;
}

function requireReview(call: RepositoryCall, pull: PullRequest): Review {
  const id = integerParam(call, 'review');
  const review = pull.reviews.find((candidate) => candidate.id === id);
  if (review === undefined) {
    throw notFound();
  }
  return review;
}

function requireComment(call: RepositoryCall): {
  readonly pull: PullRequest;
  readonly review: Review;
  readonly comment: ReviewComment;
} {
  const id = integerParam(call, 'id');
  for (const pull of call.repository.pulls) {
    for (const review of pull.reviews) {
      const comment = review.comments.find((candidate) => candidate.id === id);
      if (comment !== undefined) {
        return { pull, review, comment };
      }
    }
  }
  throw notFound();
}
