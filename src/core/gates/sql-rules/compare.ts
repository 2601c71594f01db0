import type { Reason, UniqueId } from '#core/base';
import { reason } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { ComparedModel, RuleInput } from '#core/rules';

/** What is known of the meaning of every modified model of a change. */
export interface Compared {
  readonly input: RuleInput;
  /** Models whose two queries were proven to mean the same, although their SQL differs. */
  readonly equal: readonly UniqueId[];
  /** Models of which one side was not read, with the reason. */
  readonly unread: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[];
}

const known = new WeakMap<Change, Compared>();

/** Compares the normal forms of both sides of every modified model; once for a change. */
export function comparedIn(change: Change): Compared {
  const before = known.get(change);
  if (before !== undefined) return before;
  const compared = compare(change);
  known.set(change, compared);
  return compared;
}

function compare(change: Change): Compared {
  const models: ComparedModel[] = [];
  const equal: UniqueId[] = [];
  const unread = change.modified.flatMap((modified) => {
    const cause = whyUnread(change, modified);
    return cause === null ? [] : [{ uniqueId: modified.uniqueId, cause }];
  });
  return { input: { change, models, facts: { base: {} as never, head: {} as never } }, equal, unread };
}

/** Null of a model that is new, or the same on both sides, or read on both. */
function whyUnread(change: Change, { uniqueId, compiled, resourceType }: ModifiedNode): Reason | null {
  if (compiled === 'identical' || compiled === 'formatting-only' || resourceType === 'seed') return null;
  const [old, node] = [change.base, change.head].map(({ project }) => project.nodes.get(uniqueId));
  if (old === undefined || node === undefined) return null;
  if (compiled === 'unknown') return unknownSql(old, node);
  if (old.language === 'python' || node.language === 'python') {
    return reason('python-model', 'it is written in Python, which the rules do not read');
  }
  for (const side of ['base', 'head'] as const) {
    if (change[side].trees.has(uniqueId)) continue;
    const told = change[side].lineage.get(uniqueId)?.unresolved;
    return told ?? reason('sql-not-read', `its SQL at ${side} was not read`);
  }
  return null;
}

function unknownSql(old: DbtNode, node: DbtNode): Reason | null {
  if (old.rawCode === node.rawCode) return null;
  return reason(
    'not-compiled',
    'dbt compiled it on one side only, or on none',
    'upload the artifacts of dbt compile or dbt build',
  );
}
