import type { Identifier } from '#core/sql';
import type { OfBoth, QuestionOf, Statement } from '../data-question.ts';
import type { SqlWriter } from '../sql-writer.ts';

/** Asks how many common keys have the same value, two NULLs being the same: `common`, and for each column `equal.<column>`. */
export function valueMatchQuestion(
  of: OfBoth,
  on: readonly Identifier[],
  columns: readonly Identifier[],
): QuestionOf<'value-match'> {
  const names = (list: readonly Identifier[]): string => list.map(({ name }) => name).join(',');
  return { kind: 'value-match', key: `match:both:${of.uniqueId}:${names(on)}:${names(columns)}`, ...of, on, columns };
}

export function selectValueMatch(
  { base, head, on, columns }: QuestionOf<'value-match'>,
  writer: SqlWriter,
): Statement | null {
  const [before, after] = [writer.relation(base), writer.relation(head)];
  const keys = on.map((column) => writer.name(column));
  const names = columns.map((column) => writer.name(column));
  const [b, h] = ['b', 'h'].map((one) => writer.name(one) ?? '');
  if (before === null || after === null || keys.includes(null) || names.includes(null)) return null;
  const equal = names.map((name) => {
    const [left, right] = [`${b}.${name}`, `${h}.${name}`];
    return `coalesce(sum(case when ${left} = ${right} or (${left} is null and ${right} is null) then 1 else 0 end), 0)`;
  });
  const joined = keys.map((key) => `${b}.${key} = ${h}.${key}`).join(' and ');
  return {
    sql: `select ${['count(*)', ...equal].join(', ')} from ${before} as ${b} join ${after} as ${h} on ${joined}`,
    figures: ['common', ...columns.map(({ name }) => `equal.${name}`)],
  };
}
