import type { ColumnRead, Term } from '../plan/plan.ts';

// Names by which facts know what a block reads: a column of an input, the row of an input as a whole, an expression by its text.

const between = '\n';

/** A column of an input; names of columns count in lower case. */
export function nameIn(input: string, column: string): string {
  return `${input}${between}${column.toLowerCase()}`;
}

/** The name of a column that a term reads. */
export function columnName({ input, name }: ColumnRead): string {
  return nameIn(input, name);
}

/** The row of an input, which decides all its columns. */
export function rowName(input: string): string {
  return `${input}${between}`;
}

/** The input of a column's name; null for an expression. */
export function inputOf(name: string): string | null {
  const at = name.indexOf(between);
  return at === -1 ? null : name.slice(0, at);
}

/** The column in a column's name. */
export function columnOf(name: string): string {
  return name.slice(name.indexOf(between) + 1);
}

/** The name of a term: the column, or its text. */
export function nameOf(term: Term): string {
  return term.column === null ? `=${term.text.replaceAll(between, ' ')}` : columnName(term.column);
}

/** Names of the columns that a term reads. */
export function readsOf({ reads }: Term): readonly string[] {
  return reads.map(columnName);
}

/** Whether it is not known of which input a column is. */
export function isUnclear({ reads }: Term): boolean {
  return reads.some(({ input }) => input.startsWith('?'));
}
