import type { Dialect } from '#core/sql';
import { type Block, type Condition, emptyBlock, type Input, type Output, type Plan } from '../plan/plan.ts';
import { mapBlock, renameInputs, substitute } from '../plan/rename.ts';
import { columnTerm, termsOf } from '../plan/term.ts';
import { align } from '../proof/align.ts';
import { matchInputs, matchMembers } from '../proof/match.ts';

/** The two sides of a comparison. */
interface Both {
  readonly base: Plan;
  readonly head: Plan;
}

/**
 * Two aligned plans in which a relation that one side reads as it is, and the other through a subquery that reads nothing else and does
 * not group, is read through a subquery on both: what the subquery does is then one difference, inside it, and not one of every join.
 */
export function layered({ base, head }: Both, dialect: Dialect): Both {
  const one = wrapLike(base, head, dialect);
  const other = wrapLike(head, one, dialect);
  return one === base && other === head ? { base, head } : align(one, other, dialect);
}

function wrapLike(plan: Plan, other: Plan, dialect: Dialect): Plan {
  const of = known.get(plan) ?? new WeakMap<Plan, Plan>();
  known.set(plan, of);
  const before = of.get(other);
  if (before !== undefined) return before;
  const made = wrapPlan(plan, other, dialect);
  of.set(other, made);
  return made;
}

/** A CTE may be read in many places, each of which reads others: it is looked at once. */
const known = new WeakMap<Plan, WeakMap<Plan, Plan>>();

function wrapPlan(plan: Plan, other: Plan, dialect: Dialect): Plan {
  if (plan.kind === 'set' && other.kind === 'set') {
    const pairs = matchMembers(plan.members, other.members);
    const members = plan.members.map((member, at) => {
      const like = other.members[pairs.find(([own]) => own === at)?.[1] ?? -1];
      return like === undefined ? member : wrapLike(member, like, dialect);
    });
    return members.every((member, at) => member === plan.members[at]) ? plan : { ...plan, members };
  }
  if (plan.kind !== 'block' || other.kind !== 'block') return plan;
  return wrapInputs(wrapInside(plan, other, dialect), other, dialect);
}

/** The same in the subqueries that both sides read. */
function wrapInside(block: Block, other: Block, dialect: Dialect): Block {
  const likes = new Map(matchInputs(block, other).map(({ base, head }) => [base, head]));
  const inputs = block.inputs.map((input): Input => {
    const like = likes.get(input)?.source;
    if (like?.kind !== 'plan' || input.source.kind !== 'plan' || input.source.correlated) return input;
    const plan = wrapLike(input.source.plan, like.plan, dialect);
    return plan === input.source.plan ? input : { ...input, source: { ...input.source, plan } };
  });
  return inputs.every((input, at) => input === block.inputs[at]) ? block : { ...block, inputs };
}

function wrapInputs(block: Block, other: Block, dialect: Dialect): Block {
  let made = block;
  for (const like of other.inputs) {
    const inner = readsOnly(like);
    if (inner === null || made.inputs.some(({ alias }) => alias === like.alias)) continue;
    if (other.inputs.some((input) => isRelation(input, inner.name))) continue;
    const input = made.inputs.find((one) => isRelation(one, inner.name));
    if (input !== undefined) made = wrapped(made, input, { alias: like.alias, block: inner.block, dialect });
  }
  return made;
}

function isRelation({ source }: Input, name: string): boolean {
  return source.kind === 'relation' && source.name === name;
}

/** The subquery that an input is, and the one relation that it reads; null where it is anything else. */
function readsOnly({ source }: Input): { readonly block: Block; readonly name: string } | null {
  if (source.kind !== 'plan' || source.correlated || source.plan.kind !== 'block') return null;
  const { plan: block } = source;
  const [only, second] = block.inputs;
  if (only?.source.kind !== 'relation' || second !== undefined || block.groupBy !== null) return null;
  return { block, name: only.source.name };
}

interface Like {
  readonly alias: string;
  readonly block: Block;
  readonly dialect: Dialect;
}

/** A block that reads one of its relations through a subquery, which has the columns of another and its conditions where it had them. */
function wrapped(block: Block, input: Input, { alias, block: like, dialect }: Like): Block {
  const [own] = like.inputs;
  if (own === undefined) return block;
  const keys = new Map(
    like.outputs.flatMap(({ key, term }) =>
      term.column?.input === own.alias ? [[term.column.name, key] as const] : [],
    ),
  );
  const known = new Set(like.where.map(({ term }) => term.text));
  const within = new Map([[input.alias, own.alias]]);
  const moved = renameInputs(
    { ...emptyBlock, where: block.where.filter((one) => isOnly(one, input)) },
    within,
    dialect,
  ).where.filter(({ term }) => known.has(term.text));
  const texts = new Set(moved.map(({ term }) => term.text));
  const rest = block.where.filter((one) => !isOnly(one, input) || !texts.has(textWithin(one, within, dialect)));
  const plan: Block = {
    ...emptyBlock,
    inputs: [{ ...own, source: input.source, span: input.span }],
    where: moved,
    outputs: outputsOf(block, input, { like, own, keys }),
    stars: like.stars.length > 0 ? like.stars : starsOf(block, input, own),
    span: input.span,
  };
  const inputs = block.inputs.map(
    (one): Input => (one === input ? { ...one, source: { kind: 'plan', plan, correlated: false } } : one),
  );
  const renamed = renameInputs({ ...block, where: rest, inputs }, new Map([[input.alias, alias]]), dialect);
  return mapBlock(renamed, (term) =>
    substitute(
      term,
      (read, column) => {
        const key = read.input === alias ? keys.get(read.name) : undefined;
        return key === undefined || key === read.name ? null : columnTerm(alias, key, column.span);
      },
      dialect,
    ),
  );
}

function isOnly({ term }: Condition, { alias }: Input): boolean {
  return term.reads.length > 0 && term.reads.every(({ input }) => input === alias);
}

function textWithin(condition: Condition, names: ReadonlyMap<string, string>, dialect: Dialect): string {
  const [made] = renameInputs({ ...emptyBlock, where: [condition] }, names, dialect).where;
  return made?.term.text ?? '';
}

/** The columns that the other subquery hands on, and those that are read here besides. */
function outputsOf(
  block: Block,
  { alias }: Input,
  { like, own, keys }: { readonly like: Block; readonly own: Input; readonly keys: ReadonlyMap<string, string> },
): readonly Output[] {
  const handed = like.outputs.filter(({ term }) => term.column?.input === own.alias);
  if (like.stars.length > 0) return handed;
  const read = termsOf(block).flatMap(({ reads }) => reads.filter(({ input }) => input === alias));
  const more = [...new Set(read.map(({ name }) => name))].filter((name) => !keys.has(name));
  return [...handed, ...more.map((name) => ({ name, key: name, term: columnTerm(own.alias, name, null) }))];
}

function starsOf({ stars }: Block, { alias }: Input, own: Input): Block['stars'] {
  return stars.filter(({ input }) => input === alias).map((star) => ({ ...star, input: own.alias, at: 0 }));
}
