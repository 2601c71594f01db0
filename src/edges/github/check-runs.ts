import type { Sha } from '#core/base';
import type { Annotation, CheckRunOutput } from '#review';
import type { Octokit } from './connect.ts';
import { takeItems } from './pages.ts';
import type { Target } from './target.ts';
import { capLine, capText, checkTextBytes } from './text-limits.ts';

/** GitHub takes no more in one request, and appends those of each request (docs: update a check run). */
const annotationsPerRequest = 50;
/** GitHub drops older runs of one name beyond a thousand. */
const runLimit = 10_000;

type CheckRun = Awaited<ReturnType<Octokit['rest']['checks']['listForRef']>>['data']['check_runs'][number];
type NewRun = NonNullable<Parameters<Octokit['rest']['checks']['create']>[0]>;
type RunUpdate = NonNullable<Parameters<Octokit['rest']['checks']['update']>[0]>;
type SentAnnotation = NonNullable<NonNullable<RunUpdate['output']>['annotations']>[number];

/**
 * Check runs "in progress" under these names. A run that is already under way is taken over; one that an earlier review
 * of the same commit completed gets a new run beside it, which is how GitHub counts a check again.
 */
export async function announceCheckRuns(target: Target, names: readonly string[]): Promise<void> {
  const own = await listOwnRuns(target);
  for (const name of names) {
    const run = newestRun(own, name, target);
    if (run === null) await createRun(target, { name, status: 'in_progress' });
    else if (run.status !== 'completed' && run.external_id !== target.reviewId) {
      await updateRun(target, run.id, { status: 'in_progress', external_id: target.reviewId });
    }
  }
}

/** Brings the head's check runs to these outputs. Called again with the same input it writes nothing. */
export async function publishCheckRuns(target: Target, outputs: readonly CheckRunOutput[]): Promise<void> {
  if (outputs.length === 0) return;
  const own = await listOwnRuns(target);
  for (const output of outputs) await publishCheckRun(target, output, newestRun(own, output.name, target));
}

/** What our completed check runs on the head say, the newest of each name; annotations are left out. */
export async function readCheckRuns(target: Target): Promise<readonly CheckRunOutput[]> {
  const completed = (await listOwnRuns(target)).filter((run) => run.status === 'completed');
  const newest = new Map(completed.map((run) => [run.name, run]));
  return [...newest.values()].map(({ name, conclusion, output }) => ({
    name,
    status: 'completed',
    conclusion: conclusionOf(conclusion),
    title: output.title ?? name,
    summary: output.summary ?? '',
    text: output.text ?? '',
    annotations: [],
  }));
}

/** Only what we write ourselves; anything else has not been judged. */
function conclusionOf(conclusion: string | null): CheckRunOutput['conclusion'] {
  return conclusion === 'success' || conclusion === 'failure' || conclusion === 'neutral'
    ? conclusion
    : 'action_required';
}

/** Concludes as `cancelled` the check runs of this review that are still under way, for a newer head or because of the closing. */
export async function cancelCheckRuns(target: Target, because: Sha | 'closed'): Promise<void> {
  const own = await listOwnRuns(target);
  for (const run of own) {
    if (run.status === 'completed' || run.external_id !== target.reviewId) continue;
    await updateRun(target, run.id, { status: 'completed', conclusion: 'cancelled', output: cancelledBy(because) });
  }
}

function cancelledBy(because: Sha | 'closed'): { title: string; summary: string } {
  if (because === 'closed')
    return {
      title: 'pull request closed',
      summary: 'The pull request was closed while this commit was under review. Open it again to have it reviewed.',
    };
  const summary = `superseded by ${because}: a newer commit was pushed while this one was under review`;
  return { title: `superseded by ${because.slice(0, 7)}`, summary };
}

async function publishCheckRun(target: Target, wanted: CheckRunOutput, run: CheckRun | null): Promise<void> {
  const annotations = wanted.annotations.map(toSent);
  const sent = run === null ? [] : await readAnnotations(target, run);
  const missing = without(annotations, sent);
  // Annotations cannot be taken back: a run with others than these is left, and a new one counts in its place.
  const fits = run !== null && without(sent, annotations).length === 0;
  if (fits && missing.length === 0 && isUpToDate(run, wanted)) return;
  const [first = [], ...rest] = inBatches(fits ? missing : annotations);
  const id = fits ? run.id : await createRun(target, { name: wanted.name, status: 'in_progress' });
  await sendBatches(target, id, { wanted, batches: [first, ...rest] });
}

/** The conclusion goes with the last batch: a run is never complete while annotations are still to come. */
async function sendBatches(
  target: Target,
  id: number,
  { wanted, batches }: { readonly wanted: CheckRunOutput; readonly batches: readonly (readonly SentAnnotation[])[] },
): Promise<void> {
  for (const [index, annotations] of batches.entries()) {
    const isLast = index === batches.length - 1;
    await updateRun(target, id, {
      external_id: target.reviewId,
      ...(isLast ? stateOf(wanted) : {}),
      output: { ...outputOf(wanted), annotations: [...annotations] },
    });
  }
}

function stateOf({ status, conclusion }: CheckRunOutput): Pick<RunUpdate, 'status' | 'conclusion'> {
  return conclusion === null || status !== 'completed' ? { status: 'in_progress' } : { status, conclusion };
}

function outputOf(wanted: CheckRunOutput): { title: string; summary: string; text: string } {
  return {
    title: capLine(wanted.title, 255),
    summary: capText(wanted.summary, checkTextBytes),
    text: capText(wanted.text, checkTextBytes),
  };
}

function isUpToDate(run: CheckRun, wanted: CheckRunOutput): boolean {
  const { title, summary, text } = outputOf(wanted);
  return (
    run.status === wanted.status &&
    run.conclusion === wanted.conclusion &&
    sameText(run.output.title, title) &&
    sameText(run.output.summary, summary) &&
    sameText(run.output.text, text)
  );
}

function sameText(stored: string | null, wanted: string): boolean {
  return (stored ?? '').replaceAll('\r\n', '\n').trim() === wanted.trim();
}

/** Our runs on the head, oldest first. */
async function listOwnRuns(target: Target): Promise<readonly CheckRun[]> {
  const { octokit, owner, repo, headSha, app } = target;
  const place = { owner, repo, ref: headSha, app_id: app.appId, filter: 'all', per_page: 100 } as const;
  const { items } = await takeItems(octokit.paginate.iterator(octokit.rest.checks.listForRef, place), runLimit);
  return items.filter((run) => run.app?.id === app.appId).sort((a, b) => a.id - b.id);
}

/** The run of this name that this review goes on with: its own, else one under way; null when a new one is needed. */
function newestRun(own: readonly CheckRun[], name: string, { reviewId }: Target): CheckRun | null {
  const named = own.filter((run) => run.name === name);
  const ours = named.findLast((run) => run.external_id === reviewId);
  const newest = named.at(-1);
  return ours ?? (newest === undefined || newest.status === 'completed' ? null : newest);
}

async function createRun(
  target: Target,
  run: Pick<NewRun, 'name'> & { readonly status: 'in_progress' },
): Promise<number> {
  const { octokit, owner, repo, headSha, reviewId } = target;
  const { data } = await octokit.rest.checks.create({ owner, repo, head_sha: headSha, external_id: reviewId, ...run });
  return data.id;
}

async function updateRun(target: Target, id: number, update: Partial<RunUpdate>): Promise<void> {
  const { octokit, owner, repo } = target;
  await octokit.rest.checks.update({ owner, repo, check_run_id: id, ...update });
}

async function readAnnotations(target: Target, run: CheckRun): Promise<readonly SentAnnotation[]> {
  if (run.output.annotations_count === 0) return [];
  const { octokit, owner, repo } = target;
  const place = { owner, repo, check_run_id: run.id, per_page: 100 };
  const { items } = await takeItems(octokit.paginate.iterator(octokit.rest.checks.listAnnotations, place), runLimit);
  return items.map((item) => ({
    path: item.path,
    start_line: item.start_line,
    end_line: item.end_line,
    annotation_level: levelOf(item.annotation_level),
    title: item.title ?? '',
    message: item.message ?? '',
  }));
}

function levelOf(text: string | null): Annotation['level'] {
  return text === 'failure' || text === 'warning' ? text : 'notice';
}

function toSent(annotation: Annotation): SentAnnotation {
  const start = Math.max(1, annotation.startLine);
  return {
    path: annotation.path,
    start_line: start,
    end_line: Math.max(start, annotation.endLine),
    annotation_level: annotation.level,
    title: capLine(annotation.title, 255),
    message: capText(annotation.message, 60_000),
  };
}

/** Those of `items` that `others` does not hold, one for one. */
function without(items: readonly SentAnnotation[], others: readonly SentAnnotation[]): readonly SentAnnotation[] {
  const left = others.map(keyOf);
  return items.filter((item) => {
    const at = left.indexOf(keyOf(item));
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function keyOf({ path, start_line, end_line, annotation_level, title, message }: SentAnnotation): string {
  return JSON.stringify([path, start_line, end_line, annotation_level, (title ?? '').trim(), message.trim()]);
}

function inBatches(items: readonly SentAnnotation[]): readonly (readonly SentAnnotation[])[] {
  const batches: (readonly SentAnnotation[])[] = [];
  for (let at = 0; at < items.length; at += annotationsPerRequest)
    batches.push(items.slice(at, at + annotationsPerRequest));
  return batches;
}
