import { grouped, toLine } from '#core/base';
import type { Change } from '#core/change';
import type { Answers, Condition, MeasuredAnswer } from '#core/evidence';
import { conditionText } from '#core/evidence';
import type { Clause } from './clauses.ts';
import type { Edit } from './edits.ts';

type Figures = MeasuredAnswer['figures'];
type OfKind<Kind extends Clause['kind']> = Extract<Clause, { readonly kind: Kind }>;

interface Counted {
  readonly change: Change;
  readonly figures: Figures;
  /** Rows of the model at head, less those at base. */
  readonly moved: number;
}

/**
 * What the counts say of each edit, one phrase each; what moved no row, or could not be counted, is left out. `moved` is by how many rows
 * the model moved.
 */
export function attributed(
  change: Change,
  edits: readonly Edit[],
  { answers, moved }: { readonly answers: Answers; readonly moved: number },
): readonly string[] {
  return edits.flatMap((edit) => {
    const answer = answers.get(edit.question.key);
    if (answer?.known !== true || answer.kind === 'claims' || answer.kind === 'counterexample') return [];
    const figures = answer.kind === 'row-count' ? { rows: answer.rows } : answer.figures;
    return phraseOf(edit, { change, figures, moved }) ?? [];
  });
}

function phraseOf({ clause, side, question }: Edit, counted: Counted): string | null {
  const of = 'side' in question ? question.side : side;
  switch (clause.kind) {
    case 'distinct':
      return distinctPhrase(side === 'head', counted);
    case 'rows':
      return rowsPhrase(clause, side === 'head', counted);
    case 'join':
      return joinPhrase(clause, counted);
    case 'condition':
      // Of a relation that changes itself, head's rows are other rows than those that base had.
      return conditionPhrase(
        { ...clause, isWhole: clause.isWhole === true && of === 'base' },
        side === 'head',
        counted,
      );
  }
}

function distinctPhrase(isNew: boolean, { figures }: Counted): string | null {
  const equal = countIn(figures, 'rows') - countIn(figures, 'distinct');
  if (equal === 0) return null;
  return isNew
    ? `the new DISTINCT removes ${rowsOf(equal)} that another one equals`
    : `without DISTINCT, ${rowsOf(equal)} stand there again`;
}

function rowsPhrase({ uniqueId, as }: OfKind<'rows'>, isNew: boolean, { change, figures }: Counted): string | null {
  const rows = countIn(figures, 'rows');
  const name = nameOf(change, uniqueId);
  if (as === 'cross-join')
    return rows === 1 ? null : `the new join to ${name} has no condition: each row meets its ${rowsOf(rows)}`;
  if (rows === 0) return null;
  return isNew ? `the new member ${name} brings ${rowsOf(rows)}` : `the dropped member ${name} had ${rowsOf(rows)}`;
}

function joinPhrase({ uniqueId, columns, isNew = false }: OfKind<'join'>, { change, figures }: Counted): string | null {
  const extra = countIn(figures, 'extra');
  if (extra === 0) return null;
  const which = isNew ? 'the new join' : 'the join';
  const repeated = countIn(figures, 'repeated');
  const keys = `${grouped(repeated)} key${repeated === 1 ? '' : 's'}`;
  const most = grouped(countIn(figures, 'most'));
  return `${which} to ${nameOf(change, uniqueId)} by ${columns.join(', ')} meets ${keys} more than once, up to ${most} times: ${grouped(extra)} rows too many there`;
}

function conditionPhrase(clause: OfKind<'condition'>, isHead: boolean, counted: Counted): string | null {
  const { change, figures } = counted;
  const failing = countIn(figures, 'failing');
  if (failing === 0) return null;
  const name = nameOf(change, clause.uniqueId);
  const what = clause.change === undefined ? plainWords(clause, isHead, name) : changedWords(clause.change);
  const many = clause.isWhole === true ? wholeRows(failing, isHead, counted.moved) : null;
  const verb =
    clause.change !== undefined
      ? ['and removes', 'and lets in']
      : [many === null ? 'fails for' : 'removes', 'kept out'];
  const rows = many ?? `${grouped(failing)} of ${rowsOf(countIn(figures, 'rows'))} of ${name}`;
  return `${what} ${verb[isHead ? 0 : 1] ?? ''} ${rows}${nullWords(clause, countIn(figures, 'undecided'))}`;
}

/** `4,951 of them`, where the rows are among those by which the model moved. */
function wholeRows(failing: number, isHead: boolean, moved: number): string {
  const isAmong = isHead === moved < 0 && failing <= Math.abs(moved);
  return isAmong ? `${grouped(failing)} of them` : rowsOf(failing);
}

function plainWords({ condition, inJoin }: OfKind<'condition'>, isHead: boolean, name: string): string {
  const which = isHead ? 'new' : 'dropped';
  return inJoin
    ? `the ${which} condition ${textOf(condition)} of the join to ${name}`
    : `the ${which} filter ${textOf(condition)}`;
}

function changedWords({ before, after }: NonNullable<OfKind<'condition'>['change']>): string {
  return `the filter ${textOf(before)} became ${textOf(after)}`;
}

function nullWords({ condition }: OfKind<'condition'>, undecided: number): string {
  if (undecided === 0) return '';
  const [column, ...more] = columnsIn(condition);
  return column === undefined || more.length > 0
    ? `, ${grouped(undecided)} of them because it is NULL there`
    : `, ${grouped(undecided)} of which have ${column} NULL`;
}

/** Columns of a condition by whose NULL it is NULL; none where something else in it may make it so, or NULL of it a value. */
function columnsIn(condition: Condition): readonly string[] {
  const parts = partsOf(condition);
  const isPlain = parts.every((one) => one.kind !== 'call' && !(one.kind === 'word' && one.value === 'null'));
  return isPlain ? [...new Set(parts.flatMap((one) => (one.kind === 'column' ? one.column.name : [])))] : [];
}

function partsOf(condition: Condition): readonly Condition[] {
  const inner = 'operands' in condition ? condition.operands : condition.kind === 'cast' ? [condition.operand] : [];
  return [condition, ...inner.flatMap(partsOf)];
}

function nameOf(change: Change, uniqueId: OfKind<'join'>['uniqueId']): string {
  return (change.head.project.nodes.get(uniqueId) ?? change.base.project.nodes.get(uniqueId))?.name ?? uniqueId;
}

function textOf(condition: Condition): string {
  return toLine(conditionText(condition), 80);
}

function countIn(figures: Figures, name: string): number {
  return figures[name] ?? 0;
}

function rowsOf(count: number): string {
  return `${grouped(count)} row${count === 1 ? '' : 's'}`;
}
