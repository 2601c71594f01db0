import type { OfRelation, QuestionOf, Statement } from '../data-question.ts';
import { parseRelation } from '../relation-name.ts';
import type { SqlWriter } from '../sql-writer.ts';

/** Further columns are not read; `columns` then says how many there are. */
export const mostColumnsRead = 200;

/** Asks for the columns of a relation and their types, as the warehouse lists them: `columns`, and a name and a type for each. */
export function columnsQuestion(of: OfRelation): QuestionOf<'columns'> {
  return { kind: 'columns', key: `columns:${of.side}:${of.uniqueId}`, ...of };
}

/** One row holds them all, so that it is answered as every other question is. */
export function selectColumns({ relation }: QuestionOf<'columns'>, writer: SqlWriter): Statement | null {
  const parts = parseRelation(relation);
  const [table, schema, database] = [...(parts ?? [])].reverse();
  const list = writer.columnList(database ?? null, schema ?? null);
  const own = [schema, table].map((one) => (one === undefined ? null : writer.text(one)));
  const [position, name, type, ofSchema, ofTable] = [
    'ordinal_position',
    'column_name',
    'data_type',
    'table_schema',
    'table_name',
  ].map((column) => writer.name({ name: column, quoted: false }) ?? '');
  if (list === null || own.includes(null)) return null;
  const each = Array.from({ length: mostColumnsRead }, (_, at) =>
    [name, type].map((what) => `max(case when ${position} = ${at + 1} then ${what} end)`),
  ).flat();
  return {
    sql: `select count(*), ${each.join(', ')} from ${list} where ${ofSchema} = ${own[0] ?? ''} and ${ofTable} = ${own[1] ?? ''}`,
    figures: ['columns', ...each.map((_, at) => (at % 2 === 0 ? 'column.name' : 'column.type'))],
  };
}
