import type { JudgedGate, RatedFinding } from '#core/policy';
import { keptInMeaning } from '#core/policy';
import { allFindings } from './comment-findings.ts';
import { assistanceWords, placeWords } from './comment-footer.ts';
import { applies, gateIcon, hasNoArtifacts } from './comment-gates.ts';
import { counterexampleLines } from './counterexample-lines.ts';
import { unmarked } from './escape.ts';
import type { ModelRow } from './model-rows.ts';
import { modelRows, rowsText, samenessText } from './model-rows.ts';
import { consumerWord, downstreamOf, nameOf, splitReach } from './names.ts';
import { counted, shortSha } from './quantities.ts';
import type { ReviewView } from './review-view.ts';
import { verdictWords } from './verdict-words.ts';
import { artifactLines } from './workflow-lines.ts';
import { yamlLines } from './yaml-lines.ts';

const MAX_MODELS = 40;
const MAX_FINDINGS = 50;

/** A review for a terminal: plain lines, no colour; control characters of strangers are shown as `�`. */
export function renderText(view: ReviewView): string {
  const { icon, word, reason, rung } = verdictWords(view);
  const heading = `${icon} ${[word, unmarked(reason, 160), rung].filter((part) => part !== '').join(' · ')}`;
  const sections =
    view.missing === null ? [findingLines(view), modelLines(view), gateLines(view)] : [missingLines(view)];
  const blocks = [[heading], ...sections, footLines(view)].filter((lines) => lines.length > 0);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function findingLines(view: ReviewView): readonly string[] {
  const findings = allFindings(view);
  const shown = findings.slice(0, MAX_FINDINGS).flatMap((finding, index) => oneFinding(view, finding, index + 1));
  const left = findings.length - MAX_FINDINGS;
  return left > 0 ? [...shown, `${counted(left, 'more finding')}; --format json has them all`] : shown;
}

function oneFinding(view: ReviewView, finding: RatedFinding, number: number): readonly string[] {
  const { models, consumers } = splitReach(finding.downstream);
  const reached = [
    ...models.slice(0, 3).map((uniqueId) => unmarked(nameOf(view.change, uniqueId), 80)),
    ...(models.length > 3 ? [`${models.length - 3} more`] : []),
    ...consumers
      .slice(0, 3)
      .map((uniqueId) => `${consumerWord(uniqueId)} ${unmarked(nameOf(view.change, uniqueId), 80)}`),
  ];
  const moved = (finding.movesRowsOf ?? []).map((uniqueId) => unmarked(nameOf(view.change, uniqueId), 80));
  const details = [
    finding.place === null ? '' : `${unmarked(finding.place.path, 200)}:${finding.place.startLine}`,
    unmarked(finding.matters, 400),
    typeof finding.counterexample === 'string' ? unmarked(finding.counterexample, 400) : '',
    reached.length === 0 ? '' : `reaches: ${reached.join(', ')}`,
    moved.length === 0
      ? ''
      : `moves rows of: ${moved.slice(0, 3).join(', ')}${moved.length > 3 ? ` and ${moved.length - 3} more` : ''}`,
    finding.safeIf === '' ? '' : `safe if: ${unmarked(finding.safeIf, 400)}`,
  ];
  return [
    `${number}. ${unmarked(finding.text, 400)} [${finding.gateId}: ${finding.cost}, ${finding.basis}]`,
    ...details.filter((line) => line !== '').map((line) => `   ${line}`),
    ...(finding.declaration === undefined
      ? []
      : [`   to declare it, in a block weirkeeper-expect of the description: ${unmarked(finding.declaration, 200)}`]),
    ...counterexampleLines(finding.counterexample).map((line) => `     ${line}`),
    ...yamlLines(finding.yaml).map((line) => `     ${line}`),
  ];
}

function modelLines(view: ReviewView): readonly string[] {
  const rows = modelRows(view);
  if (rows.length === 0 || view.change === null) return [];
  const lines = columnsOf(rows.slice(0, MAX_MODELS).map((row) => modelCells(view, row)));
  const left = rows.length - lines.length;
  const same = samenessText(keptInMeaning(view.change));
  return [
    'Models',
    ...lines.map((line) => `  ${line}`),
    ...(left > 0 ? [`  ${counted(left, 'more model')}`] : []),
    ...(same === '' ? [] : [`  ${same}`]),
  ];
}

function modelCells(view: ReviewView, { uniqueId, why, rows, columns }: ModelRow): readonly string[] {
  const { models, consumers } = splitReach(view.change === null ? [] : downstreamOf(view.change, uniqueId));
  const reach = [
    ...(models.length > 0 ? [counted(models.length, 'model')] : []),
    ...consumers.slice(0, 2).map((id) => unmarked(nameOf(view.change, id), 60)),
    ...(consumers.length > 2 ? [`${consumers.length - 2} more`] : []),
  ];
  const changes = columns
    .slice(0, 3)
    .map(
      ({ column, kind, after }) =>
        `${unmarked(column, 60)} ${kind}${kind === 'renamed' ? ` ${unmarked(after, 60)}` : ''}`,
    );
  return [
    unmarked(nameOf(view.change, uniqueId), 60),
    unmarked(why.join(', '), 80),
    rowsText(rows),
    columns.length > 3 ? [...changes, `${columns.length - 3} more`].join(', ') : changes.join(', ') || '–',
    reach.length === 0 ? '' : `reaches ${reach.join(', ')}`,
  ];
}

function gateLines({ verdict }: ReviewView): readonly string[] {
  const lines = columnsOf(verdict.gates.map((gate) => [`${gateIcon(gate)} ${gate.gateId}`, gatePhrase(gate)]));
  return lines.length === 0 ? [] : ['Gates', ...lines.map((line) => `  ${line}`)];
}

function gatePhrase(gate: JudgedGate): string {
  if (!applies(gate)) return `does not apply: ${unmarked(gate.summary, 200)}`;
  if (gate.outcome !== 'unknown') return unmarked(gate.summary, 200);
  const remedy = gate.reason?.remedy === undefined ? '' : `; ${unmarked(gate.reason.remedy, 200)}`;
  return `unknown: ${unmarked(gate.summary, 200)}${remedy}`;
}

function missingLines({ missing, policy, request }: ReviewView): readonly string[] {
  const remedy = missing?.remedy === undefined ? [] : [unmarked(missing.remedy, 400)];
  // On the command line the reader has given the directories, so a workflow would not help.
  if (missing === null || request.repository === null || !hasNoArtifacts(missing))
    return ['Nothing was judged.', ...remedy];
  const lines = artifactLines(policy.artifacts, request.baseBranch).split('\n');
  return ['Nothing was judged.', ...remedy, '', 'This gives the artifacts:', ...lines.map((line) => `  ${line}`)];
}

function footLines({ assistance, policy, record, verdict }: ReviewView): readonly string[] {
  const words = assistanceWords(assistance);
  const evidence = assistance.evidence
    .slice(0, 3)
    .map((one) => `${unmarked(one.kind, 30)} "${unmarked(one.text, 100)}"${placeWords(one)}`);
  const asks =
    assistance.level === 'assisted' && verdict.rung >= 'T2' ? '; needs a senior reviewer who is not the author' : '';
  const rules =
    policy.file === null
      ? 'default policy'
      : `policy ${unmarked(policy.file.path, 120)} at ${shortSha(policy.file.sha)}`;
  const kept =
    record === null ? '' : ` · record ${record.seq} sha256:${record.digest.replace(/^sha256:/, '').slice(0, 12)}`;
  return [
    ...(words === '' ? [] : [`${[words, evidence.join(', ')].filter((part) => part !== '').join(': ')}${asks}`]),
    `${rules}${kept}`,
  ];
}

/** Cells padded so that they stand below each other. */
function columnsOf(table: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of table) row.forEach((text, index) => (widths[index] = Math.max(widths[index] ?? 0, widthOf(text))));
  return table.map((row) =>
    row
      .map((text, index) => text + ' '.repeat((widths[index] ?? 0) - widthOf(text)))
      .join('  ')
      .trimEnd(),
  );
}

function widthOf(text: string): number {
  // Emoji and East Asian letters take two cells of a terminal.
  const wide = text.match(/[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uFF00-\uFF60]/gu) ?? [];
  return Array.from(text).length + wide.length;
}
