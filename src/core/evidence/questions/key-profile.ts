import type { Identifier } from '#core/sql';
import type { OfRelation, QuestionOf, Statement } from '../data-question.ts';
import type { SqlWriter } from '../sql-writer.ts';

/**
 * Asks whether columns are a key: `rows`; `keys`, distinct ones without a NULL; `repeated`, how many of them stand in more than one
 * row; `extra`, the rows that these have too many; `nulls`, rows with a NULL in the key; `most`, rows of the most frequent one.
 */
export function keyProfileQuestion(of: OfRelation, columns: readonly Identifier[]): QuestionOf<'key-profile'> {
  const key = `key:${of.side}:${of.uniqueId}:${columns.map(({ name }) => name).join(',')}`;
  return { kind: 'key-profile', key, ...of, columns };
}

export function selectKeyProfile(
  { relation, columns }: QuestionOf<'key-profile'>,
  writer: SqlWriter,
): Statement | null {
  const from = writer.relation(relation);
  const names = columns.map((column) => writer.name(column));
  const [n, k] = [writer.name('n'), writer.name('k')];
  const own = columns.map((_, index) => writer.name(`c${index}`));
  if (from === null || n === null || k === null || names.includes(null) || own.includes(null)) return null;
  const whole = own.map((name) => `${name} is not null`).join(' and ');
  const sum = (when: string, what: string): string => `coalesce(sum(case when ${when} then ${what} else 0 end), 0)`;
  const counts = [
    `coalesce(sum(${n}), 0)`,
    sum(whole, '1'),
    sum(`${n} > 1 and ${whole}`, '1'),
    sum(`${n} > 1 and ${whole}`, `${n} - 1`),
    sum(`not (${whole})`, n),
    `coalesce(max(case when ${whole} then ${n} else 0 end), 0)`,
  ];
  const grouped = names.map((name, index) => `${name ?? ''} as ${own[index] ?? ''}`);
  return {
    sql: `select ${counts.join(', ')} from (select ${[...grouped, `count(*) as ${n}`].join(', ')} from ${from} group by ${names.join(', ')}) as ${k}`,
    figures: ['rows', 'keys', 'repeated', 'extra', 'nulls', 'most'],
  };
}
