import type { UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { DataQuestion, OfRelation, Side } from '#core/evidence';
import { distinctRowsQuestion, failingRowsQuestion, keyProfileQuestion, rowCountQuestion } from '#core/evidence';
import { relationNames } from '#core/lineage';
import { isRelation, relationOf, spelled } from '../data-relations.ts';
import type { Clause } from './clauses.ts';
import { clausesOf } from './clauses.ts';
import type { Sided } from './meant-clauses.ts';
import { meantClauses } from './meant-clauses.ts';

/** One change of a clause that moves rows, with the count that tells how many. */
export interface Edit {
  readonly clause: Clause;
  /** The side that has the clause. */
  readonly side: Side;
  readonly question: DataQuestion;
}

const mostEdits = 6;

/**
 * What differs between the two sides' SQL of a model and can move rows, each with its question: by meaning where both sides could be
 * compared so, else the clauses that only one side has. A new condition is counted on the relation of base that it reads, a dropped one
 * and a join on the side that has it.
 */
export function editsOf(change: Change, uniqueId: UniqueId): readonly Edit[] {
  const sided = meantClauses(change, uniqueId) ?? writtenClauses(change, uniqueId);
  const edits = sided.flatMap((one) => toEdit(change, uniqueId, one));
  return [...new Map(edits.map((edit) => [`${edit.question.key} ${edit.side}`, edit])).values()].slice(0, mostEdits);
}

function writtenClauses(change: Change, uniqueId: UniqueId): readonly Sided[] {
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
  return [
    ...[...new Set([...added, ...widened])].map((clause): Sided => ({ clause, side: 'head' })),
    ...dropped.flatMap((clause): readonly Sided[] => (clause.kind === 'join' ? [] : [{ clause, side: 'base' }])),
  ];
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
    case 'rows':
      return rowCountQuestion(of.side, of.uniqueId, of.relation, of.state);
    case 'join':
      return keyProfileQuestion(
        of,
        clause.columns.map((name) => spelled(change[of.side], of.uniqueId, name)),
      );
    case 'condition':
      return failingRowsQuestion(of, clause.counted ?? clause.condition);
  }
}
