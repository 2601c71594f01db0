import type { Reason, UniqueId } from '#core/base';
import { reason } from '#core/base';
import type { AnalyzedSide, Change, ModifiedNode } from '#core/change';
import type { Comparison, Facts, Side } from '#core/meaning';
import { compareQueries, projectFacts } from '#core/meaning';
import { hasOpenMask } from '#core/sql';
import { isOfOpenPlaces, withoutMasks } from './of-masks.ts';
import { planContext } from './relations-in.ts';
import type { ComparedModel, RuleInput } from './rule.ts';

/** What is known of the meaning of every modified model of a change. */
export interface Compared {
  readonly input: RuleInput;
  /** Models whose two queries were proven to mean the same, although their SQL differs. */
  readonly equal: ReadonlySet<UniqueId>;
  /** Models of which one side was not read, or not understood, with the reason. */
  readonly unread: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[];
}

const known = new WeakMap<Change, Compared>();

/** Compares what both sides of every modified model mean; once for a change. */
export function compareModels(change: Change): Compared {
  const before = known.get(change);
  if (before !== undefined) return before;
  const compared = compare(change);
  known.set(change, compared);
  return compared;
}

function compare(change: Change): Compared {
  const models: ComparedModel[] = [];
  const equal = new Set<UniqueId>();
  const unread: { uniqueId: UniqueId; cause: Reason }[] = [];
  for (const modified of change.modified) {
    const { uniqueId } = modified;
    if (!isComparable(change, modified)) continue;
    const [base, head] = [queryOf(change, 'base', modified), queryOf(change, 'head', modified)];
    if ('code' in base) unread.push({ uniqueId, cause: base });
    else if ('code' in head) unread.push({ uniqueId, cause: head });
    else {
      const found = compareQueries(base, head);
      if (found.proven) equal.add(uniqueId);
      else if (modified.label !== 'engine noise' && modified.label !== 'stale base')
        models.push(...readParts(change, uniqueId, found));
      const cause = found.unread ?? (found.edits.some(isOfOpenPlaces) ? openPlaces() : null);
      if (cause !== null) unread.push({ uniqueId, cause });
    }
  }
  const facts = { base: factsOf(change.base), head: factsOf(change.head) };
  return { input: { change, models, facts }, equal, unread };
}

/** The comparison without what nobody read; none where nothing else differs. */
function readParts(change: Change, uniqueId: UniqueId, { base, head, edits }: Comparison): readonly ComparedModel[] {
  const sides = [change.base, change.head].map(({ project }) => project.nodes.get(uniqueId)?.compiledCode ?? '');
  const known = edits.filter((edit) => !isOfOpenPlaces(edit));
  const read = sides.some(hasOpenMask) ? withoutMasks(known) : known;
  return read.length === 0 && edits.length > 0 ? [] : [{ uniqueId, base, head, edits: read }];
}

function openPlaces(): Reason {
  return reason('open-star', 'which columns GROUP BY goes by, behind a star, is not known');
}

/** Read when a rule first asks: most changes need none. */
function factsOf(side: AnalyzedSide): Facts {
  let facts: Facts | null = null;
  return {
    of(relation) {
      facts ??= projectFacts(side);
      return facts.of(relation);
    },
  };
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
    return reason('not-compiled', 'dbt did not compile it', 'upload the artifacts of dbt compile or dbt build');
  }
  return side.lineage.get(uniqueId)?.unresolved ?? reason('sql-not-read', `the SQL of ${name} was not read`);
}
