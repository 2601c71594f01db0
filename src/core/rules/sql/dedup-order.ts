import type { Block, Edit, Facts, Term } from '#core/meaning';
import { isOneRowFor } from '#core/meaning';
import { bare, hasKeys } from '../choosing.ts';
import { isFirst } from '../duplicates.ts';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { listWords } from '../term-words.ts';

type Message = 'other-order' | 'tie-broken' | 'tie';

const relations = {
  events: {
    columns: { id: 'integer', customer_id: 'integer', happened: 'integer', kind: 'varchar' },
    keys: [['id']],
    notNull: ['id', 'happened'],
  },
};

/** Which of several rows is kept. */
export const dedupOrder = defineRule({
  id: 'dedup-order',
  title: 'Another row is kept',
  severity: 'S2',
  page: {
    what: 'The order that decides which row stays: of `row_number()`, FIRST_VALUE and LAST_VALUE, DISTINCT ON, ORDER BY with LIMIT. S2 where it goes by other columns or the other way; S3 where columns were only added behind, or where a new dedup leaves it open which of several rows stays although a key of the rows is known. Silent where there is one row to choose from.',
    why: 'The number of rows stays the same and each is a real row, so no test sees that it is another one. Where two rows are tied, the warehouse takes either, on each run anew.',
    fires: {
      kind: 'sql',
      title: 'The last event becomes the first.',
      before:
        'select customer_id, kind from events qualify row_number() over (partition by customer_id order by happened desc, id) = 1',
      after:
        'select customer_id, kind from events qualify row_number() over (partition by customer_id order by happened, id) = 1',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'There is one row for each `id` whatever the order.',
        before: 'select id, kind from events qualify row_number() over (partition by id order by happened desc) = 1',
        after: 'select id, kind from events qualify row_number() over (partition by id order by happened) = 1',
        relations,
      },
    ],
    safeIf: 'Order by enough columns that no two rows are tied, a key last.',
    waive: '',
  },
  messages: {
    'other-order': 'the row that is kept{for} is chosen by {after} now, and was by {before}',
    'tie-broken':
      'the row that is kept{for} is chosen by {after} now, and was by {before}: another one only where rows were tied',
    tie: 'which row is kept{for} is left open where rows are tied by {after}',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts.head)),
});

interface Choice {
  readonly head: Block;
  readonly partition: readonly Term[];
  /** Null where there was no choice before. */
  readonly before: readonly Term[] | null;
  readonly after: readonly Term[];
  readonly columns: readonly string[];
}

function findIn({ uniqueId, edits }: ComparedModel, facts: Facts): readonly RuleFinding<Message>[] {
  return edits.flatMap((edit) => {
    const choice = choiceOf(edit);
    if (choice === null || isOneRowFor(choice.head, facts, choice.partition)) return [];
    const { head, partition, before, after, columns } = choice;
    const isTotal = isOneRowFor(head, facts, [...partition, ...after.map(bare)]);
    const messageId = messageOf(choice, isTotal, hasKeys(head, facts));
    if (messageId === null) return [];
    const each = partition.length === 0 ? '' : ` for each ${listWords(partition)}`;
    const data = { for: each, after: orderWords(after) };
    return [
      tell<Message>({
        messageId,
        uniqueId,
        data: messageId === 'tie' ? data : { ...data, before: orderWords(before ?? []) },
        columns,
        place: { kind: 'compiled', side: 'head', span: edit.place.span },
        severity: messageId === 'other-order' ? 'S2' : 'S3',
        matters: `as soon as there are two rows${each}`,
        safeIf: isTotal
          ? 'show the rows before and after to those who read the model'
          : 'order by a key last, so that no two rows are tied',
        edits: [edit],
        key: `${listWords(partition)}:${orderWords(after)}`,
      }),
    ];
  });
}

function messageOf({ before, after }: Choice, isTotal: boolean, hasKeys: boolean): Message | null {
  if (before === null) return isTotal || (!hasKeys && after.length > 0) ? null : 'tie';
  const isLonger = before.every(({ text }, at) => after[at]?.text === text);
  if (isLonger && before.length === after.length) return null;
  return isLonger && before.length > 0 ? 'tie-broken' : 'other-order';
}

function choiceOf(edit: Edit): Choice | null {
  switch (edit.kind) {
    case 'order':
      return lastOrder(edit);
    case 'filter-added':
      return isFirst(edit.condition.term) ? windowChoice(null, edit.condition.term.children[0], edit.head) : null;
    case 'filter-changed': {
      const [before, after] = [edit.before.term, edit.after.term];
      const areFirst = isFirst(before) && isFirst(after);
      return areFirst ? windowChoice(before.children[0], after.children[0], edit.head) : null;
    }
    case 'output-changed':
      return windowOutput(edit);
    default:
      return null;
  }
}

function lastOrder({ head, before, after }: Extract<Edit, { readonly kind: 'order' }>): Choice | null {
  if (head.kind !== 'block' || (head.limit === null && head.distinctOn.length === 0)) return null;
  return { head, partition: head.distinctOn, before, after, columns: [] };
}

function windowOutput({ before, after, head }: Extract<Edit, { readonly kind: 'output-changed' }>): Choice | null {
  const [was, is] = [windowOf(before.term), windowOf(after.term)];
  if (was === null || is === null) return null;
  const [own, other] = [was.children[0], is.children[0]];
  if (own?.text !== other?.text || !choosing.has(own?.name ?? '')) return null;
  const choice = windowChoice(was, is, head);
  return choice === null ? null : { ...choice, columns: [after.name] };
}

/** A window, and that of `row_number() … = 1`, by which a column says which row is the first. */
function windowOf(term: Term): Term | null {
  const window = isFirst(term) ? term.children[0] : term;
  return window?.kind === 'window' ? window : null;
}

const choosing: ReadonlySet<string> = new Set(['row_number', 'first_value', 'last_value', 'nth_value', 'lag', 'lead']);

/** Only where the partition is the same: another is another grain. */
function windowChoice(before: Term | null | undefined, after: Term | undefined, head: Block): Choice | null {
  if (after === undefined || before === undefined) return null;
  const partition = clauseOf(after, 'partition by');
  if (before !== null && texts(clauseOf(before, 'partition by')) !== texts(partition)) return null;
  const order = clauseOf(after, 'order by');
  return { head, partition, before: before === null ? null : clauseOf(before, 'order by'), after: order, columns: [] };
}

function clauseOf({ children }: Term, name: string): readonly Term[] {
  return children.filter((child) => child.kind === 'clause' && child.name === name).flatMap((child) => child.children);
}

function texts(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(', ');
}

function orderWords(terms: readonly Term[]): string {
  if (terms.length === 0) return 'no order';
  return terms
    .map((term) => `${listWords([bare(term)])}${/desc/.test(`${term.name} ${term.modifiers}`) ? ' desc' : ''}`)
    .join(', ');
}
