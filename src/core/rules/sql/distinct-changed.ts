import type { Block, Edit, Facts } from '#core/meaning';
import { planFacts, uniqueBy } from '#core/meaning';
import { duplicatesAbove } from '../duplicates.ts';
import { type FanOut, fanOutsOf } from '../fan-out.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords } from '../term-words.ts';

type Message = 'added' | 'removed' | 'hides-fan-out';

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer', amount: 'integer' }, keys: [['id']], notNull: ['id'] },
  addresses: { columns: { customer_id: 'integer', city: 'varchar' } },
};

/** DISTINCT that came or went. */
export const distinctChanged = defineRule({
  id: 'distinct-changed',
  title: 'DISTINCT added or removed',
  severity: 'S2',
  page: {
    what: 'A SELECT that is DISTINCT now and was not, or the other way round. S1 where the same SELECT has a new join that may repeat rows: then DISTINCT hides them. Silent where a key is among the columns, so that no two rows are alike, and where repeated rows come to the same.',
    why: 'Without it, rows come twice; with it, rows that are alike by right (two equal payments) become one. Put over a join that repeats rows, it makes the symptom go and leaves the cause: sums above and columns added later are wrong again.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select customer_id, amount from orders',
      after: 'select distinct customer_id, amount from orders',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'The key is among the columns.',
        before: 'select id, amount from orders',
        after: 'select distinct id, amount from orders',
        relations,
      },
    ],
    safeIf:
      'Test the key of the result; instead of DISTINCT over a join, reduce the joined side to one row for each match.',
    waive: '',
  },
  messages: {
    added: 'DISTINCT is new: rows that are alike become one',
    removed: 'DISTINCT is gone: rows that are alike come out each',
    'hides-fan-out': 'DISTINCT is new and hides the rows that the join of {joined} repeats',
  },
  find: (input) => input.models.flatMap((model) => findIn(model, input)),
});

function findIn(model: ComparedModel, input: RuleInput): readonly RuleFinding<Message>[] {
  return model.edits.flatMap((edit) => {
    if (edit.kind !== 'distinct-added' && edit.kind !== 'distinct-removed') return [];
    const { facts } = input;
    const isAdded = edit.kind === 'distinct-added';
    if (isUnique(edit.head, facts.head) || isUnique(edit.base, facts.base)) return [];
    const fanOut = isAdded ? fanOutIn(model, edit, input) : null;
    if (fanOut === null && !duplicatesAbove(model.head, edit.head).matter) return [];
    return [fanOut === null ? plain(model, edit, isAdded) : hiding(model, edit, fanOut)];
  });
}

function plain({ uniqueId }: ComparedModel, edit: Edit, isAdded: boolean): RuleFinding<Message> {
  return tell<Message>({
    messageId: isAdded ? 'added' : 'removed',
    uniqueId,
    data: {},
    place: { kind: 'compiled', side: 'head', span: edit.place.span },
    matters: 'as soon as two rows are alike in all columns',
    safeIf: 'test the key of the result',
    edits: [edit],
    key: isAdded ? 'added' : 'removed',
  });
}

function hiding({ uniqueId }: ComparedModel, edit: Edit, fanOut: FanOut): RuleFinding<Message> {
  const joined = inputWords(fanOut.input);
  return tell<Message>({
    messageId: 'hides-fan-out',
    uniqueId,
    data: { joined },
    place: { kind: 'compiled', side: 'head', span: edit.place.span },
    basis: 'heuristic',
    severity: 'S1',
    matters: `as soon as ${joined} has two rows for one`,
    safeIf: `reduce ${joined} to one row for each match, or test that it has one, instead of DISTINCT`,
    edits: [edit, fanOut.edit],
    key: joined,
  });
}

/** Whether no two rows would be alike without DISTINCT: a key is among the columns, those of a star included. */
function isUnique(block: Block, facts: Facts): boolean {
  const plain: Block = { ...block, distinct: false };
  const columns = block.outputs.map(({ key }) => key.toLowerCase());
  if (uniqueBy(plain, facts, columns)?.sureness === 'proven') return true;
  const { keys } = planFacts(plain, facts);
  return keys.some(({ sureness, exceptNulls }) => sureness === 'proven' && !exceptNulls);
}

function fanOutIn(model: ComparedModel, { head }: Edit, input: RuleInput): FanOut | null {
  return fanOutsOf(model, input).find(({ block }) => block === head) ?? null;
}
