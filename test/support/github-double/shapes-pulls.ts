import type { ChangedFile } from './diff.ts';
import { diffFiles } from './diff.ts';
import { countCommits, mergeBase } from './git.ts';
import type { Json } from './json.ts';
import { association, labelJson, nodeId, repositoryJson, repositoryUrl, repositoryWebUrl, userJson } from './shapes.ts';
import type { PullRequest, Repository, Review, ReviewComment } from './state.ts';
import type { World } from './world.ts';

/** GitHub's JSON for pull requests, their files and their reviews. */

/** What `GET …/pulls` lists: everything but the counts and the merge state. */
export function pullJson(world: World, repository: Repository, pull: PullRequest): Json {
  const api = repositoryUrl(world, repository);
  const number = String(pull.number);
  const url = `${api}/pulls/${number}`;
  return {
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    number: pull.number,
    url,
    html_url: `${repositoryWebUrl(world, repository)}/pull/${number}`,
    diff_url: `${repositoryWebUrl(world, repository)}/pull/${number}.diff`,
    issue_url: `${api}/issues/${number}`,
    commits_url: `${url}/commits`,
    comments_url: `${api}/issues/${number}/comments`,
    state: pull.state,
    locked: false,
    title: pull.title,
    body: pull.body,
    user: userJson(world, pull.user),
    labels: pull.labels.map((label) => labelJson(world, repository, label)),
    draft: pull.draft,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merged ? pull.closedAt : null,
    merge_commit_sha: pull.mergeCommitSha,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    milestone: null,
    head: headJson(world, pull),
    base: {
      label: `${repository.owner.login}:${pull.base.ref}`,
      ref: pull.base.ref,
      sha: pull.base.sha,
      user: userJson(world, repository.owner),
      repo: repositoryJson(world, repository),
    },
    author_association: association(pull.user),
    auto_merge: null,
  };
}

/** What `GET …/pulls/:n` and webhooks carry, with the counts from git. */
export async function fullPullJson(world: World, repository: Repository, pull: PullRequest): Promise<Json> {
  const files = await pullFiles(repository, pull);
  const total = (pick: (file: ChangedFile) => number): number => files.reduce((sum, file) => sum + pick(file), 0);
  return {
    ...pullJson(world, repository, pull),
    merged: pull.merged,
    merged_by: pull.mergedBy === null ? null : userJson(world, pull.mergedBy),
    mergeable: pull.state === 'open' ? pull.mergeCommitSha !== null : null,
    mergeable_state: pull.mergeCommitSha === null ? 'dirty' : 'clean',
    rebaseable: null,
    maintainer_can_modify: false,
    comments: pull.comments.length,
    review_comments: pull.reviews.flatMap((review) => review.comments).length,
    commits: await countCommits(repository.directory, `${pull.base.sha}..${pull.head.sha}`),
    additions: total((file) => file.additions),
    deletions: total((file) => file.deletions),
    changed_files: files.length,
  };
}

const diffs = new WeakMap<Repository, Map<string, Promise<readonly ChangedFile[]>>>();

/** The files of a pull request: its head against the merge base with its base. */
export async function pullFiles(repository: Repository, pull: PullRequest): Promise<readonly ChangedFile[]> {
  const { directory } = repository;
  const cached = diffs.get(repository) ?? new Map<string, Promise<readonly ChangedFile[]>>();
  diffs.set(repository, cached);
  const key = `${pull.base.sha} ${pull.head.sha}`;
  const known = cached.get(key);
  if (known !== undefined) {
    return known;
  }
  const base = (await mergeBase(directory, pull.base.sha, pull.head.sha)) ?? pull.base.sha;
  const files = diffFiles(directory, base, pull.head.sha);
  cached.set(key, files);
  return files;
}

export function fileJson(world: World, repository: Repository, file: ChangedFile, ref: string): Json {
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  const web = repositoryWebUrl(world, repository);
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${web}/blob/${ref}/${path}`,
    raw_url: `${web}/raw/${ref}/${path}`,
    contents_url: `${repositoryUrl(world, repository)}/contents/${path}?ref=${ref}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousFilename === null ? {} : { previous_filename: file.previousFilename }),
  };
}

export function reviewJson(world: World, repository: Repository, pull: PullRequest, review: Review): Json {
  const page = `${repositoryWebUrl(world, repository)}/pull/${String(pull.number)}`;
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: userJson(world, review.user),
    body: review.body,
    state: review.state,
    html_url: `${page}#pullrequestreview-${String(review.id)}`,
    pull_request_url: `${repositoryUrl(world, repository)}/pulls/${String(pull.number)}`,
    ...(review.state === 'PENDING' ? {} : { submitted_at: review.submittedAt }),
    commit_id: review.commitSha,
    author_association: association(review.user),
  };
}

export function reviewCommentJson(
  world: World,
  repository: Repository,
  pull: PullRequest,
  comment: ReviewComment,
): Json {
  const api = repositoryUrl(world, repository);
  const review = pull.reviews.find((candidate) => candidate.comments.includes(comment));
  return {
    id: comment.id,
    node_id: nodeId('PRRC', comment.id),
    pull_request_review_id: review?.id ?? null,
    url: `${api}/pulls/comments/${String(comment.id)}`,
    html_url: `${repositoryWebUrl(world, repository)}/pull/${String(pull.number)}#discussion_r${String(comment.id)}`,
    pull_request_url: `${api}/pulls/${String(pull.number)}`,
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.commitSha,
    original_commit_id: comment.commitSha,
    user: userJson(world, comment.user),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(comment.user),
    line: comment.line,
    original_line: comment.line,
    side: comment.side,
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startSide,
    subject_type: comment.subjectType,
    ...(comment.inReplyTo === null ? {} : { in_reply_to_id: comment.inReplyTo }),
  };
}

function headJson(world: World, pull: PullRequest): Json {
  const { repository } = pull.head;
  return {
    label: `${pull.head.ownerLogin}:${pull.head.ref}`,
    ref: pull.head.ref,
    sha: pull.head.sha,
    user: repository === null ? null : userJson(world, repository.owner),
    repo: repository === null ? null : repositoryJson(world, repository),
  };
}
