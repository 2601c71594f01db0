import type { Reason, UniqueId } from '#core/base';
import { reason, sortedBy } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import { findUnseenSql } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { Answer, Answers, DataQuestion, QuestionOf, RowCountQuestion, Side } from '#core/evidence';
import { evidenceFileName, rowCountQuestion, unanswered, windowRowsQuestion } from '#core/evidence';
import type { Edit } from '../attribution/edits.ts';
import { editsOf } from '../attribution/edits.ts';
import { isRelation, relationOf, relationsOf, spelled, wasNotBuilt } from '../data-relations.ts';
import { groupReasons } from '../group-reasons.ts';
import type { RowCountOptions, Threshold } from './options.ts';
import { ownWords, thresholdOf } from './options.ts';

/** A relation whose rows are to be counted. */
export interface Relation {
  readonly uniqueId: UniqueId;
  /** Null of an unmodified child. */
  readonly modified: ModifiedNode | null;
  /** Modified direct parents; of a modified relation too. */
  readonly parents: readonly UniqueId[];
  /** Null when base does not have it. */
  readonly base: RowCountQuestion | null;
  readonly head: RowCountQuestion | null;
  /** Of an incremental model that says when a row happened: the rows of the time that both sides have. */
  readonly window: QuestionOf<'window-rows'> | null;
  readonly threshold: Threshold;
  /** Changed clauses of its SQL, each with its count. */
  readonly edits: readonly Edit[];
  /** Why it cannot be counted at all. */
  readonly uncountable: Reason | null;
}

/** What there is to count. */
export interface Scope {
  readonly relations: readonly Relation[];
  /** Base's relations that head no longer has. */
  readonly removed: readonly RowCountQuestion[];
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
  /** The column by whose common stretch of time both were counted; null when all rows were. */
  readonly within: string | null;
}

/** Modified models, seeds and snapshots that are relations, then what is below them, each in order of unique_id. */
export function scopeOf(change: Change, options: RowCountOptions): Scope {
  const starts = [...change.modified, ...changedByVar(change)];
  const modified = new Map(starts.map((node) => [node.uniqueId, node]));
  const kept = starts.filter(({ uniqueId }) => isRelation(change.head.project.nodes.get(uniqueId)));
  const steps = options.children === true ? 1 : options.children === false ? 0 : options.children;
  const below = new Map<UniqueId, readonly UniqueId[]>();
  let layer = starts.map(({ uniqueId }) => uniqueId);
  // The modified ones' own children are needed in any case: they tell who moves with whom.
  for (let step = 0; step < Math.max(1, steps) && layer.length > 0; step += 1) {
    for (const id of layer) below.set(id, relationsBelow(change, id));
    layer = [...new Set(layer.flatMap((id) => below.get(id) ?? []))].filter((id) => !below.has(id));
  }
  const reached = new Set(steps > 0 ? [...below.values()].flat() : []);
  const others = sortedBy(reached, (id) => id).filter((id) => !modified.has(id));
  const ids = [...kept.map(({ uniqueId }) => uniqueId), ...others];
  const parents = parentsBy(below);
  const relations = ids.slice(0, options.max_relations).map((uniqueId) =>
    toRelation(change, uniqueId, {
      modified: modified.get(uniqueId) ?? null,
      parents: parents.get(uniqueId) ?? [],
      options,
    }),
  );
  const removed = change.removed.slice(0, options.max_relations).flatMap((id) => removedRelation(change, id));
  return { relations, removed, beyond: Math.max(0, ids.length - options.max_relations), stale: change.base.stale };
}

/**
 * What dbt does not call modified although a var made its SQL another. What a target or an environment variable changed is left out: base
 * and head are often built with others.
 */
function changedByVar(change: Change): readonly ModifiedNode[] {
  return findUnseenSql(change).flatMap(({ uniqueId, reads }): readonly ModifiedNode[] => {
    const node = change.head.project.nodes.get(uniqueId);
    if (node === undefined || node.resourceType === 'test' || !reads.every((read) => read.startsWith('var(')))
      return [];
    const { resourceType } = node;
    return [{ uniqueId, resourceType, selectors: [], causes: [], compiled: 'changed', label: 'var or environment' }];
  });
}

/** The questions of a scope: base and head of each relation, the same relation once. */
export function askCounts({ relations, removed }: Scope): readonly DataQuestion[] {
  const kept = relations.flatMap(({ base, head, window, uncountable }) =>
    uncountable === null ? [base, head, window].filter((question) => question !== null) : [],
  );
  return [...kept, ...removed];
}

/** The questions that tell which edit moved the rows. */
export function askEdits({ relations }: Scope): readonly DataQuestion[] {
  return relations.flatMap(({ edits }) => edits.map(({ question }) => question));
}

function removedRelation(change: Change, uniqueId: UniqueId): readonly RowCountQuestion[] {
  const node = change.base.project.nodes.get(uniqueId);
  const of = isRelation(node) ? relationOf(change, 'base', node) : null;
  return of === null ? [] : [rowCountQuestion('base', uniqueId, of.relation, of.state)];
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

/**
 * Direct children that are relations; an ephemeral child is passed through, because its rows are its children's, and so is a source that
 * stands for the relation of a seed.
 */
function relationsBelow(change: Change, start: UniqueId): readonly UniqueId[] {
  const { children, project } = change.head;
  const found = new Set<UniqueId>();
  const met = new Set<UniqueId>([start]);
  const queue = [start, ...sourcesFilledBy(change, start)];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const child of children.get(id) ?? []) {
      if (met.has(child)) continue;
      met.add(child);
      const node = project.nodes.get(child);
      if (node?.materialized === 'ephemeral') queue.push(child);
      else if (isRelation(node)) found.add(child);
    }
  }
  return [...found];
}

function sourcesFilledBy(change: Change, seed: UniqueId): readonly UniqueId[] {
  const { nodes } = change.head.project;
  const node = nodes.get(seed);
  if (node?.resourceType !== 'seed' || node.relationName === null) return [];
  const relation = node.relationName.toLowerCase();
  return [...nodes.values()]
    .filter(({ resourceType, relationName }) => resourceType === 'source' && relationName?.toLowerCase() === relation)
    .map(({ uniqueId }) => uniqueId);
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
  { modified, parents, options }: Pick<Relation, 'modified' | 'parents'> & { readonly options: RowCountOptions },
): Relation {
  const head = change.head.project.nodes.get(uniqueId);
  const base = change.base.project.nodes.get(uniqueId);
  const isBase = isRelation(base);
  const ask = (side: Side, node: DbtNode | undefined): RowCountQuestion | null => {
    const of = relationOf(change, side, node);
    return of === null ? null : rowCountQuestion(side, uniqueId, of.relation, of.state);
  };
  const one = { uniqueId, modified, parents, base: isBase ? ask('base', base) : null, head: ask('head', head) };
  return {
    ...one,
    window: windowOf(change, base, head),
    edits: modified?.compiled === 'changed' && isBase ? editsOf(change, uniqueId) : [],
    threshold:
      head === undefined
        ? { percent: options.threshold_percent, rows: options.threshold_rows }
        : thresholdOf(base, head, options),
    uncountable: whyNot(change, one, isBase),
  };
}

/** `event_time`, as dbt's config or our meta names it, of a model that is incremental on both sides. */
function windowOf(change: Change, base: DbtNode | undefined, head: DbtNode | undefined): Relation['window'] {
  if (base?.materialized !== 'incremental' || head?.materialized !== 'incremental') return null;
  const column = ownWords(base)['event_time'] ?? base.config['event_time'];
  const both = relationsOf(change, base.uniqueId);
  if (typeof column !== 'string' || column === '' || both === null) return null;
  return windowRowsQuestion(both, spelled(change.base, base.uniqueId, column));
}

function whyNot(
  change: Change,
  { uniqueId, base, head }: { uniqueId: UniqueId; base: RowCountQuestion | null; head: RowCountQuestion | null },
  isBase: boolean,
): Reason | null {
  if (head === null || (isBase && base === null)) {
    return reason('no-relation-name', 'the manifest names no relation', 'compile the project before the upload');
  }
  if (!wasNotBuilt(change, uniqueId)) return null;
  return reason(
    'not-built',
    'head was not built (its dbt run ended in an error or was skipped)',
    'make `dbt build` pass',
  );
}

function countOf(relation: Relation, answers: Answers): Counted | Reason {
  const { base, head, uncountable } = relation;
  if (uncountable !== null) return uncountable;
  if (head === null) return reason('no-relation-name', 'the manifest names no relation');
  const after = rowsOf(answers.get(head.key));
  if ('code' in after) return after;
  if (base === null) return { relation, base: null, head: after.rows, source: after.source, within: null };
  const before = rowsOf(answers.get(base.key));
  if ('code' in before) return before;
  if (base.relation === head.relation && !isFromFile(before.source) && !isFromFile(after.source)) {
    return reason(
      'same-relation',
      'base and head are the same relation, so that there is nothing to compare',
      'build head in a schema of its own',
    );
  }
  const all = { relation, base: before.rows, head: after.rows, source: after.source, within: null };
  return { ...all, ...countedWithin(relation, answers) };
}

/** Rows of the time that both sides have. Without such a time there is nothing to compare in it; then all rows are. */
function countedWithin({ window }: Relation, answers: Answers): Partial<Pick<Counted, 'base' | 'head' | 'within'>> {
  const answer = window === null ? undefined : answers.get(window.key);
  if (window === null || answer?.known !== true || answer.kind !== 'window-rows') return {};
  const { base = 0, head = 0 } = answer.figures;
  return base + head > 0 ? { base, head, within: window.column.name } : {};
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
