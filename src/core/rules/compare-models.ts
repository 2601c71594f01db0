import type { Reason, UniqueId } from '#core/base';
import { reason } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import { hasFirmSql } from '#core/dbt';
import type { Comparison, Side } from '#core/meaning';
import { compareQueries } from '#core/meaning';
import { isAnswerOfWarehouse, queryPutForward } from './compile-time.ts';
import { isMasked, isOfOpenPlaces, withoutMasks } from './of-masks.ts';
import { planContext } from './relations-in.ts';
import type { ComparedModel, RuleInput } from './rule.ts';
import { type SideFacts, sideFacts } from './side-facts.ts';

/** What is known of the meaning of every modified model of a change. */
export interface Compared {
  readonly input: RuleInput;
  /** The facts of `input`, with what they were asked of. */
  readonly facts: Readonly<Record<'base' | 'head', SideFacts>>;
  /** Models whose two queries were proven to mean the same, although their SQL differs. */
  readonly equal: ReadonlySet<UniqueId>;
  /** Models that differ by nothing but what dbt filled in while it compiled: the day, answers of the warehouse. */
  readonly filledIn: ReadonlySet<UniqueId>;
  /** Models of which one side was not read, or not understood, with the reason. */
  readonly unread: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[];
  /** Models of whose SQL only parts are known, and that were compared by these. */
  readonly inPart: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[];
}

const notCompiled = reason(
  'not-compiled',
  'dbt did not compile it',
  'upload the artifacts of dbt compile or dbt build',
);

const known = new WeakMap<Change, Compared>();

/** Compares what both sides of every modified model mean; once for a change. */
export function compareModels(change: Change): Compared {
  const before = known.get(change);
  if (before !== undefined) return before;
  const compared = compare(change);
  known.set(change, compared);
  return compared;
}

/** The same comparison, with what more has been read of models upstream: the plans are kept, facts are asked anew. */
export function comparedWith(change: Change, upstream: Readonly<Record<'base' | 'head', Upstream>>): Change {
  const { input, ...rest } = compareModels(change);
  const [base, head] = (['base', 'head'] as const).map((side) => ({ ...change[side], upstream: upstream[side] }));
  if (base === undefined || head === undefined) return change;
  const more = { ...change, base, head };
  const facts = { base: sideFacts(base), head: sideFacts(head) };
  known.set(more, { ...rest, facts, input: { ...input, change: more, facts } });
  return more;
}

type Upstream = NonNullable<Change['head']['upstream']>;

function compare(change: Change): Compared {
  const models: ComparedModel[] = [];
  const equal = new Set<UniqueId>();
  const filledIn = new Set<UniqueId>();
  const unread: { uniqueId: UniqueId; cause: Reason }[] = [];
  const inPart: { uniqueId: UniqueId; cause: Reason }[] = [];
  for (const modified of change.modified) {
    const { uniqueId } = modified;
    if (!isComparable(change, modified)) continue;
    const [base, head] = [queryOf(change, 'base', modified), queryOf(change, 'head', modified)];
    if ('code' in base) unread.push({ uniqueId, cause: base });
    else if ('code' in head) unread.push({ uniqueId, cause: head });
    else {
      const { found, end } = compareOnOneDay(change, modified, { base, head });
      if (end === 'equal') equal.add(uniqueId);
      else if (end === 'filled in') filledIn.add(uniqueId);
      else if (end === 'changed') models.push(...readParts(change, modified, found));
      const cause = unreadOf(found);
      if (cause !== null) unread.push({ uniqueId, cause });
      else if (isKnownInPart(change, uniqueId)) inPart.push({ uniqueId, cause: notCompiled });
    }
  }
  const facts = { base: sideFacts(change.base), head: sideFacts(change.head) };
  return { input: { change, models, facts }, facts, equal, filledIn, unread, inPart };
}

/** The comparison without what nobody read; none where nothing else differs, or the author did not edit it. */
function readParts(
  change: Change,
  { uniqueId, label }: ModifiedNode,
  { base, head, edits }: Comparison,
): readonly ComparedModel[] {
  if (label === 'engine noise' || label === 'stale base') return [];
  const known = edits.filter((edit) => !isOfOpenPlaces(edit));
  const read = isMasked(change, uniqueId) ? withoutMasks(known) : known;
  return read.length === 0 && edits.length > 0 ? [] : [{ uniqueId, base, head, edits: read }];
}

function unreadOf({ unread, edits }: Comparison): Reason | null {
  if (unread !== null || !edits.some(isOfOpenPlaces)) return unread;
  return reason('open-star', 'which columns GROUP BY goes by, behind a star, is not known');
}

/** What a comparison comes to; 'nothing seen' where all that is known is the same, which proves nothing. */
type End = 'equal' | 'filled in' | 'changed' | 'nothing seen';

/** Compares both queries, with dates that dbt filled in put forward where they differ. */
function compareOnOneDay(
  change: Change,
  modified: ModifiedNode,
  { base, head }: { readonly base: Side; readonly head: Side },
): { readonly found: Comparison; readonly end: End } {
  const { uniqueId } = modified;
  const found = compareQueries(base, head);
  if (isKnownInPart(change, uniqueId)) return { found, end: found.proven ? 'nothing seen' : 'changed' };
  if (found.proven) return { found, end: 'equal' };
  const later = queryPutForward(change, uniqueId, base.query);
  const onOneDay = later === null ? found : compareQueries({ ...base, query: later }, head);
  const isFilledIn = onOneDay.proven || isAnswerOfWarehouse(change, modified);
  return { found: onOneDay, end: isFilledIn ? 'filled in' : 'changed' };
}

/** Whether a side's SQL is rendered here, with parts masked or taken for granted: nothing is proven of it, and what is found is a guess. */
export function isKnownInPart({ base, head }: Change, uniqueId: UniqueId): boolean {
  return [base, head].some(({ project }) => {
    const node = project.nodes.get(uniqueId);
    return node !== undefined && !hasFirmSql(node);
  });
}

/** Whether both sides have the model and its SQL is not known to be the same. */
function isComparable({ base, head }: Change, { uniqueId, compiled, resourceType }: ModifiedNode): boolean {
  if (compiled === 'identical' || compiled === 'formatting-only' || resourceType === 'seed') return false;
  const [old, node] = [base, head].map(({ project }) => project.nodes.get(uniqueId));
  if (old === undefined || node === undefined) return false;
  return compiled === 'changed' || old.rawCode !== node.rawCode;
}

/** The query of one side, or why there is none. */
function queryOf(change: Change, name: 'base' | 'head', { uniqueId, compiled }: ModifiedNode): Side | Reason {
  const side = change[name];
  const node = side.project.nodes.get(uniqueId);
  if (node?.language === 'python') return reason('python-model', 'Python is not read by the rules');
  const query = side.trees.get(uniqueId);
  if (query !== undefined) {
    return { query, context: planContext(side, uniqueId, change[name === 'base' ? 'head' : 'base']) };
  }
  if (compiled === 'unknown') {
    return notCompiled;
  }
  return side.lineage.get(uniqueId)?.unresolved ?? reason('sql-not-read', `the SQL of ${name} was not read`);
}
