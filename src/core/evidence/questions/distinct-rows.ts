import type { OfRelation, QuestionOf, Statement } from '../data-question.ts';
import type { SqlWriter } from '../sql-writer.ts';

/** Asks how many rows are left when equal ones count once: `rows`, `distinct`. */
export function distinctRowsQuestion(of: OfRelation): QuestionOf<'distinct-rows'> {
  return { kind: 'distinct-rows', key: `distinct:${of.side}:${of.uniqueId}`, ...of };
}

export function selectDistinctRows({ relation }: QuestionOf<'distinct-rows'>, writer: SqlWriter): Statement | null {
  const from = writer.relation(relation);
  const [n, a, b] = [writer.name('n'), writer.name('a'), writer.name('b')];
  if (from === null || n === null || a === null || b === null) return null;
  const all = `(select count(*) as ${n} from ${from}) as ${a}`;
  const once = `(select count(*) as ${n} from (select distinct * from ${from}) as ${b}) as ${b}`;
  return { sql: `select ${a}.${n}, ${b}.${n} from ${all} cross join ${once}`, figures: ['rows', 'distinct'] };
}
