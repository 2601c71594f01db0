import type { z } from 'zod';
import { type Sha, toSha } from '#core/base';
import type { ReviewJob } from '#review';
import { readCommand } from './command.ts';
import {
  CheckRunEvent,
  CheckSuiteEvent,
  Delivery,
  IssueCommentEvent,
  type LinkedPullRequest,
  MergeGroupEvent,
  PullRequestEvent,
  PushEvent,
  WorkflowRunEvent,
} from './schema.ts';

/** Put on a pull request to ask for a deep review. */
export const deepReviewLabel = 'weirkeeper:deep-review';
/** What the app says of an LLM-assisted change; a person who sets or removes one corrects it. */
const assistanceLabels: readonly string[] = ['assisted-by:llm', 'needs-senior-review', 'hallucination-budget'];

const reviewedAtOnce: readonly string[] = ['opened', 'synchronize', 'reopened', 'ready_for_review'];
/** GitHub names the branches of its merge queue so (docs: managing a merge queue). */
const mergeQueuePrefix = 'gh-readonly-queue/';

/** What is common to all jobs of one delivery. */
interface Origin {
  readonly repository: string;
  readonly repositoryId: number | undefined;
  readonly installationId: number;
  readonly action: string;
  readonly senderType: string;
  readonly trigger: string;
  readonly deliveryId: string;
}

type Translation = (payload: unknown, origin: Origin) => readonly ReviewJob[];

const translations: ReadonlyMap<string, Translation> = new Map([
  ['pull_request', reading(PullRequestEvent, fromPullRequest)],
  ['check_run', reading(CheckRunEvent, fromCheckRun)],
  ['check_suite', reading(CheckSuiteEvent, fromCheckSuite)],
  ['issue_comment', reading(IssueCommentEvent, fromComment)],
  ['workflow_run', reading(WorkflowRunEvent, fromWorkflowRun)],
  ['merge_group', reading(MergeGroupEvent, fromMergeGroup)],
  ['push', reading(PushEvent, fromPush)],
]);

/**
 * Which work a webhook asks for: `name` is GitHub's event name, `payload` its decoded body. Nothing for events that
 * ask for none, for what our own app did, and for a body that is not in GitHub's shape. The signature is checked before.
 */
export function toReviewJobs(name: string, deliveryId: string, payload: unknown): readonly ReviewJob[] {
  const translate = translations.get(name);
  const delivery = Delivery.safeParse(payload);
  if (translate === undefined || !delivery.success) return [];
  const { action, repository, installation, sender } = delivery.data;
  return translate(payload, {
    repository: repository.full_name,
    repositoryId: repository.id,
    installationId: installation.id,
    action,
    senderType: sender.type,
    trigger: action === '' ? name : `${name}.${action}`,
    deliveryId,
  });
}

function reading<Event>(
  shape: z.ZodType<Event>,
  translate: (event: Event, origin: Origin) => readonly ReviewJob[],
): Translation {
  return (payload, origin) => {
    const event = shape.safeParse(payload);
    return event.success ? translate(event.data, origin) : [];
  };
}

function fromPullRequest(event: PullRequestEvent, origin: Origin): readonly ReviewJob[] {
  const { number, state, merged, head } = event.pull_request;
  const { repository, installationId, deliveryId } = origin;
  if (origin.action === 'closed') {
    return [{ kind: 'closed', repository, installationId, pullNumber: number, merged: merged === true, deliveryId }];
  }
  const depth = depthAskedFor(event, origin);
  return depth === null || state !== 'open' ? [] : [review(origin, number, toSha(head.sha), depth)];
}

function depthAskedFor(event: PullRequestEvent, origin: Origin): 'standard' | 'deep' | null {
  if (reviewedAtOnce.includes(origin.action)) return 'standard';
  if (origin.action === 'edited') return isContentEdit(event) ? 'standard' : null;
  if (origin.action !== 'labeled' && origin.action !== 'unlabeled') return null;
  const label = event.label?.name.toLowerCase() ?? '';
  if (label === deepReviewLabel) return origin.action === 'labeled' ? 'deep' : null;
  // The app sets these labels itself after a review: answering that with a review would never end.
  return assistanceLabels.includes(label) && origin.senderType === 'User' ? 'standard' : null;
}

function isContentEdit({ changes }: PullRequestEvent): boolean {
  return changes?.title !== undefined || changes?.body !== undefined || changes?.base !== undefined;
}

function fromCheckRun(event: z.infer<typeof CheckRunEvent>, origin: Origin): readonly ReviewJob[] {
  const { name, head_sha, pull_requests, check_suite } = event.check_run;
  const asked = origin.action === 'rerequested' || origin.action === 'requested_action';
  if (!asked || !isOurCheckRun(name)) return [];
  const depth = event.requested_action?.identifier === 'deep-review' ? 'deep' : 'standard';
  return ofCommit(origin, { headSha: toSha(head_sha), branch: check_suite?.head_branch, pull_requests, depth });
}

function fromCheckSuite(event: z.infer<typeof CheckSuiteEvent>, origin: Origin): readonly ReviewJob[] {
  const { head_sha, head_branch, pull_requests } = event.check_suite;
  if (origin.action !== 'rerequested') return [];
  return ofCommit(origin, { headSha: toSha(head_sha), branch: head_branch, pull_requests, depth: 'standard' });
}

/** GitHub tells these events only to the App that owns the check run; the name is looked at all the same. */
function isOurCheckRun(name: string): boolean {
  return name === 'weirkeeper' || name.startsWith('weirkeeper / ');
}

interface CommitWork {
  readonly headSha: Sha;
  readonly branch: string | null | undefined;
  readonly pull_requests: readonly LinkedPullRequest[];
  readonly depth: 'standard' | 'deep';
}

/** `pull_requests` is empty when the head is in a fork, and may name pull requests of other repositories. */
function ofCommit(origin: Origin, work: CommitWork): readonly ReviewJob[] {
  if (work.branch?.startsWith(mergeQueuePrefix) === true) return [mergeGroup(origin, work.headSha, work.branch)];
  const ours = work.pull_requests.filter((pull) => isOfRepository(pull, origin.repositoryId));
  if (ours.length === 0) return [findPullRequests(origin, work.headSha)];
  return ours.map((pull) => review(origin, pull.number, work.headSha, work.depth));
}

function isOfRepository(pull: LinkedPullRequest, repositoryId: number | undefined): boolean {
  const id = pull.base?.repo?.id;
  return id === undefined || repositoryId === undefined || id === repositoryId;
}

function fromComment(event: IssueCommentEvent, origin: Origin): readonly ReviewJob[] {
  const { issue } = event;
  if (origin.action !== 'created' || issue.state !== 'open' || issue.pull_request == null) return [];
  const command = readCommand(event);
  return command === null ? [] : [review(origin, issue.number, null, command === 'deep-review' ? 'deep' : 'standard')];
}

function fromWorkflowRun(event: z.infer<typeof WorkflowRunEvent>, origin: Origin): readonly ReviewJob[] {
  const { head_sha, head_branch, conclusion } = event.workflow_run;
  // A failed run may have kept its artifacts: `dbt build` fails, `run_results.json` says why.
  if (origin.action !== 'completed' || (conclusion !== 'success' && conclusion !== 'failure')) return [];
  return ofCommit(origin, { headSha: toSha(head_sha), branch: head_branch, pull_requests: [], depth: 'standard' });
}

function fromMergeGroup(event: z.infer<typeof MergeGroupEvent>, origin: Origin): readonly ReviewJob[] {
  const { head_sha, head_ref } = event.merge_group;
  return origin.action === 'checks_requested' ? [mergeGroup(origin, toSha(head_sha), head_ref)] : [];
}

/** Commits on a branch that was there before: they may take back what was merged to it. */
function fromPush(event: z.infer<typeof PushEvent>, origin: Origin): readonly ReviewJob[] {
  const { ref, before, after, deleted } = event;
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  const isNew = /^0+$/.test(before) || /^0+$/.test(after);
  if (branch === undefined || deleted === true || isNew || branch.startsWith(mergeQueuePrefix)) return [];
  const { repository, installationId, deliveryId } = origin;
  return [
    { kind: 'pushed', repository, installationId, branch, before: toSha(before), after: toSha(after), deliveryId },
  ];
}

function review(origin: Origin, pullNumber: number, headSha: Sha | null, depth: 'standard' | 'deep'): ReviewJob {
  const { repository, installationId, trigger, deliveryId } = origin;
  return { kind: 'review', repository, installationId, pullNumber, headSha, depth, trigger, deliveryId };
}

function findPullRequests(origin: Origin, headSha: Sha): ReviewJob {
  const { repository, installationId, trigger, deliveryId } = origin;
  return { kind: 'find-pull-requests', repository, installationId, headSha, trigger, deliveryId };
}

function mergeGroup(origin: Origin, headSha: Sha, ref: string): ReviewJob {
  const headBranch = ref.replace(/^refs\/heads\//, '');
  const { repository, installationId, trigger, deliveryId } = origin;
  return { kind: 'merge-group', repository, installationId, headSha, headBranch, trigger, deliveryId };
}
