import { grouped } from '#core/base';
import type { AnalyzedSide, ProjectSide } from '#core/change';
import type { RatedFinding } from '#core/policy';
import { keptInMeaning } from '#core/policy';
import { allFindings, findingBlock, hurtingFindings } from './comment-findings.ts';
import { reasonMarkdown } from './comment-gates.ts';
import type { Detail } from './detail.ts';
import { capitalised, code, commit, prose } from './escape.ts';
import { samenessText } from './model-rows.ts';
import { nameOf } from './names.ts';
import { counted, utcTime } from './quantities.ts';
import type { ReviewView, RowCount } from './review-view.ts';

/** Reasons of gates that are named in "not analysed". */
const MAX_REASONS = 20;

/** What only some readers want, behind one line that says what there is. */
export function foldedSection(view: ReviewView, detail: Detail): string {
  const shown = new Set(hurtingFindings(view, detail).map(({ fingerprint }) => fingerprint));
  const remaining = allFindings(view).filter(({ fingerprint }) => !shown.has(fingerprint));
  const same = samenessText(view.change === null ? [] : keptInMeaning(view.change));
  const gaps = gapLines(view, detail);
  const summary = [
    ...(remaining.length > 0 ? [counted(remaining.length, 'more finding')] : []),
    ...(same === '' ? [] : [same]),
    ...(gaps.length > 0 ? ['what was not looked at'] : []),
    'evidence',
  ].join(' · ');
  const body = [
    remainingFindings(view, remaining, detail),
    same === '' ? '' : `**No change in meaning**: ${same}${unchangedNames(view, detail)}.`,
    gaps.length === 0 ? '' : `**Not analysed or not measured**\n${gaps.map((line) => `- ${line}`).join('\n')}`,
    `**Evidence**\n${evidenceLines(view)
      .map((line) => `- ${line}`)
      .join('\n')}`,
  ];
  return `<details><summary>${capitalised(summary)}</summary>\n\n${body.filter((part) => part !== '').join('\n\n')}\n\n</details>`;
}

function remainingFindings(view: ReviewView, remaining: readonly RatedFinding[], detail: Detail): string {
  const shown = remaining.slice(0, detail.foldedFindings);
  const left = remaining.length - shown.length;
  const byGate = Map.groupBy(shown, ({ gateId }) => gateId);
  const blocks = [...byGate].map(([gateId, findings]) =>
    [
      `**${gateId}**`,
      ...findings.map((finding) => findingBlock(view, finding, { lead: '', prose: detail.prose })),
    ].join('\n\n'),
  );
  const rest = left > 0 ? `${counted(left, 'more finding')}: see the check runs.` : '';
  return [...blocks, rest].filter((part) => part !== '').join('\n\n');
}

function unchangedNames({ change }: ReviewView, detail: Detail): string {
  const same = change === null ? [] : keptInMeaning(change);
  const named = same.slice(0, detail.unresolved).map(({ uniqueId }) => code(nameOf(change, uniqueId)));
  if (named.length === 0) return '';
  return ` (${named.join(', ')}${same.length > named.length ? ` and ${grouped(same.length - named.length)} more` : ''})`;
}

function gapLines(view: ReviewView, detail: Detail): readonly string[] {
  const { coverage, verdict, change } = view;
  const sides = change === null ? [] : [change.base, change.head];
  const reasons = verdict.gates.flatMap(({ gateId, result }) =>
    result.outcome === 'failed' ? result.unknown.map((reason) => ({ gateId, reason })) : [],
  );
  const gates = reasons
    .slice(0, MAX_REASONS)
    .map(({ gateId, reason }) => `${gateId}: ${reasonMarkdown(reason, detail.prose)}`);
  const stale = sides.flatMap(({ stale: reason }) => (reason === null ? [] : [reasonMarkdown(reason, detail.prose)]));
  const unresolved = coverage?.unresolved ?? [];
  const named = unresolved
    .slice(0, detail.unresolved)
    .map(
      ({ uniqueId, reason }) => `lineage of ${code(nameOf(change, uniqueId))}: ${reasonMarkdown(reason, detail.prose)}`,
    );
  const left = unresolved.length - named.length;
  return [
    ...stale,
    ...gates,
    ...(reasons.length > gates.length
      ? [`${counted(reasons.length - gates.length, 'more reason')}: see the check runs`]
      : []),
    ...named,
    ...(left > 0 ? [`lineage of ${counted(left, named.length > 0 ? 'more model' : 'model')}`] : []),
  ];
}

function evidenceLines(view: ReviewView): readonly string[] {
  const { request, change, coverage } = view;
  const shas = [
    ...(request.headSha === null ? [] : [`head ${commit(request.headSha)}`]),
    ...(request.mergeBaseSha === null ? [] : [`merge base ${commit(request.mergeBaseSha)}`]),
    ...(request.baseSha === null ? [] : [`base ${commit(request.baseSha)}`]),
  ];
  const resolved =
    coverage === null
      ? []
      : [
          `${grouped(coverage.resolved)} of ${counted(coverage.columns, 'column')} of ${counted(coverage.models, 'model')} traced to their sources`,
        ];
  const sides = change === null ? [] : [artifactLine('base', change.base), artifactLine('head', change.head)];
  return [...(shas.length > 0 ? [shas.join(', ')] : []), ...sides, ...resolved, rowsLine(view)];
}

function artifactLine(
  side: string,
  { origin, artifacts }: Pick<AnalyzedSide & ProjectSide, 'origin' | 'artifacts'>,
): string {
  const digests = artifacts.map(({ name, sha256 }) => `${name} ${code(`sha256:${sha256.slice(0, 12)}`)}`);
  return `${side}: ${[prose(origin, 160), ...digests].join(', ')}`;
}

function rowsLine({ rows }: ReviewView): string {
  const counts: readonly RowCount[] = [...rows.values()]
    .flatMap(({ base, head }) => [base, head])
    .filter((count) => count !== null);
  if (counts.length === 0) return 'no rows were counted';
  const times = counts.map(({ at }) => utcTime(at)).sort();
  const sources = [...new Set(counts.map(({ source }) => source))].sort();
  const first = times[0] ?? '';
  const last = times.at(-1) ?? '';
  const when = first === last ? first : `${first} to ${last}`;
  const more = sources.length > 3 ? ` and ${sources.length - 3} more` : '';
  return `${counted(counts.length, 'row count')} from ${sources
    .slice(0, 3)
    .map((source) => prose(source, 100))
    .join(', ')}${more}, ${prose(when, 100)}`;
}
