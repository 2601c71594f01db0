import type { OfRelation, QuestionOf, Statement } from '../data-question.ts';
import type { Condition } from '../predicate.ts';
import { writeCondition } from '../predicate.ts';
import type { SqlWriter } from '../sql-writer.ts';

/** Asks how many rows do not meet a condition: `failing` of `rows`, `undecided` of them because it is NULL there. */
export function failingRowsQuestion(of: OfRelation, condition: Condition): QuestionOf<'failing-rows'> {
  const key = `failing:${of.side}:${of.uniqueId}:${JSON.stringify(condition)}`;
  return { kind: 'failing-rows', key, ...of, condition };
}

export function selectFailingRows(
  { relation, condition }: QuestionOf<'failing-rows'>,
  writer: SqlWriter,
): Statement | null {
  const [from, alias] = [writer.relation(relation), writer.name('t')];
  const holds = writeCondition(condition, writer, 't');
  if (from === null || alias === null || holds === null) return null;
  const failing = `coalesce(sum(case when ${holds} then 0 else 1 end), 0)`;
  const undecided = `coalesce(sum(case when ${holds} then 0 when (not ${holds}) then 0 else 1 end), 0)`;
  return {
    sql: `select count(*), ${failing}, ${undecided} from ${from} as ${alias}`,
    figures: ['rows', 'failing', 'undecided'],
  };
}
