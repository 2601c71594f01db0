import type { Dialect } from '#core/sql';
import type { Block, Input, Output, Plan, Term } from '../plan/plan.ts';
import { wrapped } from '../plan/query.ts';
import { mapBlock, renameInputs, substitute } from '../plan/rename.ts';
import { makeTerm, partsOf, termsOf } from '../plan/term.ts';
import { planText } from '../plan/text.ts';
import { alike } from './alike.ts';
import { likeness, matchInputs, matchMembers } from './match.ts';

/** Two plans in which the same inputs, and the same columns of inner plans, have the same names. */
export interface Aligned {
  readonly base: Plan;
  readonly head: Plan;
}

/**
 * Gives head's inputs and inner columns the names that base has for them. Names are all that changes, so that each plan still means
 * what it meant; and a plan that the other side reads as a whole is read as a whole here too.
 */
export function align(base: Plan, head: Plan, dialect: Dialect): Aligned {
  const known = aligned.get(base)?.get(head);
  if (known !== undefined) return known;
  const made = planText(base, 'named') === planText(head, 'named') ? { base, head } : alignPlans(base, head, dialect);
  const ofBase = aligned.get(base) ?? new WeakMap<Plan, Aligned>();
  aligned.set(base, ofBase.set(head, made));
  return made;
}

/** Plans that are read in several places are aligned once. */
const aligned = new WeakMap<Plan, WeakMap<Plan, Aligned>>();

function alignPlans(base: Plan, head: Plan, dialect: Dialect): Aligned {
  if (base.kind === 'set' && head.kind === 'set') {
    const pairs = matchMembers(base.members, head.members).map(([one, other]) => {
      const [a, b] = [base.members[one], head.members[other]];
      return a === undefined || b === undefined ? null : { one, other, ...align(a, b, dialect) };
    });
    return {
      base: {
        ...base,
        members: base.members.map((member, at) => pairs.find((pair) => pair?.one === at)?.base ?? member),
      },
      head: {
        ...head,
        members: head.members.map((member, at) => pairs.find((pair) => pair?.other === at)?.head ?? member),
      },
    };
  }
  if (base.kind === 'block' && head.kind === 'block') return alignBlocks(base, head, dialect);
  return { base, head };
}

function alignBlocks(base: Block, head: Block, dialect: Dialect): Aligned {
  const layered = sameLayers(base, head);
  if (layered !== null) return alignBlocks(layered.base, layered.head, dialect);
  const names = new Map<string, string>();
  const taken = new Set(base.inputs.map(({ alias }) => alias));
  const baseInputs = new Map(base.inputs.map((input) => [input.alias, input]));
  const plans = new Map<string, Plan>();
  const columns = new Map<string, ReadonlyMap<string, string>>();
  for (const pair of matchInputs(base, head)) {
    names.set(pair.head.alias, pair.base.alias);
    const [before, after] = [planOfInput(pair.base), planOfInput(pair.head)];
    if (before === null || after === null) continue;
    const both = align(before, after, dialect);
    const renames = mayRename(head, pair.head.alias) ? columnNames(both.base, both.head) : none;
    baseInputs.set(pair.base.alias, withPlan(pair.base, both.base));
    plans.set(pair.head.alias, withColumnNames(both.head, renames));
    if (renames.size > 0) columns.set(pair.head.alias, renames);
  }
  for (const { alias } of head.inputs)
    if (!names.has(alias)) names.set(alias, taken.has(alias) ? `${alias}#new` : alias);
  const inner: Block = {
    ...head,
    inputs: head.inputs.map((input) => withPlan(input, plans.get(input.alias) ?? null)),
  };
  const renamed = renameInputs(columns.size === 0 ? inner : withReads(inner, columns, dialect), names, dialect);
  return {
    base: {
      ...base,
      inputs: base.inputs.map(({ alias }) => baseInputs.get(alias)).filter((input) => input !== undefined),
    },
    head: renamed,
  };
}

const none: ReadonlyMap<string, string> = new Map();

/** The plan that an input reads; null where it is no plan, or one that may read what stands around it. */
function planOfInput({ source }: Input): Plan | null {
  return source.kind === 'plan' && !source.correlated ? source.plan : null;
}

function withPlan(input: Input, plan: Plan | null): Input {
  return plan === null || input.source.kind !== 'plan' ? input : { ...input, source: { ...input.source, plan } };
}

/** The two blocks, one of them wrapped, where the other reads as a whole what it is; null where both have the same layers. */
function sameLayers(base: Block, head: Block): { readonly base: Block; readonly head: Block } | null {
  if (readsWhole(head, base)) return { base: around(base), head };
  if (readsWhole(base, head)) return { base, head: around(head) };
  return null;
}

function around(block: Block): Block {
  const made = wrapped(block, { depth: 0 });
  return {
    ...made,
    outputs: made.outputs.map((output, at) => ({
      ...output,
      term: { ...output.term, span: block.outputs[at]?.term.span ?? null },
    })),
  };
}

function readsWhole(outer: Block, inner: Block): boolean {
  if (isWrapping(inner)) return false;
  const direct = new Set(outer.inputs.map(({ alias, source }) => (source.kind === 'relation' ? source.name : alias)));
  const shared = inner.inputs.some(({ source, alias }) => direct.has(source.kind === 'relation' ? source.name : alias));
  if (shared) return false;
  return outer.inputs.some(
    ({ source }) =>
      source.kind === 'plan' &&
      source.plan.kind === 'block' &&
      likeness(source.plan, inner) >= 0.5 &&
      sharesInput(source.plan, inner),
  );
}

function sharesInput(one: Block, other: Block): boolean {
  const names = new Set(one.inputs.map(({ alias }) => alias.replace(/#\d+$/, '')));
  return other.inputs.some(({ alias }) => names.has(alias.replace(/#\d+$/, '')));
}

/** Whether a block only passes one plan on: wrapping it again would never end. */
function isWrapping({ inputs, where, groupBy }: Block): boolean {
  return inputs.length === 1 && inputs[0]?.source.kind === 'plan' && where.length === 0 && groupBy === null;
}

/** Not where a star or a name of several inputs may mean a column of it. */
function mayRename(block: Block, alias: string): boolean {
  if (block.stars.some(({ input }) => input === alias)) return false;
  return !termsOf(block).some(({ reads }) => reads.some(({ input }) => input.startsWith('?')));
}

/** Columns of head's plan that base has under another name, by their terms. */
function columnNames(base: Plan, head: Plan): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  if (base.kind !== 'block' || head.kind !== 'block') return names;
  const known = new Set(head.outputs.map(({ key }) => key));
  const wanted = base.outputs.filter(({ key }) => !known.has(key));
  const theirs = new Set(base.outputs.map(({ key }) => key));
  for (const { key, term } of head.outputs) {
    if (theirs.has(key)) continue;
    const at = wanted.findIndex((output) => output.term.text === term.text);
    const [found] = at === -1 ? [] : wanted.splice(at, 1);
    if (found !== undefined) names.set(key, found.key);
  }
  // Names alone are changed, so that a wrong guess costs a clear message and no proof.
  for (const { key, term } of head.outputs) {
    if (theirs.has(key) || names.has(key)) continue;
    const at = wanted.findIndex((output) => alike(output.term, term) >= 3);
    const [found] = at === -1 ? [] : wanted.splice(at, 1);
    if (found !== undefined) names.set(key, found.key);
  }
  return names;
}

function withColumnNames(plan: Plan, names: ReadonlyMap<string, string>): Plan {
  if (names.size === 0 || plan.kind !== 'block') return plan;
  const outputs = plan.outputs.map((output): Output => ({ ...output, key: names.get(output.key) ?? output.key }));
  return { ...plan, outputs };
}

function withReads(block: Block, columns: ReadonlyMap<string, ReadonlyMap<string, string>>, dialect: Dialect): Block {
  const visit = (term: Term): Term =>
    substitute(
      term,
      (read, column) => {
        const name = columns.get(read.input)?.get(read.name);
        return name === undefined ? null : makeTerm({ ...partsOf(column), name, column: { input: read.input, name } });
      },
      dialect,
    );
  return mapBlock(block, visit);
}
