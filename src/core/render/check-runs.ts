import type { JudgedGate, RatedFinding } from '#core/policy';
import { reviewMarkdown, verdictLine } from './comment.ts';
import { findingBlock } from './comment-findings.ts';
import { applies, gateIcon, missingSection, reasonMarkdown } from './comment-gates.ts';
import { prose, sentence, unmarked } from './escape.ts';
import type { Annotation, CheckRunOutput } from './publication.ts';
import { counted, utf8Length } from './quantities.ts';
import type { ReviewView } from './review-view.ts';
import { verdictWords } from './verdict-words.ts';

/** Name of the check run that sums up. */
export const SUMMARY_CHECK = 'weirkeeper';

/** GitHub's limit of `output.summary` and `output.text`, in bytes to be safe: "maxLength 65535" in its OpenAPI. */
const MAX_TEXT = 65_535;
const MAX_TITLE = 120;
const MAX_ANNOTATIONS = 200;

/** Name of a gate's check run; the same on every head, so that it can be a required check. */
export function gateCheckName(gateId: string): string {
  return `${SUMMARY_CHECK} / ${gateId}`;
}

/**
 * One completed check run per gate, and one that sums up. Enforcing: failed → failure, unknown → action_required, because
 * GitHub lets neutral and skipped pass a required check. Where policy or gate are advisory, both are neutral.
 */
export function renderCheckRuns(view: ReviewView): readonly CheckRunOutput[] {
  const runs: CheckRunOutput[] = [];
  let room = MAX_ANNOTATIONS;
  for (const gate of view.verdict.gates) {
    const placed = gate.findings.filter(({ place }) => place !== null).slice(0, room);
    const annotations = placed.flatMap(annotationOf);
    room -= annotations.length;
    runs.push(gateRun(view, gate, annotations));
  }
  return [summaryRun(view), ...runs];
}

function summaryRun(view: ReviewView): CheckRunOutput {
  const { word, reason, rung } = verdictWords(view);
  return {
    name: SUMMARY_CHECK,
    status: 'completed',
    conclusion: conclusionOf(view.verdict.outcome, view.policy.mode === 'advisory'),
    title: unmarked([word, reason, rung].filter((part) => part !== '').join(' · '), MAX_TITLE),
    summary: `### ${verdictLine(view, 300)}`,
    text: reviewMarkdown(view),
    annotations: [],
  };
}

function gateRun(view: ReviewView, gate: JudgedGate, annotations: readonly Annotation[]): CheckRunOutput {
  return {
    name: gateCheckName(gate.gateId),
    status: 'completed',
    // Without artifacts nothing was looked at, and that is not for a single gate to make light of.
    conclusion: conclusionOf(
      gate.outcome,
      view.policy.mode === 'advisory' || (gate.mode === 'advisory' && view.missing === null),
    ),
    title: unmarked(titleOf(gate), MAX_TITLE),
    summary: fitted(summaryBlocks(view, gate), (block) => block),
    text: fitted(gate.findings, (finding) => findingBlock(view, finding, { lead: '', prose: 600 })),
    annotations,
  };
}

function conclusionOf(outcome: JudgedGate['outcome'], advisory: boolean): CheckRunOutput['conclusion'] {
  switch (outcome) {
    case 'passed':
      return 'success';
    case 'failed':
      return advisory ? 'neutral' : 'failure';
    case 'unknown':
      return advisory ? 'neutral' : 'action_required';
  }
}

function titleOf(gate: JudgedGate): string {
  if (gate.outcome === 'unknown') return `Could not tell: ${gate.summary}`;
  if (!applies(gate)) return `Does not apply: ${gate.summary}`;
  return gate.summary === '' ? gate.title : gate.summary;
}

function summaryBlocks(view: ReviewView, gate: JudgedGate): readonly string[] {
  const blocks = [`### ${gateIcon(gate)} ${gate.title}`];
  if (gate.outcome === 'unknown') {
    blocks.push(
      `Could not tell, because ${gate.reason === null ? prose(gate.summary, 600) : reasonMarkdown(gate.reason, 600)}.`,
    );
    if (view.missing !== null) blocks.push(missingSection(view));
  } else {
    blocks.push(applies(gate) ? sentence(gate.summary, 600) : `Does not apply: ${prose(gate.summary, 600)}.`);
  }
  const gaps = gate.result.outcome === 'failed' ? gate.result.unknown : [];
  if (gaps.length > 0) {
    const told = gaps.slice(0, 20).map((reason) => `- ${reasonMarkdown(reason, 300)}`);
    const more = gaps.length > told.length ? [`- and ${counted(gaps.length - told.length, 'more')}`] : [];
    blocks.push(['Not looked at:', ...told, ...more].join('\n'));
  }
  const advisory = view.policy.mode === 'advisory' || gate.mode === 'advisory';
  if (advisory && gate.outcome !== 'passed') blocks.push('Advisory: this check does not stop a merge.');
  return blocks.filter((block) => block !== '');
}

/** As many whole blocks as fit, and how many did not. */
function fitted<Item>(items: readonly Item[], toBlock: (item: Item) => string): string {
  const kept: string[] = [];
  let room = MAX_TEXT - 100;
  for (const item of items) {
    const block = toBlock(item);
    room -= utf8Length(block) + 2;
    if (room < 0) break;
    kept.push(block);
  }
  const left = items.length - kept.length;
  return (left > 0 ? [...kept, `${counted(left, 'more finding')} did not fit here.`] : kept).join('\n\n');
}

function annotationOf(finding: RatedFinding): readonly Annotation[] {
  const { place, cost, text, matters, safeIf, gateId } = finding;
  if (place === null) return [];
  const message = [text, matters, safeIf === '' ? '' : `Safe if: ${safeIf}`]
    .filter((part) => part !== '')
    .map((part) => unmarked(part, 1000));
  const level = cost === 'block' ? 'failure' : cost === 'warn' ? 'warning' : 'notice';
  const { path, startLine, endLine } = place;
  return [
    {
      path,
      startLine,
      endLine: Math.max(startLine, endLine),
      level,
      title: `${gateId} (${finding.basis})`,
      message: message.join('\n'),
    },
  ];
}
