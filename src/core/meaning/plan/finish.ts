import type { Build } from './build.ts';
import { numberedInAnyOrder } from './numbering.ts';
import type { Block, Condition, Term } from './plan.ts';
import { pushed } from './push.ts';
import { sortedConditions } from './rename.ts';
import { sortedTerms } from './term.ts';

/** A block with its parts in one order, and said in one way where there are several. */
export function finish(block: Block, build: Pick<Build, 'dialect'>): Block {
  const groupBy = block.groupBy === null ? null : keysOf(block.groupBy);
  const { having, where } = beforeGrouping(block, groupBy);
  const sorted: Block = numberedInAnyOrder({
    ...block,
    groupBy,
    where: sortedConditions(where),
    having: sortedConditions(having),
    qualify: sortedConditions(block.qualify),
    orderBy: block.limit !== null || block.distinctOn.length > 0 ? block.orderBy : [],
  });
  return pushed(asDistinct(withoutDistinct(sorted)), build.dialect, (inner) => finish(inner, build));
}

/** Constants do not tell groups apart; one stays where nothing else does, for without it no rows would make a row. */
function keysOf(terms: readonly Term[]): readonly Term[] {
  const keys = terms.filter(({ kind }) => kind !== 'literal');
  return sortedTerms(keys.length > 0 ? keys : terms.slice(0, 1));
}

/** HAVING on columns that are grouped by filters before the grouping as well. */
function beforeGrouping(
  { where, having, modifiers }: Block,
  groupBy: readonly Term[] | null,
): { readonly where: readonly Condition[]; readonly having: readonly Condition[] } {
  if (groupBy === null || groupBy.length === 0 || modifiers !== '' || !groupBy.every(isPlainKey))
    return { where, having };
  const keys = new Set(groupBy.map(({ text }) => text));
  const early = (condition: Condition): boolean => {
    const { term } = condition;
    return (
      !term.has.aggregate && !term.has.volatile && term.reads.length > 0 && term.query === null && onlyReads(term, keys)
    );
  };
  return { where: [...where, ...having.filter(early)], having: having.filter((condition) => !early(condition)) };
}

function onlyReads(term: Term, keys: ReadonlySet<string>): boolean {
  if (keys.has(term.text)) return true;
  if (term.column !== null || term.query !== null) return false;
  return term.children.every((child) => onlyReads(child, keys));
}

/** Not so for ROLLUP, CUBE and GROUPING SETS, which group by less than all keys as well. */
function isPlainKey({ kind, name }: Term): boolean {
  return (
    !(kind === 'function' && /^(?:rollup|cube|grouping.?sets)$/.test(name)) && kind !== 'other' && kind !== 'clause'
  );
}

/** DISTINCT over rows that a grouping has made one for each of its keys, all of which are given. */
function withoutDistinct(block: Block): Block {
  const { groupBy, distinct, outputs, modifiers } = block;
  if (!distinct || groupBy === null || modifiers !== '' || !groupBy.every(isPlainKey)) return block;
  const given = new Set(outputs.map(({ term }) => term.text));
  return groupBy.every(({ text }) => given.has(text)) ? { ...block, distinct: false } : block;
}

/** Grouping by just what is given, without an aggregate, is DISTINCT. */
function asDistinct(block: Block): Block {
  const { groupBy, having, outputs, stars, modifiers, qualify } = block;
  if (
    groupBy === null ||
    groupBy.length === 0 ||
    having.length > 0 ||
    stars.length > 0 ||
    modifiers !== '' ||
    qualify.length > 0
  )
    return block;
  if (!groupBy.every(isPlainKey) || outputs.some(({ term }) => term.has.aggregate || term.has.window)) return block;
  const keys = new Set(groupBy.map(({ text }) => text));
  const given = new Set(outputs.filter(({ term }) => term.kind !== 'literal').map(({ term }) => term.text));
  const same = given.size === keys.size && [...given].every((text) => keys.has(text));
  return same && block.limit === null ? { ...block, groupBy: null, distinct: true } : block;
}
