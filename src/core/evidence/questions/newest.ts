import type { Identifier } from '#core/sql';
import type { OfRelation, QuestionOf, Statement } from '../data-question.ts';
import type { SqlWriter } from '../sql-writer.ts';

/** Asks for the greatest value of a column, for example when rows were last loaded; as text. */
export function newestQuestion(of: OfRelation, column: Identifier): QuestionOf<'newest'> {
  return { kind: 'newest', key: `newest:${of.side}:${of.uniqueId}:${column.name}`, ...of, column };
}

export function selectNewest({ relation, column }: QuestionOf<'newest'>, writer: SqlWriter): Statement | null {
  const [from, name] = [writer.relation(relation), writer.name(column)];
  if (from === null || name === null) return null;
  return { sql: `select cast(max(${name}) as ${writer.textType}) from ${from}`, figures: ['text'] };
}
