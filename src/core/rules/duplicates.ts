import type { Block, Input, Plan, Term } from '#core/meaning';

/** What becomes of rows that a block gives more often than before. */
export interface Duplicates {
  /** Whether they can be seen in what the model gives. */
  readonly matter: boolean;
  /** An aggregate that counts them, for the reader: `sum`; null where they come out as rows. */
  readonly counted: string | null;
}

/** Aggregates that come to the same however often a value is there. */
const insensitive: ReadonlySet<string> = new Set(
  'min max any_value arbitrary bool_and bool_or every logical_and logical_or booland_agg boolor_agg min_by max_by bit_and bit_or approx_count_distinct approx_distinct any'.split(
    ' ',
  ),
);

const none: Duplicates = { matter: false, counted: null };

/**
 * Follows more rows of an input from the block that joins it to what the model gives: a DISTINCT, a GROUP BY of only such aggregates
 * as MIN, EXISTS or IN, and a dedup take them away again; a SUM or COUNT adds them up.
 */
export function duplicatesOf(model: Plan, block: Block, input: Input): Duplicates {
  return follow(pathTo(model, block), new Set([input.alias]));
}

/** The same of more rows that a block gives, from those that read it. */
export function duplicatesAbove(model: Plan, block: Block): Duplicates {
  return follow(pathTo(model, block).slice(1), new Set());
}

function follow(path: readonly Step[], start: ReadonlySet<string>): Duplicates {
  for (const { plan, alias } of path) {
    if (plan.kind === 'block') {
      const found = inBlock(plan, alias === null ? start : new Set([alias]));
      if (found !== null) return found;
    } else if (plan.kind === 'set' && !plan.all) return none;
  }
  return { matter: true, counted: null };
}

interface Step {
  readonly plan: Plan;
  /** The input of `plan` by which it reads the step before; null for the first, and for queries inside expressions. */
  readonly alias: string | null;
}

function inBlock(block: Block, aliases: ReadonlySet<string>): Duplicates | null {
  if (block.inputs.some(({ alias, join }) => aliases.has(alias) && (join === 'semi' || join === 'anti'))) return none;
  const terms = [...block.outputs.map(({ term }) => term), ...block.having.map(({ term }) => term)];
  const counting = [...terms, ...block.qualify.map(({ term }) => term)].flatMap(aggregatesIn).find(isCounting);
  if (block.groupBy !== null) {
    if (counting !== undefined) return { matter: true, counted: counting.name };
    return block.groupBy.some((term) => readsAny(term, aliases)) ? null : none;
  }
  if (block.distinct && !terms.some((term) => readsAny(term, aliases)) && !hasStar(block, aliases)) return none;
  return block.qualify.some(({ term }) => isFirst(term) && !readsAny(term, aliases)) ? none : null;
}

function hasStar({ stars }: Block, aliases: ReadonlySet<string>): boolean {
  return stars.some(({ input }) => aliases.has(input));
}

function readsAny({ reads }: Term, aliases: ReadonlySet<string>): boolean {
  return reads.some(({ input }) => aliases.has(input));
}

/** `row_number() … = 1`. */
export function isFirst({ children }: Term): boolean {
  return children[0]?.kind === 'window' && children[0].children[0]?.name === 'row_number';
}

/** Aggregates of a term, not those that run as windows. */
export function aggregatesIn(term: Term): readonly Term[] {
  if (term.kind === 'aggregate') return [term];
  return term.kind === 'window' ? term.children.slice(1).flatMap(aggregatesIn) : term.children.flatMap(aggregatesIn);
}

/** Whether an aggregate comes to more, or to something else, where rows are there twice. */
function isCounting({ name, distinct }: Term): boolean {
  return !distinct && !insensitive.has(name);
}

/** From a block up to the model's own plan: each plan with the input by which it reads the one before. Empty where it is not found. */
export function pathTo(model: Plan, block: Block): readonly Step[] {
  return find(model, block) ?? [{ plan: block, alias: null }];
}

function find(plan: Plan, block: Block): readonly Step[] | null {
  if (plan === block) return [{ plan, alias: null }];
  if (plan.kind === 'set') return first(plan.members, (member) => extended(find(member, block), plan, null));
  if (plan.kind !== 'block') return null;
  return first(plan.inputs, ({ source, alias }) =>
    source.kind !== 'relation' && source.plan !== null ? extended(find(source.plan, block), plan, alias) : null,
  );
}

function extended(path: readonly Step[] | null, plan: Plan, alias: string | null): readonly Step[] | null {
  return path === null ? null : [...path, { plan, alias }];
}

function first<Item, Found>(items: readonly Item[], look: (item: Item) => Found | null): Found | null {
  for (const item of items) {
    const found = look(item);
    if (found !== null) return found;
  }
  return null;
}
