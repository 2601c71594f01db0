import type { UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { FileRange } from '#core/gates';
import type { RatedFinding } from '#core/policy';
import { rankFindings } from '#core/policy';
import { counterexampleBlock } from './counterexample-lines.ts';
import type { Detail } from './detail.ts';
import { code, link, prose, sentence } from './escape.ts';
import { groupFindings } from './group-findings.ts';
import { consumerMarkdown, nameOf, splitReach } from './names.ts';
import { counted } from './quantities.ts';
import type { RequestFacts, ReviewView } from './review-view.ts';
import { declarationBlock, yamlBlock } from './yaml-lines.ts';

/** Findings that block or warn, the most harmful first, each in four short parts. */
export function findingsSection(view: ReviewView, detail: Detail): string {
  return hurtingFindings(view, detail)
    .map((finding, index) => findingBlock(view, finding, { lead: `${index + 1}. `, prose: detail.prose }))
    .join('\n\n');
}

/** Those that are shown unfolded. */
export function hurtingFindings(view: ReviewView, detail: Detail): readonly RatedFinding[] {
  return allFindings(view)
    .filter(({ cost }) => cost !== 'note')
    .slice(0, Math.min(view.policy.maxFindings, detail.hurting));
}

/** Every finding of a review, ranked, those with one cause drawn together. */
export function allFindings({ verdict }: ReviewView): readonly RatedFinding[] {
  return groupFindings(rankFindings(verdict.gates.flatMap(({ findings }) => findings)));
}

/** One finding in up to four lines: what changed and where · when it matters · who is downstream · what would make it safe; and YAML to paste. */
export function findingBlock(
  view: ReviewView,
  finding: RatedFinding,
  { lead, prose: max }: { readonly lead: string; readonly prose: number },
): string {
  const where = finding.place === null ? '' : ` · ${placeMarkdown(view.request, finding.place)}`;
  const isNew = view.previousFingerprints !== null && !view.previousFingerprints.includes(finding.fingerprint);
  const lines = [
    `**${lead}${boldProse(finding.text, max)}**${where} · ${finding.basis}${isNew ? ' · new' : ''}`,
    sentence(finding.matters, max),
    typeof finding.counterexample === 'string' ? sentence(finding.counterexample, max) : '',
    reachesMarkdown(view.change, finding),
    finding.safeIf === '' ? '' : `Safe if: ${sentence(finding.safeIf, max)}`,
  ];
  // Two spaces at the end of a line break it without a new paragraph.
  const block = lines.filter((line) => line !== '').join('  \n');
  const more = max < 200 ? [] : [counterexampleBlock(finding.counterexample), yamlBlock(finding.yaml)];
  return [block, declarationBlock(finding.declaration), ...more].filter((part) => part !== '').join('\n\n');
}

/** `path:line` as text, or as a link to that line at head where there is a repository. */
function placeMarkdown(request: RequestFacts, { path, startLine, endLine }: FileRange): string {
  const text = code(`${path}:${startLine}`, 120);
  if (request.repository === null || request.headSha === null || path.length > 300) return text;
  const lines = endLine > startLine ? `#L${startLine}-L${endLine}` : `#L${startLine}`;
  return link(text, request.serverUrl, request.repository, 'blob', request.headSha, path).replace(/\)$/, `${lines})`);
}

/** `Reaches a, b and 3 more models → exposure …. Moves rows of c.`; '' when nothing is downstream. */
function reachesMarkdown(change: Change | null, { downstream, movesRowsOf = [] }: RatedFinding): string {
  const { models, consumers } = splitReach(downstream);
  const ends = consumers.slice(0, 3).map((uniqueId) => consumerMarkdown(change, uniqueId));
  const rest = consumers.length - ends.length;
  const sinks = rest > 0 ? [...ends, `${rest} more`] : ends;
  const parts = [modelsMarkdown(change, models), sinks.join(', ')].filter((part) => part !== '');
  const moved = modelsMarkdown(change, movesRowsOf);
  return [
    ...(parts.length === 0 ? [] : [`Reaches ${parts.join(' → ')}.`]),
    ...(moved === '' ? [] : [`Moves rows of ${moved}.`]),
  ].join(' ');
}

function modelsMarkdown(change: Change | null, models: readonly UniqueId[]): string {
  const named = models.slice(0, 3).map((uniqueId) => code(nameOf(change, uniqueId)));
  const more = models.length - named.length;
  return [...named, ...(more > 0 ? [counted(more, 'more model')] : [])].join(', ');
}

/** What stands between asterisks: without anything there, they would be shown. */
function boldProse(text: string, max: number): string {
  const safe = prose(text, max);
  return safe === '' ? '–' : safe;
}
