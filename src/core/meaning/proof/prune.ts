import type { Block, Output, Plan } from '../plan/plan.ts';
import { termsOf } from '../plan/term.ts';

/** A block whose inner plans give only the columns that it reads. */
export function pruned(block: Block): Block {
  if (block.modifiers !== '' || block.inputs.some(({ source }) => source.kind === 'plan' && source.correlated))
    return block;
  const reads = termsOf(block).flatMap((term) => term.reads);
  // A name of which it is not known whose it is may be any input's.
  const loose = reads.filter(({ input }) => input.startsWith('?')).map(({ name }) => name);
  const inputs = block.inputs.map((input) => {
    const { alias, source } = input;
    if (source.kind !== 'plan' || block.stars.some((star) => star.input === alias)) return input;
    const wanted = new Set([...loose, ...reads.filter((read) => read.input === alias).map(({ name }) => name)]);
    const plan = only(source.plan, wanted);
    return plan === source.plan ? input : { ...input, source: { ...source, plan } };
  });
  return inputs.every((input, at) => input === block.inputs[at]) ? block : { ...block, inputs };
}

/** The plan with the `wanted` columns alone, where leaving out others leaves its rows. */
function only(plan: Plan, wanted: ReadonlySet<string>): Plan {
  if (plan.kind === 'block') {
    return isFree(plan)
      ? withOutputs(
          plan,
          plan.outputs.filter(({ key }) => wanted.has(key)),
        )
      : plan;
  }
  if (plan.kind !== 'set' || plan.operator !== 'union' || !plan.all || plan.byName || plan.limit !== null) return plan;
  const [first] = plan.members;
  if (first?.kind !== 'block') return plan;
  const places = new Set(first.outputs.flatMap(({ key }, at) => (wanted.has(key) ? [at] : [])));
  const members = plan.members.map((member) =>
    member.kind === 'block' && isFree(member) && member.outputs.length === first.outputs.length
      ? withOutputs(
          member,
          member.outputs.filter((_, at) => places.has(at)),
        )
      : null,
  );
  return places.size === first.outputs.length || members.includes(null)
    ? plan
    : { ...plan, members: members.filter((member) => member !== null) };
}

function withOutputs(block: Block, outputs: readonly Output[]): Block {
  return outputs.length === block.outputs.length ? block : { ...block, outputs };
}

/** Whether a block's rows do not hang on which columns it gives. */
function isFree({ distinct, modifiers, stars, outputs }: Block): boolean {
  return !distinct && modifiers === '' && stars.length === 0 && !outputs.some(({ term }) => term.has.volatile);
}
