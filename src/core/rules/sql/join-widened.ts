import { sortedBy } from '#core/base';
import type { Block, Facts, Input, Term } from '#core/meaning';
import { everyRowMatches, planFacts } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords } from '../term-words.ts';

type Message = 'new-nulls' | 'new-rows';

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer' }, keys: [['id']], notNull: ['id'] },
  customers: { columns: { id: 'integer', name: 'varchar' }, keys: [['id']], notNull: ['id', 'name'] },
};

/** An inner join that keeps rows without a match. */
export const joinWidened = defineRule({
  id: 'join-widened',
  title: 'An inner join keeps rows without a match',
  severity: 'S2',
  page: {
    what: 'INNER made LEFT, RIGHT or FULL, LEFT made FULL. S2 where a column of the joined side goes into an expression, a grouping or an aggregate without COALESCE, so that NULL makes another figure; S3 where such columns come out as they are, which a `not_null` test meets, or where only rows are added. Silent where every row has a match by tests.',
    why: 'Rows without a match come in, with NULL in each column of the joined side: a sum over them is smaller than its count says, a later join or test meets NULL.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select o.id, c.name from orders o join customers c on c.id = o.customer_id',
      after: 'select o.id, c.name from orders o left join customers c on c.id = o.customer_id',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'Every order has a customer: `relationships` and `not_null` are tested.',
        before: 'select o.id, c.name from orders o join customers c on c.id = o.customer_id',
        after: 'select o.id, c.name from orders o left join customers c on c.id = o.customer_id',
        relations: {
          ...relations,
          orders: { ...relations.orders, notNull: ['id', 'customer_id'], references: { customer_id: 'customers.id' } },
        },
      },
    ],
    safeIf:
      'Say by COALESCE what stands where there is no match; or test `relationships` and `not_null` on the referring column.',
    waive: '',
  },
  messages: {
    'new-nulls': 'the join of {joined} is {after} now, and was {before}: {columns} can be NULL now',
    'new-rows': 'the join of {joined} is {after} now, and was {before}: rows without a match come in',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts)),
});

function findIn(
  { uniqueId, edits }: ComparedModel,
  facts: { readonly base: Facts; readonly head: Facts },
): readonly RuleFinding<Message>[] {
  return edits.flatMap((edit) => {
    if (edit.kind !== 'join-kind' || !isWidened(edit.before, edit.after)) return [];
    const { before, after, base, head } = edit;
    if (everyRowMatches(base, facts.base, before).fact?.sureness === 'proven' && after.join === 'left') return [];
    const joined = inputWords(after);
    const columns = sortedBy(nullableNow(head, after, facts.head), (name) => name);
    const data = { joined, before: before.join.toUpperCase(), after: after.join.toUpperCase() };
    return [
      tell<Message>({
        messageId: columns.length > 0 ? 'new-nulls' : 'new-rows',
        uniqueId,
        data: columns.length > 0 ? { ...data, columns: shown(columns) } : data,
        columns,
        place: { kind: 'compiled', side: 'head', span: after.span },
        severity: head.outputs.some((output) => columns.includes(output.name) && isReckoned(head, output.term))
          ? 'S2'
          : 'S3',
        matters: `as soon as a row has no match in ${joined}`,
        safeIf: 'say by COALESCE what stands where there is no match, or test that every row has one',
        edits: [edit],
        key: `${joined}:${before.join}>${after.join}`,
      }),
    ];
  });
}

function isWidened(before: Input, after: Input): boolean {
  const rank: Readonly<Record<string, number>> = { inner: 0, left: 1, right: 1, full: 2 };
  const [from, to] = [rank[before.join], rank[after.join]];
  return from !== undefined && to !== undefined && to > from;
}

/** Outputs made of the joined side that are NULL where it is missing. */
function nullableNow(head: Block, { alias }: Input, facts: Facts): readonly string[] {
  const { notNull } = planFacts(head, facts);
  return head.outputs
    .filter(({ key, term }) => !notNull.has(key.toLowerCase()) && isRead(term, alias))
    .map(({ name }) => name);
}

/** Whether more is done with a value than to hand it on, by name or as another type. */
function isReckoned({ groupBy }: Block, { kind, children: [of] }: Term): boolean {
  if (groupBy !== null) return true;
  return kind === 'cast' && of !== undefined ? of.kind !== 'column' : kind !== 'column';
}

function isRead(term: Term, alias: string): boolean {
  return term.reads.some(({ input }) => input === alias);
}

function shown(columns: readonly string[]): string {
  const most = 5;
  const named = columns.slice(0, most).join(', ');
  return columns.length > most ? `${named} and ${columns.length - most} more` : named;
}
