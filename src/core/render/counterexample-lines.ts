import type { Counterexample } from '#core/gates';
import type { RatedFinding } from '#core/policy';
import { plainLine } from './escape.ts';
import { counted } from './quantities.ts';

const MAX_COLUMNS = 6;
const MAX_ROWS = 6;
const MAX_RELATIONS = 4;
const MAX_VALUE = 24;

/** Made-up rows and what both sides make of them, as lines of a table, the columns that differ first; names and values of strangers cannot end a fence. */
export function counterexampleLines(shown: RatedFinding['counterexample']): readonly string[] {
  if (shown === undefined || typeof shown === 'string') return [];
  const { input, columns, base, head, unstable } = shown;
  const tables = input.slice(0, MAX_RELATIONS).map(({ relation, ...rows }) => tableOf(text(relation, 60), rows));
  const note = (side: 'base' | 'head'): string =>
    unstable === side ? ', one of several by the order of the rows' : '';
  return [
    ...tables.flat(),
    ...(input.length > MAX_RELATIONS ? [counted(input.length - MAX_RELATIONS, 'more relation')] : []),
    ...tableOf(`→ base gives${note('base')}`, { columns, rows: base }),
    ...tableOf(`→ head gives${note('head')}`, { columns, rows: head }),
  ];
}

/** The same as a code block; '' where there are none. */
export function counterexampleBlock(shown: RatedFinding['counterexample']): string {
  const lines = counterexampleLines(shown);
  return lines.length === 0 ? '' : `\`\`\`text\n${lines.join('\n')}\n\`\`\``;
}

function tableOf(
  title: string,
  { columns, rows }: Pick<Counterexample['input'][number], 'columns' | 'rows'>,
): readonly string[] {
  if (rows.length === 0) return [`${title}: no row`];
  const shownRows = rows.slice(0, MAX_ROWS);
  const names = columns.slice(0, MAX_COLUMNS).map((name) => text(name, MAX_VALUE));
  const cells = shownRows.map((row) => names.map((_, at) => text(row[at] ?? 'NULL', MAX_VALUE)));
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `  ${row.map((value, at) => value.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd();
  const more = [...(rows.length > MAX_ROWS ? [`  ${counted(rows.length - MAX_ROWS, 'more row')}`] : [])];
  if (names.length === 0) return [`${title}: ${counted(rows.length, 'row')}`];
  return [title, line(names), ...cells.map(line), ...more];
}

function text(value: string, max: number): string {
  return plainLine(value, max).replaceAll('`', "'");
}
