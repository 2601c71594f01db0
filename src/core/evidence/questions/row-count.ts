import type { UniqueId } from '#core/base';
import type { QuestionOf, RowCountQuestion, Statement } from '../data-question.ts';
import type { Side } from '../side.ts';
import type { SqlWriter } from '../sql-writer.ts';

/** Asks for the rows of one side's relation. The key names side and node, so that two gates share the answer. */
export function rowCountQuestion(side: Side, uniqueId: UniqueId, relation: string, state = ''): RowCountQuestion {
  return { kind: 'row-count', key: `rows:${side}:${uniqueId}`, side, uniqueId, relation, state };
}

export function selectRowCount({ relation }: QuestionOf<'row-count'>, writer: SqlWriter): Statement | null {
  const from = writer.relation(relation);
  return from === null ? null : { sql: `select count(*) from ${from}`, figures: ['rows'] };
}
