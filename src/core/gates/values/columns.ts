import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Change, ColumnChange } from '#core/change';
import { isSameType } from '#core/change';
import type { Answers, MeasuredAnswer, MeasuredColumn } from '#core/evidence';
import { mostColumnsRead, unanswered } from '#core/evidence';
import type { Compared } from './compare.ts';

/** How the columns of a relation differ as measured: one phrase each. */
export interface ColumnsDiffer {
  /** What the change's own SQL says too. */
  readonly asEdited: readonly string[];
  /** What it does not say. */
  readonly otherwise: readonly string[];
}

/** What the warehouse, or `catalog.json`, lists of both sides, held against each other and against what the SQL says. */
export function compareColumns(
  change: Change,
  { uniqueId, listed }: Pick<Compared, 'uniqueId' | 'listed'>,
  answers: Answers,
): ColumnsDiffer | Reason {
  const [base, head] = listed.map(({ key }) => columnsIn(answers, key)) as [Listed | Reason, Listed | Reason];
  if ('code' in base) return base;
  if ('code' in head) return head;
  const own = change.columnChanges.filter((one) => one.uniqueId === uniqueId);
  const isSame = (a: string, b: string): boolean =>
    base.source === head.source
      ? a.toLowerCase() === b.toLowerCase()
      : isSameType(a, b, change.head.project.metadata.adapterType);
  const differences = differencesOf(base.columns, head.columns, isSame);
  const said = new Set(own.flatMap((one) => namesOf(one)));
  const missing = own
    .filter(({ kind, origin, column }) => kind === 'added' && origin === 'own' && !has(head.columns, column))
    .map(({ column }) => `${column} not there although its SQL adds it`);
  return {
    asEdited: differences.filter(({ column }) => said.has(column)).map(({ text }) => text),
    otherwise: [...differences.filter(({ column }) => !said.has(column)).map(({ text }) => text), ...missing],
  };
}

interface Listed {
  readonly columns: readonly MeasuredColumn[];
  readonly source: string;
}

function columnsIn(answers: Answers, key: string): Listed | Reason {
  const answer = answers.get(key) ?? unanswered('columns');
  if (!answer.known) return answer.reason;
  const { figures, columns, source } = answer as MeasuredAnswer;
  if ((figures['columns'] ?? 0) > mostColumnsRead) {
    return reason('too-many-columns', `more than ${mostColumnsRead} columns, which are not listed`);
  }
  return columns === undefined || columns.length === 0
    ? reason('columns-unlisted', 'no columns of the relation are listed', 'build the model before the review')
    : { columns, source };
}

function differencesOf(
  base: readonly MeasuredColumn[],
  head: readonly MeasuredColumn[],
  isSame: (a: string, b: string) => boolean,
): readonly { readonly column: string; readonly text: string }[] {
  const before = new Map(base.map((column) => [column.name.toLowerCase(), column]));
  const after = new Map(head.map((column) => [column.name.toLowerCase(), column]));
  const gone = base.filter(({ name }) => !after.has(name.toLowerCase()));
  const changed = head.flatMap(({ name, type }) => {
    const old = before.get(name.toLowerCase());
    if (old === undefined) return [{ column: name.toLowerCase(), text: `${name} new (${type.toLowerCase()})` }];
    if (isSame(old.type, type)) return [];
    return [{ column: name.toLowerCase(), text: `${name} ${old.type.toLowerCase()} → ${type.toLowerCase()}` }];
  });
  return [...gone.map(({ name }) => ({ column: name.toLowerCase(), text: `${name} gone` })), ...changed];
}

function namesOf({ kind, column, after }: ColumnChange): readonly string[] {
  if (kind === 'logic-changed' || kind === 're-sourced') return [];
  return [column.toLowerCase(), ...(kind === 'renamed' ? [after.toLowerCase()] : [])];
}

function has(columns: readonly MeasuredColumn[], column: string): boolean {
  return columns.some(({ name }) => name.toLowerCase() === column.toLowerCase());
}
