import type { UniqueId } from '#core/base';
import { grouped, toLine } from '#core/base';
import type { Change } from '#core/change';
import type { Answers, DataQuestion, OfRelation, Side } from '#core/evidence';
import { conditionText, distinctRowsQuestion, failingRowsQuestion, keyProfileQuestion } from '#core/evidence';
import { relationNames } from '#core/lineage';
import { isRelation, relationOf, spelled } from '../data-relations.ts';
import type { Clause } from './clauses.ts';
import { clausesOf } from './clauses.ts';

/** One change of a clause that moves rows, with the count that tells how many. */
export interface Edit {
  readonly clause: Clause;
  /** The side that has the clause. */
  readonly side: Side;
  readonly question: DataQuestion;
}

const mostEdits = 6;

/**
 * The clauses of a model that only one side has, each with its question: a new condition is counted on the relation of base that it
 * reads, a dropped one and a join on the side that has it.
 */
export function editsOf(change: Change, uniqueId: UniqueId): readonly Edit[] {
  const base = clausesOn(change, 'base', uniqueId);
  const head = clausesOn(change, 'head', uniqueId);
  if (base === null || head === null) return [];
  const keys = { base: new Set(base.map(keyOf)), head: new Set(head.map(keyOf)) };
  const added = head.filter((clause) => !keys.base.has(keyOf(clause)));
  const dropped = base.filter((clause) => !keys.head.has(keyOf(clause)));
  // A join whose own condition is gone meets rows that it did not meet before.
  const widened = dropped.flatMap((gone) =>
    gone.kind === 'condition' && gone.inJoin
      ? head.filter((clause) => clause.kind === 'join' && clause.uniqueId === gone.uniqueId)
      : [],
  );
  const edits = [
    ...[...new Set([...added, ...widened])].flatMap((clause) => toEdit(change, uniqueId, { clause, side: 'head' })),
    ...dropped.flatMap((clause) => (clause.kind === 'join' ? [] : toEdit(change, uniqueId, { clause, side: 'base' }))),
  ];
  return edits.slice(0, mostEdits);
}

/** What the counts say of each edit, one phrase each; what moved no row, or could not be counted, is left out. */
export function attributed(change: Change, edits: readonly Edit[], answers: Answers): readonly string[] {
  return edits.flatMap((edit) => {
    const answer = answers.get(edit.question.key);
    if (
      answer?.known !== true ||
      answer.kind === 'claims' ||
      answer.kind === 'counterexample' ||
      answer.kind === 'row-count'
    )
      return [];
    return phraseOf(change, edit, answer.figures);
  });
}

function clausesOn(change: Change, side: Side, uniqueId: UniqueId): readonly Clause[] | null {
  const { trees, project } = change[side];
  const tree = trees.get(uniqueId);
  if (tree === undefined) return null;
  const names = relationNames(project);
  const parents = project.nodes.get(uniqueId)?.dependsOn.nodes ?? [];
  return clausesOf(tree, (name) =>
    names.find(
      name.map((part) => part.name.toLowerCase()),
      parents,
    ),
  );
}

function keyOf(clause: Clause): string {
  return JSON.stringify(clause).toLowerCase();
}

function toEdit(change: Change, uniqueId: UniqueId, { clause, side }: Pick<Edit, 'clause' | 'side'>): readonly Edit[] {
  const read = clause.kind === 'distinct' ? uniqueId : clause.uniqueId;
  const of = relationToCount(change, { clause, side }, read);
  return of === null ? [] : [{ clause, side, question: questionOf(change, clause, of) }];
}

/** Base's relation where it can have the column, since that is what the change was made against; else the side's own. */
function relationToCount(
  change: Change,
  { clause, side }: Pick<Edit, 'clause' | 'side'>,
  read: UniqueId,
): OfRelation | null {
  // Of a new DISTINCT, base still has the rows; of a dropped one, head has them.
  if (clause.kind === 'distinct') return relationAt(change, side === 'head' ? 'base' : 'head', read);
  const isModified = change.modified.some((node) => node.uniqueId === read);
  const base = isModified && side === 'head' ? null : relationAt(change, 'base', read);
  return base ?? relationAt(change, side, read);
}

function relationAt(change: Change, side: Side, uniqueId: UniqueId): OfRelation | null {
  const node = change[side].project.nodes.get(uniqueId);
  return node?.resourceType === 'source' || isRelation(node) ? relationOf(change, side, node) : null;
}

function questionOf(change: Change, clause: Clause, of: OfRelation): DataQuestion {
  switch (clause.kind) {
    case 'distinct':
      return distinctRowsQuestion(of);
    case 'join':
      return keyProfileQuestion(
        of,
        clause.columns.map((name) => spelled(change[of.side], of.uniqueId, name)),
      );
    case 'condition':
      return failingRowsQuestion(of, clause.condition);
  }
}

function phraseOf(
  change: Change,
  { clause, side }: Edit,
  figures: Readonly<Record<string, number>>,
): readonly string[] {
  const count = (name: string): number => figures[name] ?? 0;
  if (clause.kind === 'distinct') {
    const equal = count('rows') - count('distinct');
    if (equal === 0) return [];
    return [
      side === 'head'
        ? `the new DISTINCT removes ${many(equal, 'row')} that another one equals`
        : `without DISTINCT, ${many(equal, 'row')} stand there again`,
    ];
  }
  const name = change.head.project.nodes.get(clause.uniqueId)?.name ?? clause.uniqueId;
  if (clause.kind === 'join') {
    if (count('extra') === 0) return [];
    return [
      `the join to ${name} by ${clause.columns.join(', ')} meets ${many(count('repeated'), 'key')} more than once, up to ${grouped(count('most'))} times: ${grouped(count('extra'))} rows too many there`,
    ];
  }
  if (count('failing') === 0) return [];
  const text = toLine(conditionText(clause.condition), 80);
  const where = clause.inJoin ? `condition ${text} of the join to ${name}` : `filter ${text}`;
  const nulls = count('undecided') === 0 ? '' : `, ${grouped(count('undecided'))} of them because it is NULL there`;
  const [which, does] = side === 'head' ? ['new', 'fails for'] : ['dropped', 'kept out'];
  return [
    `the ${which} ${where} ${does} ${grouped(count('failing'))} of ${many(count('rows'), 'row')} of ${name}${nulls}`,
  ];
}

function many(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
