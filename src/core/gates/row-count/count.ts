import type { Reason, UniqueId } from '#core/base';
import { reason, sortedBy } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { Answer, Answers, RowCountQuestion, Side } from '#core/evidence';
import { evidenceFileName, rowCountQuestion, unanswered } from '#core/evidence';

/** A relation whose rows are to be counted. */
interface Relation {
  readonly uniqueId: UniqueId;
  /** Null of an unmodified child. */
  readonly modified: ModifiedNode | null;
  /** Modified direct parents; of a modified relation too. */
  readonly parents: readonly UniqueId[];
  /** Null when base does not have it. */
  readonly base: RowCountQuestion | null;
  readonly head: RowCountQuestion | null;
  /** Why it cannot be counted at all. */
  readonly uncountable: Reason | null;
}

/** What there is to count. */
export interface Scope {
  readonly relations: readonly Relation[];
  /** How many more there are than may be counted. */
  readonly beyond: number;
  /** Set when base's artifacts are not of the commit that was asked for. */
  readonly stale: Reason | null;
}

/** Rows of one relation on both sides; base is null of a new relation. */
export interface Counted {
  readonly relation: Relation;
  readonly base: number | null;
  readonly head: number;
  readonly source: string;
}

/** Modified models, seeds and snapshots that are relations, then their direct children, each in order of unique_id. */
export function scopeOf(
  change: Change,
  { children, mostRelations }: { children: boolean; mostRelations: number },
): Scope {
  const modified = new Map(change.modified.map((node) => [node.uniqueId, node]));
  const kept = change.modified.filter(({ uniqueId }) => isRelation(change.head.project.nodes.get(uniqueId)));
  const below = new Map(change.modified.map(({ uniqueId }) => [uniqueId, relationsBelow(change, uniqueId)]));
  const reached = new Set(children ? [...below.values()].flat() : []);
  const others = sortedBy(reached, (id) => id).filter((id) => !modified.has(id));
  const ids = [...kept.map(({ uniqueId }) => uniqueId), ...others];
  const parents = parentsBy(below);
  const relations = ids
    .slice(0, mostRelations)
    .map((uniqueId) =>
      toRelation(change, uniqueId, { modified: modified.get(uniqueId) ?? null, parents: parents.get(uniqueId) ?? [] }),
    );
  return { relations, beyond: Math.max(0, ids.length - mostRelations), stale: change.base.stale };
}

/** The questions of a scope: base and head of each relation, the same relation once. */
export function askCounts({ relations }: Scope): readonly RowCountQuestion[] {
  return relations.flatMap(({ base, head, uncountable }) =>
    uncountable === null ? [base, head].filter((question) => question !== null) : [],
  );
}

/** What was counted, and why the rest was not: one reason a cause, with how many relations it concerns. */
export function readCounts(
  { relations, beyond }: Scope,
  answers: Answers,
): { readonly counted: readonly Counted[]; readonly unknown: readonly Reason[] } {
  const counted: Counted[] = [];
  const missing: { readonly uniqueId: UniqueId; readonly cause: Reason }[] = [];
  for (const relation of relations) {
    const outcome = countOf(relation, answers);
    if ('code' in outcome) missing.push({ uniqueId: relation.uniqueId, cause: outcome });
    else counted.push(outcome);
  }
  const unknown = groupReasons(missing);
  if (beyond === 0) return { counted, unknown };
  const cap = reason(
    'too-many-relations',
    `${beyond} more relations were not counted`,
    'raise `max_relations` in the policy',
  );
  return { counted, unknown: [...unknown, cap] };
}

function isRelation(node: DbtNode | undefined): boolean {
  if (node === undefined || node.materialized === 'ephemeral') return false;
  return node.resourceType === 'model' || node.resourceType === 'seed' || node.resourceType === 'snapshot';
}

/** Direct children that are relations; an ephemeral child is passed through, because its rows are its children's. */
function relationsBelow(change: Change, start: UniqueId): readonly UniqueId[] {
  const found = new Set<UniqueId>();
  const met = new Set<UniqueId>([start]);
  const queue = [start];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const child of change.head.children.get(id) ?? []) {
      if (met.has(child)) continue;
      met.add(child);
      const node = change.head.project.nodes.get(child);
      if (isRelation(node)) found.add(child);
      else if (node?.materialized === 'ephemeral') queue.push(child);
    }
  }
  return [...found];
}

function parentsBy(below: ReadonlyMap<UniqueId, readonly UniqueId[]>): ReadonlyMap<UniqueId, readonly UniqueId[]> {
  const parents = new Map<UniqueId, UniqueId[]>();
  for (const [parent, children] of below) {
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), parent]);
  }
  return parents;
}

function toRelation(
  change: Change,
  uniqueId: UniqueId,
  { modified, parents }: Pick<Relation, 'modified' | 'parents'>,
): Relation {
  const head = change.head.project.nodes.get(uniqueId);
  const base = change.base.project.nodes.get(uniqueId);
  const isBase = isRelation(base);
  const ask = (side: Side, node: DbtNode | undefined): RowCountQuestion | null =>
    node?.relationName ? rowCountQuestion(side, uniqueId, node.relationName) : null;
  const one = {
    uniqueId,
    modified,
    parents,
    base: isBase ? ask('base', base) : null,
    head: ask('head', head),
  };
  return { ...one, uncountable: whyNot(change, one, isBase) };
}

function whyNot(
  change: Change,
  { uniqueId, base, head }: { uniqueId: UniqueId; base: RowCountQuestion | null; head: RowCountQuestion | null },
  isBase: boolean,
): Reason | null {
  if (head === null || (isBase && base === null)) {
    return reason('no-relation-name', 'the manifest names no relation', 'compile the project before the upload');
  }
  const status = change.head.runResults?.results.find((result) => result.uniqueId === uniqueId)?.status;
  if (status === 'error' || status === 'skipped') {
    return reason(
      'not-built',
      'head was not built (its dbt run ended in an error or was skipped)',
      'make `dbt build` pass',
    );
  }
  return null;
}

function countOf(relation: Relation, answers: Answers): Counted | Reason {
  const { base, head, uncountable } = relation;
  if (uncountable !== null) return uncountable;
  if (head === null) return reason('no-relation-name', 'the manifest names no relation');
  const after = rowsOf(answers.get(head.key));
  if ('code' in after) return after;
  if (base === null) return { relation, base: null, head: after.rows, source: after.source };
  const before = rowsOf(answers.get(base.key));
  if ('code' in before) return before;
  if (base.relation === head.relation && !isFromFile(before.source) && !isFromFile(after.source)) {
    return reason(
      'same-relation',
      'base and head are the same relation, so that there is nothing to compare',
      'build head in a schema of its own',
    );
  }
  return { relation, base: before.rows, head: after.rows, source: after.source };
}

/** An evidence file says which side a count is of; its counts may have been taken before and after the build. */
function isFromFile(source: string): boolean {
  return source.startsWith(evidenceFileName);
}

function rowsOf(answer: Answer | undefined): { readonly rows: number; readonly source: string } | Reason {
  if (answer === undefined) return unanswered('row-count').reason;
  if (!answer.known) return answer.reason;
  if (answer.kind !== 'row-count') return reason('wrong-answer', 'the answer is of another kind');
  return { rows: answer.rows, source: answer.source };
}

const mostNamed = 3;

function groupReasons(missing: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[]): readonly Reason[] {
  const groups = new Map<string, { readonly cause: Reason; readonly ids: UniqueId[] }>();
  for (const { uniqueId, cause } of missing) {
    const key = `${cause.code}\n${cause.text}`;
    const group = groups.get(key) ?? { cause, ids: [] };
    group.ids.push(uniqueId);
    groups.set(key, group);
  }
  return sortedBy(groups.entries(), ([key]) => key).map(([, { cause, ids }]) => {
    const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
    return { ...cause, text: `${cause.text}: ${ids.slice(0, mostNamed).join(', ')}${more}` };
  });
}
