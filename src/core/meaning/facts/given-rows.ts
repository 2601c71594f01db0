import { compareText } from '#core/base';
import type { Block, Term } from '../plan/plan.ts';
import { setReturning } from '../plan/term.ts';
import { type BlockRows, blockRows, type Known } from './block.ts';
import { nameIn, nameOf, rowName } from './column-name.ts';
import { type Because, type Dependency, follows } from './dependencies.ts';
import type { RelationFacts } from './facts.ts';
import { noFacts } from './facts.ts';
import { firstOfPartition, listed, madeFrom, partitionOf, proven } from './made-from.ts';

/** An output column as facts see it. */
export interface Named {
  readonly key: string;
  readonly term: Term | null;
  /** By which dependencies know it. */
  readonly name: string;
}

/** The rows that a block gives, and which names decide them. */
export interface GivenRows {
  readonly rows: BlockRows;
  readonly outputs: readonly Named[];
  /** Names that decide a row before DISTINCT. */
  readonly goal: readonly string[];
  readonly dependencies: readonly Dependency[];
}

/** Whether a block has parts of which facts know nothing: GROUPING SETS give several rows for one group. */
export function isBeyond({ modifiers, groupBy }: Block): boolean {
  return modifiers !== '' || (groupBy ?? []).some(({ kind, name }) => kind === 'other' || grouping.test(name));
}

const grouping = /^(?:rollup|cube|grouping[ _]sets)$/;

/** Reads what a block gives, and what decides its rows. */
export function givenRows(block: Block, facts: Known): GivenRows {
  const rows = blockRows(block, facts);
  const outputs = outputsOf(rows);
  const grouped = block.groupBy;
  const repeated = outputs.some(({ term }) => term !== null && repeats(term)) ? [repeatedRow] : [];
  const goal = [...(grouped === null ? [...rows.inputs.keys()].map(rowName) : grouped.map(nameOf)), ...repeated];
  const partitions = block.qualify.flatMap(({ term }) => partitionOf(term.children[0] ?? term) ?? []);
  const scalars = [
    ...(grouped ?? []),
    ...outputs.flatMap(({ term }) => term ?? []),
    ...block.distinctOn,
    ...partitions,
  ];
  return {
    rows,
    outputs,
    goal,
    dependencies: [
      ...rows.dependencies,
      ...scalars.flatMap(madeFrom),
      ...block.qualify.flatMap(({ term }) => firstOfPartition(term, goal)),
      ...(block.distinctOn.length > 0
        ? [{ from: block.distinctOn.map(nameOf), to: goal, fact: proven(`DISTINCT ON ${listed(block.distinctOn)}`) }]
        : []),
      ...(isOneRow(block.limit) ? [{ from: [], to: goal, fact: proven('LIMIT 1') }] : []),
    ],
  };
}

/** Decided by nothing: a function in SELECT that gives several rows for one. */
const repeatedRow = '=several rows';

function repeats({ kind, name, children }: Term): boolean {
  return (kind === 'function' && setReturning.test(name)) || children.some(repeats);
}

/** LIMIT 1, LIMIT 0. */
export function isOneRow(limit: string | null): boolean {
  return (
    limit !== null && /^\(?(?:limit|top|fetch(?: first| next)?)?[\s(]*[01]\)?(?: rows?(?: only)?)?$/i.test(limit.trim())
  );
}

/** A block's outputs; of a star over a relation whose columns are not known, those that facts name. */
function outputsOf({ block, inputs }: BlockRows): readonly Named[] {
  const own = block.outputs.map(({ key, term }): Named => ({ key: key.toLowerCase(), term, name: nameOf(term) }));
  const taken = new Set(own.map(({ key }) => key));
  const starred = block.stars.flatMap(({ input, except }) => {
    const facts = inputs.get(input)?.facts ?? noFacts;
    const left = new Set(except.map((name) => name.toLowerCase()));
    return namesIn(facts).flatMap((key): readonly Named[] =>
      left.has(key) || taken.has(key) ? [] : [{ key, term: null, name: nameIn(input, key) }],
    );
  });
  return [...own, ...starred].filter(({ key }) => key !== '');
}

function namesIn({ keys, notNull, foreignKeys, accepted }: RelationFacts): readonly string[] {
  const names = [...keys.flatMap(({ columns }) => columns), ...notNull.keys(), ...accepted.keys()];
  return [...new Set([...names, ...foreignKeys.map(({ column }) => column)])].sort(compareText);
}

/** Why rows that agree on `start` are one. */
export function decides(start: readonly string[], { goal, dependencies, outputs, rows }: GivenRows): Because | null {
  if (rows.block.inputs.length === 0 && goal.length === 0 && rows.block.groupBy === null)
    return [proven('a SELECT without FROM')];
  const direct = follows(start, goal, dependencies);
  if (direct !== null) return withGrouping(direct, rows.block);
  if (!rows.block.distinct || rows.block.stars.length > 0) return null;
  const all = outputs.map(({ name }) => name);
  const because = follows(start, all, dependencies);
  return because === null ? null : [...because, proven(`DISTINCT ${outputs.map(({ key }) => key).join(', ')}`)];
}

function withGrouping(because: Because, { groupBy }: Block): Because {
  if (groupBy === null) return because;
  return [...because, proven(groupBy.length === 0 ? 'an aggregate without GROUP BY' : `GROUP BY ${listed(groupBy)}`)];
}
