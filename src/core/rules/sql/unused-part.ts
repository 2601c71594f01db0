import type { Block, Facts, Input, Term } from '#core/meaning';
import { matchesAtMostOne } from '#core/meaning';
import type { Query } from '#core/sql';
import { isMasked } from '../of-masks.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords } from '../term-words.ts';

type Message = 'join' | 'cte' | 'order-by';

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer', amount: 'integer' }, keys: [['id']], notNull: ['id'] },
  customers: { columns: { id: 'integer', name: 'varchar' }, keys: [['id']], notNull: ['id'] },
};

/** What costs and does nothing. */
export const unusedPart = defineRule({
  id: 'unused-part',
  title: 'A join, CTE or ORDER BY without effect',
  severity: 'S4',
  page: {
    what: 'New in a model whose meaning changed: a LEFT JOIN of which no column is read and that repeats no row; a CTE that nothing reads; an ORDER BY without LIMIT at the end of a model.',
    why: 'It costs time on each run and tells the reader that it mattered. Often something was forgotten: the column that the join was for, the use of the CTE.',
    fires: {
      kind: 'sql',
      title: 'The join is new and nothing is read from it; the amount changed besides.',
      before: 'select o.id, o.amount from orders o',
      after: 'select o.id, o.amount + 1 as amount from orders o left join customers c on c.id = o.customer_id',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'Nothing changed: the join repeats no row and nothing is read from it.',
        before: 'select o.id, o.amount from orders o left join customers c on c.id = o.customer_id',
        after: 'select o.id, o.amount from orders as o left join customers as c on o.customer_id = c.id',
        relations,
      },
    ],
    safeIf: 'Take it out, or use what it was for.',
    waive: '',
  },
  messages: {
    join: 'nothing is read from the new join of {joined}, and it changes no row',
    cte: 'nothing reads the new CTE {cte}',
    'order-by': 'ORDER BY at the end of a model has no effect on a table or view',
  },
  find: (input) =>
    input.models.flatMap((model) => [...joinsIn(model, input.facts.head), ...ctesIn(model, input), ...orderIn(model)]),
});

function joinsIn({ uniqueId, edits }: ComparedModel, facts: Facts): readonly RuleFinding<Message>[] {
  return edits.flatMap((edit) => {
    if (edit.kind !== 'join-added' || edit.input.join !== 'left' || isRead(edit.head, edit.input)) return [];
    if (matchesAtMostOne(edit.head, facts, edit.input.alias) === null) return [];
    const joined = inputWords(edit.input);
    const place = { kind: 'compiled', side: 'head', span: edit.input.span } as const;
    return [
      tell<Message>({
        messageId: 'join',
        uniqueId,
        data: { joined },
        place,
        safeIf: 'take the join out, or read what it was for',
        edits: [edit],
        key: joined,
      }),
    ];
  });
}

function isRead(block: Block, { alias }: Input): boolean {
  const reads = (term: Term) => term.reads.some(({ input }) => input === alias || input.startsWith('?'));
  const conditions = [
    ...block.where,
    ...block.having,
    ...block.qualify,
    ...block.inputs.filter((one) => one.alias !== alias).flatMap(({ on }) => on),
  ];
  const terms = [
    ...block.outputs.map(({ term }) => term),
    ...(block.groupBy ?? []),
    ...block.distinctOn,
    ...block.orderBy,
  ];
  return (
    [...conditions.map(({ term }) => term), ...terms].some(reads) || block.stars.some(({ input }) => input === alias)
  );
}

function ctesIn({ uniqueId }: ComparedModel, { change }: RuleInput): readonly RuleFinding<Message>[] {
  if (isMasked(change, uniqueId)) return [];
  const [base, head] = [change.base, change.head].map(({ trees }) => unreadCtes(trees.get(uniqueId)));
  return (head ?? [])
    .filter((cte) => base?.includes(cte) === false && !cte.startsWith('__dbt__cte__'))
    .map((cte) =>
      tell<Message>({
        messageId: 'cte',
        uniqueId,
        data: { cte },
        place: { kind: 'text', uniqueId, in: 'code', text: cte },
        safeIf: 'take it out, or read it',
        key: cte,
      }),
    );
}

/** Names of CTEs that no FROM names, in lower case. */
function unreadCtes(query: Query | undefined): readonly string[] {
  if (query === undefined || query.ctes.length === 0) return [];
  const read = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const part = value as { readonly kind?: unknown; readonly name?: unknown };
    if (part.kind === 'table' && Array.isArray(part.name))
      read.add(lastOf(part.name as readonly { readonly name: string }[]));
    for (const child of Object.values(value)) visit(child);
  };
  visit(query);
  return query.ctes.map(({ name }) => name.name.toLowerCase()).filter((name) => !read.has(name));
}

function lastOf(name: readonly { readonly name: string }[]): string {
  return (name.at(-1)?.name ?? '').toLowerCase();
}

function orderIn({ uniqueId, base, head }: ComparedModel): readonly RuleFinding<Message>[] {
  if (base.kind !== 'block' || head.kind !== 'block') return [];
  const isIdle = (block: Block) => block.orderBy.length > 0 && block.limit === null && block.distinctOn.length === 0;
  if (!isIdle(head) || isIdle(base)) return [];
  const place = { kind: 'compiled', side: 'head', span: head.orderBy[0]?.span ?? null } as const;
  return [tell<Message>({ messageId: 'order-by', uniqueId, data: {}, place, safeIf: 'take it out', key: 'order-by' })];
}
