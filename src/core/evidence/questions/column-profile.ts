import type { Identifier } from '#core/sql';
import type { OfRelation, QuestionOf, Statement } from '../data-question.ts';
import type { SqlWriter } from '../sql-writer.ts';

/** Asks for NULLs and distinct values of columns: `rows`, and for each column `nulls.<column>` and `distinct.<column>`. */
export function columnProfileQuestion(of: OfRelation, columns: readonly Identifier[]): QuestionOf<'column-profile'> {
  const key = `profile:${of.side}:${of.uniqueId}:${columns.map(({ name }) => name).join(',')}`;
  return { kind: 'column-profile', key, ...of, columns };
}

export function selectColumnProfile(
  { relation, columns }: QuestionOf<'column-profile'>,
  writer: SqlWriter,
): Statement | null {
  const from = writer.relation(relation);
  const names = columns.map((column) => writer.name(column));
  if (from === null || names.includes(null)) return null;
  const counts = names.flatMap((name) => [`count(*) - count(${name})`, `count(distinct ${name})`]);
  return {
    sql: `select ${['count(*)', ...counts].join(', ')} from ${from}`,
    figures: ['rows', ...columns.flatMap(({ name }) => [`nulls.${name}`, `distinct.${name}`])],
  };
}
