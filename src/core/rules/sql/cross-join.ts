import type { Block, Edit, Facts, Input } from '#core/meaning';
import { isOneRowInput, joinConditions } from '#core/meaning';
import { duplicatesOf } from '../duplicates.ts';
import { isUnread } from '../fan-out.ts';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords } from '../term-words.ts';

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer', amount: 'integer' }, keys: [['id']], notNull: ['id'] },
  customers: { columns: { id: 'integer', name: 'varchar' }, keys: [['id']], notNull: ['id'] },
};

/** Every row with every row. */
export const crossJoin = defineRule({
  id: 'cross-join',
  title: 'A join without a condition',
  severity: 'S1',
  page: {
    what: 'A relation that no condition ties to the others, where it was tied before or was not read: an ON that is gone or always true, a comma, a CROSS JOIN. Silent where one side has at most one row (an aggregate without GROUP BY, LIMIT 1), where it is a list of literals or a function, where a condition holds Jinja that was not rendered, and where repeated rows come to the same.',
    why: 'Every row meets every row. Sums are multiplied by the number of rows on the other side.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select o.id, c.name from orders o join customers c on c.id = o.customer_id',
      after: 'select o.id, c.name from orders o, customers c',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'One row is joined to all.',
        before: 'select o.id, o.amount from orders o',
        after: 'select o.id, o.amount from orders o cross join (select count(*) as n from customers) c',
        relations,
      },
    ],
    safeIf: 'Say in ON by which columns the two belong together, or reduce one side to one row.',
    waive: '',
  },
  messages: {
    crossed: 'no condition ties {joined} to the rest any more: every row meets every row',
    'newly-crossed': '{joined} is joined without a condition: every row meets every row',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts.head)),
});

type Message = 'crossed' | 'newly-crossed';

function findIn({ uniqueId, head, edits }: ComparedModel, facts: Facts): readonly RuleFinding<Message>[] {
  return edits.flatMap((edit) => {
    const input = inputOf(edit);
    if (input === null || edit.head.kind !== 'block' || edit.head.inputs.length < 2) return [];
    if (!isLoose(edit.head, input, facts) || !duplicatesOf(head, edit.head, input).matter) return [];
    const joined = inputWords(input);
    return [
      tell<Message>({
        messageId: edit.kind === 'join-added' ? 'newly-crossed' : 'crossed',
        uniqueId,
        data: { joined },
        place: { kind: 'compiled', side: 'head', span: input.span },
        matters: `as soon as both sides have more than one row`,
        safeIf: `say by which columns ${joined} belongs to the other rows, or reduce one side to one row`,
        edits: [edit],
        key: joined,
      }),
    ];
  });
}

/** The input whose tie to others an edit may have cut. */
function inputOf(edit: Edit): Input | null {
  if (edit.kind === 'join-added') return edit.input;
  if (edit.kind === 'join-condition') return edit.removed.length > 0 ? edit.after : null;
  if (edit.kind !== 'filter-removed') return null;
  const read = new Set(edit.condition.term.reads.map(({ input }) => input));
  return read.size < 2 ? null : (edit.head.inputs.findLast(({ alias }) => read.has(alias)) ?? null);
}

function isLoose(block: Block, input: Input, facts: Facts): boolean {
  if (input.join === 'semi' || input.join === 'anti' || input.source.kind === 'function') return false;
  if (input.source.kind === 'plan' && (input.source.plan.kind === 'values' || input.source.correlated)) return false;
  const own = new Set(block.inputs.map(({ alias }) => alias));
  if ([...joinConditions(block, input), ...block.where].some(isUnread)) return false;
  const ties = [...joinConditions(block, input), ...block.where].some(({ term }) => {
    const read = new Set(term.reads.map((one) => one.input).filter((one) => own.has(one) || one.startsWith('?')));
    return (read.has(input.alias) && read.size > 1) || [...read].some((one) => one.startsWith('?'));
  });
  const others = block.inputs.filter((other) => other !== input && other.join !== 'semi' && other.join !== 'anti');
  const tiedByOthers = others.some((other) =>
    other.on.some(({ term }) => term.reads.some((one) => one.input === input.alias)),
  );
  if (ties || tiedByOthers || isOneRowInput(input, facts) !== null) return false;
  return !others.every((other) => isOneRowInput(other, facts) !== null);
}
