import type { Identifier } from '#core/sql';
import type { OfBoth, QuestionOf, Statement } from '../data-question.ts';
import type { SqlWriter } from '../sql-writer.ts';

/**
 * Asks which keys both sides have, in one pass over both: `onlyBase`, `onlyHead`, `both`; `repeatedBase` and `repeatedHead`, keys that
 * stand in more than one row; `nullsBase` and `nullsHead`, rows with a NULL in the key, which count for nothing else.
 */
export function keyDiffQuestion(of: OfBoth, columns: readonly Identifier[]): QuestionOf<'key-diff'> {
  const key = `keys:both:${of.uniqueId}:${columns.map(({ name }) => name).join(',')}`;
  return { kind: 'key-diff', key, ...of, columns };
}

export function selectKeyDiff({ base, head, columns }: QuestionOf<'key-diff'>, writer: SqlWriter): Statement | null {
  const [before, after] = [writer.relation(base), writer.relation(head)];
  const names = columns.map((column) => writer.name(column));
  const own = columns.map((_, index) => writer.name(`c${index}`));
  const [b, h, u, k] = ['b', 'h', 'u', 'k'].map((one) => writer.name(one) ?? '');
  if (before === null || after === null || names.includes(null) || own.includes(null)) return null;
  const whole = own.map((name) => `${name} is not null`).join(' and ');
  const sum = (when: string, what = '1'): string => `coalesce(sum(case when ${when} then ${what} else 0 end), 0)`;
  const counts = [
    sum(`${whole} and ${b} > 0 and ${h} = 0`),
    sum(`${whole} and ${b} = 0 and ${h} > 0`),
    sum(`${whole} and ${b} > 0 and ${h} > 0`),
    sum(`${whole} and ${b} > 1`),
    sum(`${whole} and ${h} > 1`),
    sum(`not (${whole})`, b),
    sum(`not (${whole})`, h),
  ];
  // A key is meant to be unique: to group each side first would group nearly every row twice.
  const side = (from: string, isBase: boolean): string => {
    const keys = names.map((name, index) => `${name ?? ''} as ${own[index] ?? ''}`);
    const [inBase, inHead] = isBase ? ['1', 'null'] : ['null', '1'];
    return `select ${keys.join(', ')}, ${inBase} as ${b}, ${inHead} as ${h} from ${from}`;
  };
  const together = `select ${own.join(', ')}, count(${b}) as ${b}, count(${h}) as ${h} from (${side(before, true)} union all ${side(after, false)}) as ${u} group by ${own.join(', ')}`;
  return {
    sql: `select ${counts.join(', ')} from (${together}) as ${k}`,
    figures: ['onlyBase', 'onlyHead', 'both', 'repeatedBase', 'repeatedHead', 'nullsBase', 'nullsHead'],
  };
}
