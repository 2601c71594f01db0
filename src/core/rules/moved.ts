import type { Block, Condition, Edit, Input, Plan, Term } from '#core/meaning';
import type { RuleInput } from './rule.ts';
import { termText } from './term-words.ts';

/**
 * Whether a condition that came or went here went or came, with the same columns, in the models that this one reads its columns from:
 * then the same rows arrive. Only where all of its columns are of one input that is a model changed by the same pull request.
 */
export function isMoved(edit: Edit, { models }: RuleInput): boolean {
  if (edit.kind !== 'filter-added' && edit.kind !== 'filter-removed') return false;
  const { condition } = edit;
  const block = edit.kind === 'filter-added' ? edit.head : edit.base;
  const [input, ...more] = [...new Set(condition.term.reads.map((one) => one.input))];
  const source = block.inputs.find(({ alias }) => alias === input);
  // Of an outer join the rows of the other side stay: the filter does more here than above.
  if (input === undefined || more.length > 0 || source?.join !== 'inner' || source.source.kind !== 'relation')
    return false;
  const { uniqueId } = source.source;
  const parent = models.find((model) => model.uniqueId === uniqueId);
  if (parent === undefined) return false;
  // Added here: gone there. Gone here: added there.
  const [kind, plan] =
    edit.kind === 'filter-added'
      ? (['filter-removed', parent.base] as const)
      : (['filter-added', parent.head] as const);
  return parent.edits.some(
    (other) =>
      other.kind === kind && isIn(plan, other) && sameThrough(condition, source, { other: other.condition, plan }),
  );
}

/** Whether an edit is of the model's own block, so that its rows are those that are read. */
function isIn(plan: Plan, edit: Edit): boolean {
  return plan === edit.head || plan === edit.base;
}

function sameThrough(
  { term }: Condition,
  { alias }: Input,
  { other, plan }: { readonly other: Condition; readonly plan: Plan },
): boolean {
  if (plan.kind !== 'block') return false;
  const own = termText(term, ({ input, name }) => (input === alias ? writtenIn(plan, name) : `${input}.${name}`));
  return own === termText(other.term, columnText);
}

function writtenIn({ outputs }: Block, name: string): string {
  const term: Term | undefined = outputs.find(({ key }) => key === name)?.term;
  return term === undefined ? '?' : termText(term, columnText);
}

function columnText({ input, name }: NonNullable<Term['column']>): string {
  return `${input}.${name}`;
}
