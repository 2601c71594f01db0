import { compareText } from '#core/base';
import type { Block, Plan, SetPlan, Term, ValuesPlan } from '../plan/plan.ts';
import { type BlockRows, blockRows } from './block.ts';
import { columnOf, inputOf, isUnclear, nameIn, nameOf, readsOf, rowName } from './column-name.ts';
import { type Because, type Dependency, follows, together } from './dependencies.ts';
import type { AcceptedValues, Fact, Facts, ForeignKey, Key, RelationFacts } from './facts.ts';
import { noFacts } from './facts.ts';
import { neverNull } from './nulls.ts';
import { inOrder } from './project-facts.ts';

const known = new WeakMap<Facts, WeakMap<Plan, RelationFacts>>();

/** What is known of the rows that a plan gives, by the names of its outputs in lower case. */
export function planFacts(plan: Plan, facts: Facts): RelationFacts {
  const ofFacts = known.get(facts) ?? new WeakMap<Plan, RelationFacts>();
  known.set(facts, ofFacts);
  const found = ofFacts.get(plan) ?? derive(plan, facts);
  ofFacts.set(plan, found);
  return found;
}

function derive(plan: Plan, facts: Facts): RelationFacts {
  switch (plan.kind) {
    case 'block':
      return blockFacts(plan, facts);
    case 'set':
      return setFacts(plan, facts);
    case 'values':
      return valuesFacts(plan);
    case 'opaque':
      return noFacts;
  }
}

/** An output column as facts see it. */
interface Named {
  readonly key: string;
  readonly term: Term | null;
  /** By which dependencies know it. */
  readonly name: string;
}

/** The rows that a block gives, and which names decide them. */
interface GivenRows {
  readonly rows: BlockRows;
  readonly outputs: readonly Named[];
  /** Names that decide a row before DISTINCT. */
  readonly goal: readonly string[];
  readonly dependencies: readonly Dependency[];
}

function blockFacts(block: Block, facts: Facts): RelationFacts {
  if (isBeyond(block)) return noFacts;
  const given = givenRows(block, facts);
  const notNull = new Map<string, Fact>();
  for (const output of given.outputs) {
    const fact = notNullOf(output, given);
    if (fact !== null) notNull.set(output.key, fact);
  }
  return { keys: keysOf(given), notNull, ...carried(given) };
}

/** Whether a block has parts of which facts know nothing: GROUPING SETS give several rows for one group. */
function isBeyond({ modifiers, groupBy }: Block): boolean {
  return modifiers !== '' || (groupBy ?? []).some(({ kind, name }) => kind === 'other' || grouping.test(name));
}

const grouping = /^(?:rollup|cube|grouping[ _]sets)$/;

/** Why no two rows that a block gives agree on these output columns (keys, in lower case); null where that does not follow. */
export function uniqueBy(block: Block, facts: Facts, columns: readonly string[]): Fact | null {
  if (isBeyond(block)) return null;
  const given = givenRows(block, facts);
  const start = given.outputs.filter(({ key }) => columns.includes(key)).map(({ name }) => name);
  const because = decides(start, given);
  return because === null ? null : together(because, 'the SQL');
}

/** Whether rows of a block, before it groups them, that agree on some terms agree on others. */
export function determines(block: Block, facts: Facts, by: readonly Term[], what: readonly Term[]): boolean {
  const { dependencies } = blockRows(block, facts);
  const made = [...by, ...what].flatMap(madeFrom);
  return follows(by.map(nameOf), what.map(nameOf), [...dependencies, ...made]) !== null;
}

/** Whether rows of a block, before it groups them, that agree on some terms are one. */
export function isOneRowFor(block: Block, facts: Facts, by: readonly Term[]): boolean {
  const { dependencies, inputs } = blockRows(block, facts);
  const rows = [...inputs.keys()].map(rowName);
  return follows(by.map(nameOf), rows, [...dependencies, ...by.flatMap(madeFrom)])?.every(isProven) ?? false;
}

function isProven({ sureness }: Fact): boolean {
  return sureness === 'proven';
}

function givenRows(block: Block, facts: Facts): GivenRows {
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

const setReturning =
  /^(?:unnest|explode|explode_outer|posexplode|inline|flatten|generate_series|generate_subscripts|range|jsonb?_array_elements(?:_text)?|jsonb?_each(?:_text)?|jsonb?_object_keys|regexp_matches|regexp_split_to_table|string_to_table)$/;

function repeats({ kind, name, children }: Term): boolean {
  return (kind === 'function' && setReturning.test(name)) || children.some(repeats);
}

function isOneRow(limit: string | null): boolean {
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

function proven(source: string): Fact {
  return { source, sureness: 'proven' };
}

function listed(terms: readonly Term[]): string {
  return terms.map((term) => term.column?.name ?? term.text).join(', ');
}

/** What an expression reads decides it; text made of a value, and a hash, decide it back. */
function madeFrom(term: Term): readonly Dependency[] {
  const { has, column } = term;
  if (column !== null || has.aggregate || has.window || has.volatile || term.query !== null || isUnclear(term))
    return [];
  const [from, to] = [readsOf(term), [nameOf(term)]];
  const inner = term.children[0];
  const forward = { from, to, fact: proven('') };
  if (
    term.kind === 'cast' &&
    /^(?:varchar|text|string)$/.test(term.name) &&
    inner?.column !== undefined &&
    from.length === 1
  )
    return [forward, { from: to, to: from, fact: proven('') }];
  if (!hashes.has(term.name) || from.length === 0) return [forward];
  const hash: Fact = {
    source: `${term.name} of ${term.reads.map(({ name }) => name).join(', ')}`,
    sureness: 'declared',
  };
  return [forward, { from: to, to: from, fact: hash }];
}

const hashes: ReadonlySet<string> = new Set('md5 sha1 sha256 sha2 sha512 md5_hex sha1_hex sha2_hex'.split(' '));

/** `row_number() over (partition by p …) = 1`: one row for each `p`. */
function firstOfPartition(condition: Term, goal: readonly string[]): readonly Dependency[] {
  const [left, right] = condition.children;
  if (condition.kind !== 'operator' || left?.kind !== 'window' || right?.kind !== 'literal') return [];
  const isFirst =
    (['=', '<='].includes(condition.name) && right.name === '1') || (condition.name === '<' && right.name === '2');
  const partition = isFirst ? partitionOf(left) : null;
  return partition === null ? [] : [{ from: partition.map(nameOf), to: goal, fact: partitionFact(partition) }];
}

function partitionFact(partition: readonly Term[]): Fact {
  return proven(partition.length === 0 ? 'row_number() = 1' : `row_number() = 1 for each ${listed(partition)}`);
}

/** What a `row_number()` starts anew for; null for another function. */
export function partitionOf(term: Term): readonly Term[] | null {
  const [own, ...clauses] = term.children;
  if (term.kind !== 'window' || own?.name !== 'row_number') return null;
  if (clauses.some(({ name }) => name === 'window')) return null;
  return clauses.filter(({ name }) => name === 'partition by').flatMap(({ children }) => children);
}

/** Why rows that agree on `start` are one. */
function decides(start: readonly string[], { goal, dependencies, outputs, rows }: GivenRows): Because | null {
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

const mostCandidates = 60;

function keysOf(given: GivenRows): readonly Key[] {
  const nothing = decides([], given);
  if (nothing !== null) return [keyOf([], nothing)];
  const { block } = given.rows;
  const used = new Set([...given.goal, ...given.dependencies.flatMap(({ from }) => from)]);
  const relevant = given.outputs.filter(
    ({ name, term }) => (used.has(name) || block.distinct) && term?.kind !== 'literal',
  );
  const found = [...strictKeys(relevant.slice(0, mostCandidates), given), ...numbered(given)];
  return inOrder([...found, ...exceptNulls(given)]);
}

function strictKeys(relevant: readonly Named[], given: GivenRows): readonly Key[] {
  const found: Key[] = [];
  for (const one of relevant) {
    const because = decides([one.name], given);
    if (because !== null) found.push(keyOf([one.key], because));
  }
  const single = new Set(found.flatMap(({ columns }) => columns));
  const rest = relevant.filter(({ key }) => !single.has(key));
  for (const order of [rest, [...rest].reverse()]) {
    const least = leastOf(order, given);
    if (least !== null) found.push(least);
  }
  return found;
}

/** The columns that are left when each that is not needed is taken away, in this order; null where all together are no key. */
function leastOf(order: readonly Named[], given: GivenRows): Key | null {
  if (
    decides(
      order.map(({ name }) => name),
      given,
    ) === null
  )
    return null;
  let kept = order;
  for (const one of order) {
    const without = kept.filter((other) => other !== one);
    if (
      decides(
        without.map(({ name }) => name),
        given,
      ) !== null
    )
      kept = without;
  }
  const because = decides(
    kept.map(({ name }) => name),
    given,
  );
  return because === null
    ? null
    : keyOf(
        kept.map(({ key }) => key),
        because,
      );
}

function keyOf(columns: readonly string[], because: Because): Key {
  return { ...together(because, 'the SQL'), columns: [...columns].sort(compareText), exceptNulls: false };
}

/** A row's number within its partition, with the partition, is a key: `where rn = 1` outside makes the partition one. */
function numbered(given: GivenRows): readonly Key[] {
  const { outputs, rows } = given;
  if (rows.block.distinct) return [];
  return outputs.flatMap((output) => {
    const partition = output.term === null ? null : partitionOf(output.term);
    if (partition === null) return [];
    const columns = partition.map((term) => outputs.find(({ name }) => name === nameOf(term))?.key);
    if (!columns.every((column) => column !== undefined)) return [];
    const fact = proven(`row_number() for each ${listed(partition)}`);
    return [{ ...fact, columns: [...columns, output.key].sort(compareText), exceptNulls: false }];
  });
}

/** Keys that hold only where nothing is NULL, of a single input that no join repeats. */
function exceptNulls(given: GivenRows): readonly Key[] {
  const { rows, outputs, goal, dependencies } = given;
  if (rows.block.groupBy !== null) return [];
  return [...rows.inputs.entries()].flatMap(([alias, { facts }]) =>
    facts.keys.flatMap((key): readonly Key[] => {
      const names = key.columns.map((column) => nameIn(alias, column));
      const columns = names.map((name) => outputs.find((output) => output.name === name)?.key);
      if (names.length === 0 || !columns.every((column) => column !== undefined)) return [];
      const weak: Dependency = { from: names, to: [rowName(alias)], fact: key };
      const because = follows(names, goal, [...dependencies, weak]);
      return because === null ? [] : [{ ...keyOf(columns, because), exceptNulls: true }];
    }),
  );
}

function notNullOf({ term, name, key }: Named, { rows }: GivenRows): Fact | null {
  if (term === null || term.column !== null) return rows.notNull(name);
  const facts: Fact[] = [];
  const isNotNull = (column: string): boolean => {
    const fact = rows.notNull(column);
    if (fact !== null) facts.push(fact);
    return fact !== null;
  };
  if (!neverNull(term, { isNotNull, isGrouped: (rows.block.groupBy ?? []).length > 0 })) return null;
  return { ...together(facts, `the expression of ${key}`) };
}

/** References and accepted values of columns that are handed on as they are. */
function carried({ rows, outputs }: GivenRows): Pick<RelationFacts, 'foreignKeys' | 'accepted'> {
  const foreignKeys: ForeignKey[] = [];
  const accepted = new Map<string, AcceptedValues>();
  for (const { key, name } of outputs) {
    const facts = rows.inputs.get(inputOf(name) ?? '')?.facts ?? noFacts;
    const column = columnOf(name);
    foreignKeys.push(
      ...facts.foreignKeys.filter((one) => one.column === column).map((one) => ({ ...one, column: key })),
    );
    const values = facts.accepted.get(column);
    if (values !== undefined) accepted.set(key, values);
  }
  return { foreignKeys, accepted };
}

function setFacts(plan: SetPlan, facts: Facts): RelationFacts {
  const names = outputNames(plan);
  if (names === null || plan.modifiers !== '') return noFacts;
  const members = plan.members.map((member) => byPosition(member, planFacts(member, facts)));
  if (!members.every((member) => member !== null)) return noFacts;
  const [first] = members;
  const firstOnly = plan.operator !== 'union';
  const holds = firstOnly ? members.slice(0, 1) : members;
  const notNull = new Map<string, Fact>();
  for (const [at, key] of names.entries()) {
    const all = holds.map((member) => member.facts.notNull.get(member.names[at] ?? ''));
    if (all.every((fact) => fact !== undefined)) notNull.set(key, together(all, 'the SQL'));
  }
  const whole: Key[] = plan.all
    ? []
    : [
        {
          ...proven(`${plan.operator.toUpperCase()} without ALL`),
          columns: [...names].sort(compareText),
          exceptNulls: false,
        },
      ];
  const one: Key[] = isOneRow(plan.limit) ? [{ ...proven('LIMIT 1'), columns: [], exceptNulls: false }] : [];
  const kept =
    firstOnly && first !== undefined ? first.facts.keys.flatMap((key) => renamed(key, first.names, names)) : [];
  const apart = firstOnly ? [] : keysApart(plan, members, names);
  return { ...noFacts, keys: inOrder([...one, ...whole, ...kept, ...apart]), notNull };
}

interface Member {
  readonly plan: Plan;
  readonly facts: RelationFacts;
  readonly names: readonly string[];
}

function byPosition(plan: Plan, facts: RelationFacts): Member | null {
  const names = outputNames(plan);
  return names === null ? null : { plan, facts, names };
}

function outputNames(plan: Plan): readonly string[] | null {
  if (plan.kind === 'block') return plan.stars.length > 0 ? null : plan.outputs.map(({ key }) => key.toLowerCase());
  if (plan.kind === 'values') return plan.names.map((name) => name.toLowerCase());
  if (plan.kind !== 'set' || plan.byName) return null;
  return plan.members[0] === undefined ? null : outputNames(plan.members[0]);
}

function renamed(key: Key, from: readonly string[], to: readonly string[]): readonly Key[] {
  const columns = key.columns.map((column) => to[from.indexOf(column)]);
  return columns.every((column) => column !== undefined) ? [{ ...key, columns: [...columns].sort(compareText) }] : [];
}

/** Members that each say by a literal of their own which they are: a key of every member, with it, is a key of all. */
function keysApart(plan: SetPlan, members: readonly Member[], names: readonly string[]): readonly Key[] {
  const at = names.findIndex((_, place) => areApart(plan.members, place));
  const [first, ...rest] = members;
  const mark = names[at];
  if (at === -1 || first === undefined || mark === undefined) return [];
  return first.facts.keys.flatMap((key) => {
    const places = key.columns.map((column) => first.names.indexOf(column));
    const others = rest.map((member) =>
      member.facts.keys.find((other) => other.columns.every((column) => places.includes(member.names.indexOf(column)))),
    );
    const own = renamed(key, first.names, names)[0];
    if (own === undefined || !others.every((other) => other !== undefined)) return [];
    const fact = together([key, ...others, proven(`each part of the UNION has its own ${mark}`)], '');
    const columns = [...new Set([...own.columns, mark])].sort(compareText);
    return [{ ...fact, columns, exceptNulls: [key, ...others].some((other) => other.exceptNulls) }];
  });
}

/** Whether each member has another literal at this place. */
export function areApart(members: readonly Plan[], place: number): boolean {
  return areDifferent(members.map((member) => (member.kind === 'block' ? member.outputs[place]?.term : undefined)));
}

/** Whether terms are literals of one kind, none equal to another. 1 and 1.0 are one value, and so may 'a' and 'A' be. */
function areDifferent(terms: readonly (Term | undefined)[]): boolean {
  const texts = terms.map((term) => (term?.kind === 'literal' ? term.name.toLowerCase() : ''));
  const areOneKind = [/^'.*'$/s, /^(?:0|[1-9]\d*)$/].some((form) => texts.every((text) => form.test(text)));
  return areOneKind && new Set(texts.map((text) => text.replace(/\s+'$/, "'"))).size === texts.length;
}

function valuesFacts({ rows, names }: ValuesPlan): RelationFacts {
  const notNull = new Map<string, Fact>();
  const keys: Key[] = rows.length <= 1 ? [{ ...proven('one row of VALUES'), columns: [], exceptNulls: false }] : [];
  for (const [at, written] of names.entries()) {
    const key = written.toLowerCase();
    const terms = rows.map((row) => row[at]);
    const isPlain = terms.every((term) => term?.kind === 'literal' && term.name.toLowerCase() !== 'null');
    if (!isPlain) continue;
    notNull.set(key, proven('literals'));
    if (areDifferent(terms))
      keys.push({ ...proven('the values are all different'), columns: [key], exceptNulls: false });
  }
  return { ...noFacts, keys: inOrder(keys), notNull };
}
