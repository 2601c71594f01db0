import { toUniqueId } from '#core/base';
import type { Block, Condition, Input, Plan, Term } from '../plan/plan.ts';
import { termsOf } from '../plan/term.ts';
import { columnName, columnOf, inputOf, isUnclear, nameIn, nameOf, readsOf, rowName } from './column-name.ts';
import { type Dependency, together } from './dependencies.ts';
import type { Fact, Facts, RelationFacts } from './facts.ts';
import { noFacts } from './facts.ts';
import { columnApart } from './made-from.ts';
import { rejectedIn } from './nulls.ts';

/** What is known of relations, and of the plans that are read like relations. */
export interface Known extends Facts {
  readonly ofPlan: (plan: Plan) => RelationFacts;
}

/** What is known of the rows that a block makes of its inputs, before it groups them. */
export interface BlockRows {
  readonly block: Block;
  /** Inputs whose columns the block can read, by alias. */
  readonly inputs: ReadonlyMap<string, RowsOfInput>;
  readonly dependencies: readonly Dependency[];
  /** Why a column, `<input>.<column>`, is never NULL; null where it may be. */
  readonly notNull: (column: string) => Fact | null;
}

interface RowsOfInput {
  readonly input: Input;
  readonly facts: RelationFacts;
  /** Whether an outer join may put a row of NULLs in its place. */
  readonly mayBeMissing: boolean;
}

/** Reads a block's joins and filters as dependencies between its columns. */
export function blockRows(block: Block, facts: Known): BlockRows {
  const missing = missingInputs(block);
  const inputs = new Map(
    block.inputs
      .filter(({ join }) => join !== 'semi' && join !== 'anti')
      .map((input): [string, RowsOfInput] => [
        input.alias,
        { input, facts: factsOfInput(input, facts), mayBeMissing: missing.has(input.alias) },
      ]),
  );
  const filtered = block.where.map(({ term }) => term);
  const steady = steadyOn(block);
  const conditions = [...filtered, ...steady.inner.map(({ term }) => term)];
  const rejected = new Set(conditions.flatMap((term) => [...rejectedIn(term)]));
  const notNull = (column: string): Fact | null => {
    if (rejected.has(column))
      return { source: `a condition drops rows without ${columnOf(column)}`, sureness: 'proven' };
    const of = inputs.get(inputOf(column) ?? '');
    return of === undefined || of.mayBeMissing ? null : nativeNotNull(of, column);
  };
  const dependencies = [
    ...[...inputs.values()].flatMap((of) =>
      keyDependencies(of, { notNull, rejected, given: lookedAt(block, of.input) }),
    ),
    ...conditions.flatMap(equalities),
    ...steady.left.flatMap((input) => matched(input, inputs.get(input.alias)?.facts ?? noFacts)),
    ...asOf(block),
    { from: [], to: outerNames(block), fact: silent },
  ];
  return { block, inputs, dependencies, notNull };
}

/** Columns of enclosing queries: they are the same for every row. */
function outerNames(block: Block): readonly string[] {
  const own = new Set(block.inputs.map(({ alias }) => alias));
  const reads = termsOf(block).flatMap((term) => term.reads);
  return reads.filter(({ input }) => !own.has(input) && !input.startsWith('?')).map(columnName);
}

/** What is known of what an input reads. */
export function factsOfInput({ source }: Input, facts: Known): RelationFacts {
  if (source.kind === 'relation') {
    // A look back in time may give rows that no test has seen.
    return source.uniqueId === null || source.modifiers !== '' ? noFacts : facts.of(toUniqueId(source.uniqueId));
  }
  return source.kind === 'plan' ? facts.ofPlan(source.plan) : noFacts;
}

function nativeNotNull({ facts }: RowsOfInput, column: string): Fact | null {
  return facts.notNull.get(columnOf(column)) ?? null;
}

/** Inputs in whose place there may be NULLs, unless a filter lets none through. */
function missingInputs({ inputs, where }: Block): ReadonlySet<string> {
  const missing = new Set<string>();
  const before: string[] = [];
  for (const { join, alias } of inputs) {
    if (join === 'right' || join === 'full') for (const one of before) missing.add(one);
    if (join === 'left' || join === 'full' || join === 'asof') missing.add(alias);
    before.push(alias);
  }
  for (const { term } of where) for (const column of rejectedIn(term)) missing.delete(inputOf(column) ?? '');
  return missing;
}

/** Conditions of ON that hold for every row of the result, and left joins whose match later joins do not undo. */
function steadyOn({ inputs }: Block): { readonly inner: readonly Condition[]; readonly left: readonly Input[] } {
  const last = inputs.findLastIndex(({ join }) => join === 'right' || join === 'full');
  const later = inputs.slice(last + 1);
  const [first, second] = inputs;
  // `a right join b` is `b left join a`.
  const turned = last === 1 && second?.join === 'right' && first !== undefined ? [{ ...first, on: second.on }] : [];
  return {
    inner: later.filter(({ join }) => join === 'inner').flatMap(({ on }) => on),
    left: [...turned, ...later.filter(({ join }) => join === 'left')],
  };
}

interface KeyContext {
  readonly notNull: BlockRows['notNull'];
  /** Columns of which conditions let no NULL through. */
  readonly rejected: ReadonlySet<string>;
  /** Rows for each of which the input is made anew. */
  readonly given: readonly string[];
}

/** A query that looks sideways has its keys for each row of the inputs before it. */
function lookedAt({ inputs }: Block, input: Input): readonly string[] {
  const isCorrelated = input.source.kind === 'plan' && input.source.correlated;
  return isCorrelated ? inputs.slice(0, inputs.indexOf(input)).map(({ alias }) => rowName(alias)) : [];
}

/** A key decides its row. Where the row may be missing, only a key that is never NULL by itself tells the missing from others. */
function keyDependencies(of: RowsOfInput, { notNull, rejected, given }: KeyContext): readonly Dependency[] {
  const { alias } = of.input;
  return of.facts.keys.flatMap((key): readonly Dependency[] => {
    const from = key.columns.map((column) => nameIn(alias, column));
    const to = [rowName(alias)];
    if (from.length === 0) {
      // One row for each of those before it, or a missing one.
      return of.mayBeMissing && given.length === 0 ? [] : [{ from: given, to, fact: key }];
    }
    const whys = from.map((column) => (of.mayBeMissing ? nativeNotNull(of, column) : notNull(column)));
    const isFirm = whys.every((why) => why !== null);
    if (!isFirm && (key.exceptNulls || of.mayBeMissing)) return [];
    const needed = from.flatMap((column, at) => (rejected.has(column) || !key.exceptNulls ? [] : (whys[at] ?? [])));
    return [{ from: [...given, ...from], to, fact: together([key, ...needed], key.source) }];
  });
}

const silent: Fact = { source: '', sureness: 'proven' };

/** `a = b` and `a = 1`: what the one side reads decides the column on the other. */
function equalities(term: Term): readonly Dependency[] {
  const [left, right] = term.children;
  if (term.kind !== 'operator' || left === undefined || term.has.volatile) return [];
  if (term.name === 'is null') return [{ from: [], to: [nameOf(left)], fact: silent }];
  if (!sameness.has(term.name) || right === undefined || left.query !== null || right.query !== null) return [];
  return [decided(left, right), decided(right, left)].flat();
}

const sameness: ReadonlySet<string> = new Set(['=', '==', 'is not distinct from', '<=>', 'is_not_distinct_from']);

function decided(by: Term, what: Term): readonly Dependency[] {
  if (what.kind === 'literal' || isUnclear(by) || isUnclear(what)) return [];
  const column = columnApart(what);
  return [{ from: readsOf(by), to: [nameOf(what), ...(column === null ? [] : [columnName(column)])], fact: silent }];
}

/** A left join that meets at most one row: the columns that its ON reads decide which, or that there is none. */
function matched(input: Input, facts: RelationFacts): readonly Dependency[] {
  const terms = input.on.map(({ term }) => term);
  if (terms.some((term) => isUnclear(term) || term.has.volatile || term.query !== null)) return [];
  if (input.source.kind === 'plan' && input.source.correlated) return [];
  const given = givenColumns(input.alias, terms);
  const outside = [...new Set(terms.flatMap(readsOf))].filter((name) => inputOf(name) !== input.alias);
  return facts.keys
    .filter(({ columns }) => columns.every((column) => given.has(column)))
    .map((key) => ({ from: outside, to: [rowName(input.alias)], fact: key }));
}

/** Columns of an input that the conditions equate with something outside it. */
export function givenColumns(alias: string, terms: readonly Term[]): ReadonlySet<string> {
  return new Set(terms.flatMap((term) => equatedIn(alias, term)));
}

// IS NOT DISTINCT FROM meets the rows with NULL that a unique test leaves out.
function equatedIn(alias: string, { kind, name, children }: Term): readonly string[] {
  const [left, right] = children;
  if (kind !== 'operator' || (name !== '=' && name !== '==') || left === undefined || right === undefined) return [];
  return [equated(alias, left, right), equated(alias, right, left)].flat();
}

function equated(alias: string, own: Term, other: Term): readonly string[] {
  const column = columnApart(own);
  if (column?.input !== alias || isUnclear(other)) return [];
  return other.reads.some(({ input }) => input === alias) ? [] : [column.name.toLowerCase()];
}

/** ASOF meets at most one row for each row before it. */
function asOf({ inputs }: Block): readonly Dependency[] {
  return inputs.flatMap(({ join, alias }, at) =>
    join === 'asof'
      ? [{ from: inputs.slice(0, at).map((one) => rowName(one.alias)), to: [rowName(alias)], fact: silent }]
      : [],
  );
}
