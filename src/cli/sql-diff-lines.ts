import { counterexampleLines } from '#core/render';
import type { SqlDiff } from '#review';
import { sentence } from './sentence.ts';

const words: Readonly<Record<SqlDiff['equivalent'], string>> = {
  proven: 'proven: both give the same rows on all data',
  disproven: 'disproven: they give different rows on the counterexample',
  unknown: 'unknown',
};

/** What was found, for a terminal; control characters of the files are shown as `�`. */
export function diffLines({ equivalent, why, findings, where, masked }: SqlDiff): readonly string[] {
  const first = why === null ? words[equivalent] : `${words[equivalent]}: ${sentence(why)}`;
  const told = findings.flatMap(({ text, cost, basis, severity, matters, safeIf, counterexample }, at) => [
    '',
    `${at + 1}. ${text} [${[severity ?? cost, basis].join(', ')}]`,
    ...(matters === '' ? [] : [`   ${matters}`]),
    ...(safeIf === '' ? [] : [`   safe if: ${safeIf}`]),
    ...counterexampleLines(counterexample).map((line) => `     ${line}`),
  ]);
  const head = equivalent === 'unknown' && why === null ? 'they differ' : first;
  const placed = where.length === 0 ? head : `${head} (where ${where.join(', and ')})`;
  return [placed, ...told, ...notAnalysed(masked)].map(printable);
}

const mostMasks = 20;

/** One note on all that was masked. */
function notAnalysed(masked: readonly string[]): readonly string[] {
  if (masked.length === 0) return [];
  const more = masked.length > mostMasks ? `, and ${masked.length - mostMasks} more` : '';
  return ['', `not analysed, and compared by its words: ${masked.slice(0, mostMasks).join(', ')}${more}`];
}

function printable(line: string): string {
  return line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');
}
