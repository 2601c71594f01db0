import { compareText } from '#core/base';
import type { Plan, SetPlan, Term, ValuesPlan } from '../plan/plan.ts';
import { together } from './dependencies.ts';
import type { Fact, Key, RelationFacts } from './facts.ts';
import { noFacts } from './facts.ts';
import { isOneRow } from './given-rows.ts';
import { inOrder } from './key-order.ts';
import { proven } from './made-from.ts';

/** Facts of a set operation; `factsOf` gives those of its members. */
export function setFacts(plan: SetPlan, factsOf: (plan: Plan) => RelationFacts): RelationFacts {
  const names = outputNames(plan);
  if (names === null || plan.modifiers !== '') return noFacts;
  const members = plan.members.map((member) => byPosition(member, factsOf(member)));
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
          from: 'sql',
          columns: [...names].sort(compareText),
          exceptNulls: false,
        },
      ];
  const one: Key[] = isOneRow(plan.limit)
    ? [{ ...proven('LIMIT 1'), from: 'sql', columns: [], exceptNulls: false }]
    : [];
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
  return columns.every((column) => column !== undefined)
    ? [{ ...key, from: 'sql', columns: [...columns].sort(compareText) }]
    : [];
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
    return [{ ...fact, from: 'sql', columns, exceptNulls: [key, ...others].some((other) => other.exceptNulls) }];
  });
}

/** Whether each member has another literal at this place. */
function areApart(members: readonly Plan[], place: number): boolean {
  return areDifferent(members.map((member) => (member.kind === 'block' ? member.outputs[place]?.term : undefined)));
}

/** Whether terms are literals of one kind, none equal to another. 1 and 1.0 are one value, and so may 'a' and 'A' be. */
function areDifferent(terms: readonly (Term | undefined)[]): boolean {
  const texts = terms.map((term) => (term?.kind === 'literal' ? term.name.toLowerCase() : ''));
  const areOneKind = [/^'.*'$/s, /^(?:0|[1-9]\d*)$/].some((form) => texts.every((text) => form.test(text)));
  return areOneKind && new Set(texts.map((text) => text.replace(/\s+'$/, "'"))).size === texts.length;
}

/** Facts of VALUES. */
export function valuesFacts({ rows, names }: ValuesPlan): RelationFacts {
  const notNull = new Map<string, Fact>();
  const keys: Key[] =
    rows.length <= 1 ? [{ ...proven('one row of VALUES'), from: 'sql', columns: [], exceptNulls: false }] : [];
  for (const [at, written] of names.entries()) {
    const key = written.toLowerCase();
    const terms = rows.map((row) => row[at]);
    const isPlain = terms.every((term) => term?.kind === 'literal' && term.name.toLowerCase() !== 'null');
    if (!isPlain) continue;
    notNull.set(key, proven('literals'));
    if (areDifferent(terms))
      keys.push({ ...proven('the values are all different'), from: 'sql', columns: [key], exceptNulls: false });
  }
  return { ...noFacts, keys: inOrder(keys), notNull };
}
