import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { DataQuestion, QuestionOf, Statement } from './data-question.ts';
import type { OneSelect } from './one-select.ts';
import { toOneSelect } from './one-select.ts';
import { selectColumnProfile } from './questions/column-profile.ts';
import { selectColumns } from './questions/columns.ts';
import { selectDistinctRows } from './questions/distinct-rows.ts';
import { selectFailingRows } from './questions/failing-rows.ts';
import { selectKeyDiff } from './questions/key-diff.ts';
import { selectKeyProfile } from './questions/key-profile.ts';
import { selectNewest } from './questions/newest.ts';
import { selectRowCount } from './questions/row-count.ts';
import { selectValueMatch } from './questions/value-match.ts';
import { selectWindowRows } from './questions/window-rows.ts';
import type { SqlWriter } from './sql-writer.ts';

/** A question as the one SELECT that answers it. */
export interface CheckedStatement {
  readonly sql: OneSelect;
  readonly figures: Statement['figures'];
}

/**
 * The one SELECT of a question, or why there is none: a name that cannot be taken apart or quoted. What was written is read
 * again, and goes nowhere unless it is one SELECT.
 */
export function toStatement(
  question: Exclude<DataQuestion, QuestionOf<'plan'>>,
  writer: SqlWriter,
): CheckedStatement | Reason {
  const statement = write(question, writer);
  if (statement === null)
    return reason('bad-relation', 'a name in the question cannot be taken apart or quoted safely');
  const sql = toOneSelect(statement.sql, writer.dialect);
  if (sql !== null) return { sql, figures: statement.figures };
  return reason('not-one-select', `the question (${question.kind}) did not come out as one SELECT, so it was not sent`);
}

function write(question: Exclude<DataQuestion, QuestionOf<'plan'>>, writer: SqlWriter): Statement | null {
  switch (question.kind) {
    case 'row-count':
      return selectRowCount(question, writer);
    case 'failing-rows':
      return selectFailingRows(question, writer);
    case 'column-profile':
      return selectColumnProfile(question, writer);
    case 'key-profile':
      return selectKeyProfile(question, writer);
    case 'distinct-rows':
      return selectDistinctRows(question, writer);
    case 'newest':
      return selectNewest(question, writer);
    case 'columns':
      return selectColumns(question, writer);
    case 'key-diff':
      return selectKeyDiff(question, writer);
    case 'window-rows':
      return selectWindowRows(question, writer);
    case 'value-match':
      return selectValueMatch(question, writer);
  }
}
