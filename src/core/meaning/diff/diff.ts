import type { Plan, SetPlan } from '../plan/plan.ts';
import { planText } from '../plan/text.ts';
import { matchMembers } from '../proof/match.ts';
import { diffBlocks } from './blocks.ts';
import type { Edit } from './edit.ts';
import { once } from './once.ts';
import type { Reach, Role } from './reach.ts';
import { diffTails, spanOfPlan } from './tails.ts';
import { wrapSet } from './wrap-set.ts';

/** Scopes that are looked into; those of real models are some dozens. */
const mostScopes = 2000;

/** What differs between two aligned plans. */
export function diffPlans(base: Plan, head: Plan): readonly Edit[] {
  return once(
    diffScopes(base, head, 'model', { of: (column) => [column], steps: { left: mostScopes }, inside: diffScopes }),
  );
}

/** What differs between two scopes, one edit for each cause; at least one where their texts differ. */
function diffScopes(base: Plan, head: Plan, role: Role, reach: Reach): readonly Edit[] {
  const columns = role === 'member' ? 'placed' : 'named';
  if (planText(base, columns) === planText(head, columns) && base.kind !== 'opaque') return [];
  reach.steps.left -= 1;
  const edits = reach.steps.left < 0 ? [] : differences(base, head, role, reach);
  return edits.length > 0 ? edits : [rewritten(base, head)];
}

function differences(base: Plan, head: Plan, role: Role, reach: Reach): readonly Edit[] {
  if (base.kind === 'block' && head.kind === 'block') return diffBlocks(base, head, role, reach);
  if (base.kind === 'set' && head.kind === 'set') return diffSets(base, head, role, reach);
  const both = wrapSet(base, head);
  return both === null ? [] : diffSets(both.base, both.head, role, reach);
}

/** One edit for scopes that cannot be told apart by parts. */
function rewritten(base: Plan, head: Plan): Edit {
  return { kind: 'rewritten', place: { side: 'head', span: spanOfPlan(head) }, base, head, columns: 'all' };
}

function diffSets(base: SetPlan, head: SetPlan, role: Role, reach: Reach): readonly Edit[] {
  const at = { base, head, columns: 'all', place: { side: 'head', span: spanOfPlan(head) } } as const;
  const edits: Edit[] = [];
  if (base.operator !== head.operator) edits.push({ kind: 'set-operator', ...at });
  else if (base.all !== head.all) edits.push({ kind: 'set-quantifier', ...at });
  const pairs = matchMembers(base.members, head.members);
  edits.push(...diffMembers(base, head, pairs, { role, reach }));
  const removed = base.members.filter((_, number) => !pairs.some(([one]) => one === number));
  const added = head.members.filter((_, number) => !pairs.some(([, other]) => other === number));
  if (removed.length + added.length > 0) {
    const [place = head] = added;
    edits.push({ kind: 'set-members', ...at, added, removed, place: { side: 'head', span: spanOfPlan(place) } });
  }
  return [...edits, ...diffTails(base, head)];
}

function diffMembers(
  base: SetPlan,
  head: SetPlan,
  pairs: ReturnType<typeof matchMembers>,
  { role, reach }: { readonly role: Role; readonly reach: Reach },
): readonly Edit[] {
  const [first] = base.members;
  const names = first?.kind === 'block' ? first.outputs.map(({ key }) => key) : [];
  return pairs.flatMap(([one, other]) => {
    const [a, b] = [base.members[one], head.members[other]];
    if (a === undefined || b === undefined) return [];
    const isNamed = role !== 'member' && one === 0 && other === 0;
    return diffScopes(a, b, isNamed ? role : 'member', reachByPlace(a, names, reach));
  });
}

/** A member's columns reach what the first member's of the same place reach. */
function reachByPlace(member: Plan, names: readonly string[], reach: Reach): Reach {
  if (member.kind !== 'block') return reach;
  const places = new Map(member.outputs.map(({ key }, at) => [key, names[at] ?? key]));
  return { ...reach, of: (column) => reach.of(places.get(column) ?? column) };
}
