import { z } from 'zod';

/** Who did it; `User` is a person, `Bot` an App. */
const account = z.object({ login: z.string(), id: z.number().optional(), type: z.string().default('User') });

/** What every webhook of a repository carries. */
export const Delivery = z.object({
  action: z.string().default(''),
  repository: z.object({ full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/), id: z.number().optional() }),
  installation: z.object({ id: z.int().positive() }),
  sender: account,
});

/** No database takes NUL or half a surrogate pair, and git takes no control character in a branch's name. */
const branchName = z
  .string()
  .max(1_000)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text));
const pullNumber = z.int().positive();
const commitId = z.string().regex(/^[0-9a-f]{40}$/);

/** `pull_request`. */
export const PullRequestEvent = z.object({
  pull_request: z.object({
    number: pullNumber,
    state: z.string().default('open'),
    merged: z.boolean().nullish(),
    head: z.object({ sha: commitId }),
  }),
  label: z.object({ name: z.string() }).nullish(),
  changes: z.object({ title: z.unknown(), body: z.unknown(), base: z.unknown() }).partial().nullish(),
});
export type PullRequestEvent = z.infer<typeof PullRequestEvent>;

const linkedPullRequest = z.object({
  number: pullNumber,
  base: z.object({ repo: z.object({ id: z.number() }).nullish() }).nullish(),
});

/** `check_run`. */
export const CheckRunEvent = z.object({
  check_run: z.object({
    name: z.string(),
    head_sha: commitId,
    pull_requests: z.array(linkedPullRequest).default([]),
    check_suite: z.object({ head_branch: branchName.nullish() }).nullish(),
  }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
});

/** `check_suite`. */
export const CheckSuiteEvent = z.object({
  check_suite: z.object({
    head_sha: commitId,
    head_branch: branchName.nullish(),
    pull_requests: z.array(linkedPullRequest).default([]),
  }),
});

/** `issue_comment`: a pull request is an issue whose `pull_request` is there. */
export const IssueCommentEvent = z.object({
  issue: z.object({
    number: pullNumber,
    state: z.string().default('open'),
    pull_request: z.unknown(),
    user: account.nullish(),
  }),
  comment: z.object({
    body: z.string().nullish(),
    user: account.nullish(),
    author_association: z.string().default('NONE'),
    performed_via_github_app: z.unknown(),
  }),
});
export type IssueCommentEvent = z.infer<typeof IssueCommentEvent>;

/** `workflow_run`. */
export const WorkflowRunEvent = z.object({
  workflow_run: z.object({
    head_sha: commitId,
    head_branch: branchName.nullish(),
    conclusion: z.string().nullish(),
  }),
});

/** `merge_group`. */
export const MergeGroupEvent = z.object({
  merge_group: z.object({ head_sha: commitId, head_ref: branchName }),
});

/** `push`: `ref` is a branch or a tag. */
export const PushEvent = z.object({
  ref: z.string().max(1_000),
  before: commitId,
  after: commitId,
  deleted: z.boolean().nullish(),
});

export type LinkedPullRequest = z.infer<typeof linkedPullRequest>;
