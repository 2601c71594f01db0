import type { Block, Plan } from '../plan/plan.ts';
import type { Known } from './block.ts';
import { keysOf } from './block-keys.ts';
import { columnOf, inputOf } from './column-name.ts';
import { together } from './dependencies.ts';
import type { AcceptedValues, Fact, Facts, ForeignKey, RelationFacts } from './facts.ts';
import { noFacts } from './facts.ts';
import { decides, type GivenRows, givenRows, isBeyond, type Named } from './given-rows.ts';
import { neverNull } from './nulls.ts';
import { setFacts, valuesFacts } from './set-facts.ts';

const derived = new WeakMap<Facts, WeakMap<Plan, RelationFacts>>();

/** What is known of the rows that a plan gives, by the names of its outputs in lower case. */
export function planFacts(plan: Plan, facts: Facts): RelationFacts {
  const ofFacts = derived.get(facts) ?? new WeakMap<Plan, RelationFacts>();
  derived.set(facts, ofFacts);
  const found = ofFacts.get(plan) ?? derive(plan, facts);
  ofFacts.set(plan, found);
  return found;
}

/** Facts with those of plans, which are derived from them. */
export function knownOf(facts: Facts): Known {
  return { of: facts.of, ofPlan: (plan) => planFacts(plan, facts) };
}

function derive(plan: Plan, facts: Facts): RelationFacts {
  switch (plan.kind) {
    case 'block':
      return blockFacts(plan, facts);
    case 'set':
      return setFacts(plan, (member) => planFacts(member, facts));
    case 'values':
      return valuesFacts(plan);
    case 'opaque':
      return noFacts;
  }
}

function blockFacts(block: Block, facts: Facts): RelationFacts {
  if (isBeyond(block)) return noFacts;
  const given = givenRows(block, knownOf(facts));
  const notNull = new Map<string, Fact>();
  for (const output of given.outputs) {
    const fact = notNullOf(output, given);
    if (fact !== null) notNull.set(output.key, fact);
  }
  return { keys: keysOf(given), notNull, ...carried(given) };
}

/** Why no two rows that a block gives agree on these output columns (keys, in lower case); null where that does not follow. */
export function uniqueBy(block: Block, facts: Facts, columns: readonly string[]): Fact | null {
  if (isBeyond(block)) return null;
  const given = givenRows(block, knownOf(facts));
  const start = given.outputs.filter(({ key }) => columns.includes(key)).map(({ name }) => name);
  const because = decides(start, given);
  return because === null ? null : together(because, 'the SQL');
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
