import type { Identifier } from '#core/sql';
import type { OfBoth, QuestionOf, Statement } from '../data-question.ts';
import type { SqlWriter } from '../sql-writer.ts';

/**
 * Asks for the rows of both sides in the stretch of time that both have: from the later beginning to the earlier end of a column.
 * `base`, `head`.
 */
export function windowRowsQuestion(of: OfBoth, column: Identifier): QuestionOf<'window-rows'> {
  return { kind: 'window-rows', key: `window:both:${of.uniqueId}:${column.name}`, ...of, column };
}

export function selectWindowRows(
  { base, head, column }: QuestionOf<'window-rows'>,
  writer: SqlWriter,
): Statement | null {
  const [before, after, at] = [writer.relation(base), writer.relation(head), writer.name(column)];
  if (before === null || after === null || at === null) return null;
  const [b = '', h = '', w = '', lo = '', hi = '', n = ''] = ['b', 'h', 'w', 'lo', 'hi', 'n'].map(
    (one) => writer.name(one) ?? '',
  );
  const ends = (from: string, alias: string): string =>
    `(select min(${at}) as ${lo}, max(${at}) as ${hi} from ${from}) as ${alias}`;
  const later = `case when ${b}.${lo} > ${h}.${lo} then ${b}.${lo} else ${h}.${lo} end as ${lo}`;
  const earlier = `case when ${b}.${hi} < ${h}.${hi} then ${b}.${hi} else ${h}.${hi} end as ${hi}`;
  const common = `(select ${later}, ${earlier} from ${ends(before, b)} cross join ${ends(after, h)}) as ${w}`;
  const rows = (from: string, alias: string): string =>
    `(select count(*) as ${n} from ${from} as ${alias} cross join ${common} where ${alias}.${at} between ${w}.${lo} and ${w}.${hi}) as ${alias}`;
  return {
    sql: `select ${b}.${n}, ${h}.${n} from ${rows(before, b)} cross join ${rows(after, h)}`,
    figures: ['base', 'head'],
  };
}
