import type { Dialect } from '#core/sql';
import { whereOf } from './collapse.ts';
import { hasQuery } from './merge.ts';
import type { Block, Condition, Input, Plan, Term } from './plan.ts';
import { substitute } from './rename.ts';

/** Puts a changed block in order. */
export type Finish = (block: Block) => Block;

/**
 * A block whose conditions on one plan alone are conditions of that plan: `from (select …, row_number() … n …) where n = 1`. Not
 * where a join may put NULLs in the place of its rows, or where the plan cuts its rows by a limit.
 */
export function pushed(block: Block, dialect: Dialect, finish: Finish): Block {
  if (block.ordered) return block;
  let where = block.where;
  const inputs = block.inputs.map((input): Input => {
    if (input.source.kind !== 'plan' || input.source.correlated) return input;
    if (input.join === 'inner') {
      const { down, stay } = split(where, input);
      const plan = down.length === 0 ? null : withConditions(input.source.plan, input.alias, down, { dialect, finish });
      if (plan === null) return input;
      where = stay;
      return { ...input, source: { ...input.source, plan } };
    }
    const { down, stay } = split(input.on, input);
    const plan = down.length === 0 ? null : withConditions(input.source.plan, input.alias, down, { dialect, finish });
    return plan === null ? input : { ...input, on: stay, source: { ...input.source, plan } };
  });
  return { ...block, inputs, where };
}

/** Conditions on one input alone, and the others. */
export function split(
  conditions: readonly Condition[],
  { alias }: Input,
): { readonly down: readonly Condition[]; readonly stay: readonly Condition[] } {
  const isOwn = ({ term }: Condition): boolean =>
    term.reads.length > 0 && term.reads.every(({ input }) => input === alias) && !term.has.volatile && !hasQuery(term);
  return { down: conditions.filter(isOwn), stay: conditions.filter((condition) => !isOwn(condition)) };
}

/** The plan with conditions on its columns; null where they cannot be said inside. */
export function withConditions(
  plan: Plan,
  alias: string,
  conditions: readonly Condition[],
  { dialect, finish }: { readonly dialect: Dialect; readonly finish: Finish },
): Block | null {
  if (
    plan.kind !== 'block' ||
    plan.limit !== null ||
    plan.distinctOn.length > 0 ||
    plan.modifiers !== '' ||
    plan.stars.length > 0
  )
    return null;
  const outputs = new Map(plan.outputs.map(({ key, term }) => [key, term]));
  if (plan.outputs.some(({ term }) => term.has.volatile)) return null;
  const terms: Term[] = [];
  for (const { term } of conditions) {
    if (term.reads.some(({ name }) => !outputs.has(name))) return null;
    terms.push(inside(term, alias, outputs, dialect));
  }
  const clause = whereOf(plan);
  const added = terms.map((term): Condition => ({ term, clause, input: null }));
  return finish({ ...plan, [clause]: [...plan[clause], ...added] });
}

function inside(term: Term, alias: string, outputs: ReadonlyMap<string, Term>, dialect: Dialect): Term {
  return substitute(term, ({ input, name }) => (input === alias ? (outputs.get(name) ?? null) : null), dialect);
}
