import type { Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedPart, type ChangedTerm, changedParts, changedTerms, readsText } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

const orders = { columns: { id: 'integer', customer_id: 'integer', amount: 'integer' } };

/** SUM for MAX, COUNT(DISTINCT x) for COUNT(x): another figure under the same name. */
export const aggregateFunction = defineRule({
  id: 'aggregate-function',
  title: 'Another aggregate function',
  severity: 'S2',
  page: {
    what: 'The function of an aggregate is another, or DISTINCT came into it or went, over the same columns. Silent where one way of writing stands for the other, and where COUNT(*) becomes COUNT(column), which is told by `count-of-nullable`.',
    why: 'The column keeps its name and type, every test passes, and the figure means something else. Where each group happens to have one row, both give the same, so that a small sample shows nothing.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select customer_id, sum(amount) as revenue from orders group by customer_id',
      after: 'select customer_id, max(amount) as revenue from orders group by customer_id',
      relations: { orders },
    },
    silent: [
      {
        kind: 'sql',
        title: 'Another name of the aggregated column inside a CTE.',
        before: 'select customer_id, sum(amount) as revenue from orders group by customer_id',
        after:
          'with totals as (select customer_id, sum(amount) as total from orders group by 1) select customer_id, total as revenue from totals',
        relations: { orders },
      },
    ],
    safeIf: 'Compare the column on a warehouse copy of both sides, and say in the description what it counts now.',
    waive: '',
  },
  messages: {
    function: '{place} of `{model}` is `{after}` now, it was `{before}`',
    distinct: '{place} of `{model}` counts each value {times} now: `{after}`, it was `{before}`',
  },
  find: ({ models }) =>
    models.flatMap((model) =>
      changedTerms(model).flatMap((changed) =>
        changedParts(changed.before, changed.after).flatMap((part) => findIn(model, changed, part)),
      ),
    ),
});

function findIn(
  model: ComparedModel,
  changed: ChangedTerm,
  part: ChangedPart,
): readonly RuleFinding<'function' | 'distinct'>[] {
  const { before, after } = called(part);
  if (!isAnother(called(part))) return [];
  const isDistinct = before.name === after.name;
  return [
    tellEdit(model, {
      messageId: isDistinct ? 'distinct' : 'function',
      edit: changed.edit,
      span: after.span,
      columns: changed.columns,
      data: {
        place: placeWords(changed),
        before: termWords(before),
        after: termWords(after),
        ...(isDistinct ? { times: after.distinct ? 'once' : 'as often as it stands there' } : {}),
      },
      matters: isDistinct
        ? 'a group in which a value stands twice gives another figure'
        : 'a group of two or more rows gives another figure',
      safeIf: 'say in the description what the column is now, or compare it with the one before',
      key: `${changed.name} ${before.name} ${after.name}`,
    }),
  ];
}

/** Of two windows over the same rows their functions. */
function called(part: ChangedPart): ChangedPart {
  const [[before, ...ours], [after, ...theirs]] = [part.before.children, part.after.children];
  const isWindow = part.before.kind === 'window' && part.after.kind === 'window';
  const sameRows = ours.map(({ text }) => text).join(' ') === theirs.map(({ text }) => text).join(' ');
  if (!isWindow || !sameRows || before === undefined || after === undefined) return part;
  return { before, after, within: [...part.within, part.after] };
}

/** Aggregates that repeated values do not change. */
const blindToRepeats: ReadonlySet<string> = new Set(['min', 'max', 'any_value', 'bool_and', 'bool_or']);

/** Whether another aggregate, or another DISTINCT, stands over the same columns. */
function isAnother({ before, after, within }: ChangedPart): boolean {
  const isWindow = within.at(-1)?.kind === 'window';
  const isCall = ({ kind }: Term): boolean => kind === 'aggregate' || (isWindow && kind === 'function');
  if (!isCall(before) || !isCall(after) || before.reads.length === 0) return false;
  if (readsText(before) !== readsText(after)) return false;
  return before.name !== after.name || (before.distinct !== after.distinct && !blindToRepeats.has(after.name));
}
