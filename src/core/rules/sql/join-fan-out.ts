import { plural } from '#core/base';
import type { Input, Key } from '#core/meaning';
import { type FanOut, fanOutsOf } from '../fan-out.ts';
import type { ComparedModel, RuleFinding, RuleInput, Severity } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords } from '../term-words.ts';

type Message = 'no-key' | 'not-the-key' | 'declared' | 'untested' | 'by-name';

/** The test that is gone is told by `test-weakened`; what it means for a join comes last. */
const severities: Readonly<Record<Message, Severity>> = {
  'not-the-key': 'S1',
  'no-key': 'S2',
  declared: 'S3',
  'by-name': 'S3',
  untested: 'S4',
};

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer', amount: 'integer' }, keys: [['id']], notNull: ['id'] },
  addresses: { columns: { customer_id: 'integer', kind: 'varchar', city: 'varchar' }, keys: [['customer_id', 'kind']] },
};

/** A join that may meet several rows for one. */
export const joinFanOut = defineRule({
  id: 'join-fan-out',
  title: 'A join may repeat rows',
  severity: 'S1',
  page: {
    what: 'A join that is new, or that goes by other columns or to another relation, where no key of the joined side lies within the columns of the join. S1 where keys of the joined side are known and the join has only part of them; S2 where nothing is known of them; S3 where a key is declared and no test checks it, or where the join goes by a column that is called as the key of such a relation is (`id`, `customer_id` of `dim_customers`): a name is a hint and no proof; S4 where the join only asks for more than before and the test is gone that made it safe, which `test-weakened` tells. Silent where a key is proven, where the joined side is grouped by the columns of the join or reduced to one row, and where repeated rows come to the same: EXISTS, IN, a DISTINCT or a dedup above, only MIN and MAX.',
    why: 'Each row of the left side comes out once for each match. Sums and counts grow with it, the tests of the model still pass, and the numbers look plausible.',
    fires: {
      kind: 'sql',
      title: 'A customer has several addresses: the key is `customer_id, kind`.',
      before: 'select sum(o.amount) as revenue from orders o',
      after: 'select sum(o.amount) as revenue from orders o left join addresses a on a.customer_id = o.customer_id',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'The whole key is joined.',
        before: 'select o.id, o.amount from orders o',
        after:
          "select o.id, o.amount from orders o left join addresses a on a.customer_id = o.customer_id and a.kind = 'home'",
        relations,
      },
      {
        kind: 'sql',
        title: 'The joined side is grouped by the columns of the join.',
        before: 'select o.id, o.amount from orders o',
        after:
          'select o.id, o.amount from orders o left join (select customer_id, count(*) as n from addresses group by 1) a on a.customer_id = o.customer_id',
        relations,
      },
      {
        kind: 'sql',
        title: 'The rows are made distinct again.',
        before: 'select distinct o.customer_id from orders o',
        after: 'select distinct o.customer_id from orders o left join addresses a on a.customer_id = o.customer_id',
        relations,
      },
    ],
    safeIf:
      'Add a `unique` test (or `dbt_utils.unique_combination_of_columns`) on the columns of the join, or group the joined side by them first.',
    waive: '',
  },
  messages: {
    'no-key': '{joined} is joined by {columns}, of which nothing says that it is unique there',
    'not-the-key': '{joined} is joined by {columns}, which is only part of its key ({key})',
    untested:
      '{joined} is joined by {columns}, of which nothing says any more that it is unique there; at base {before} did',
    'by-name': '{joined} is joined by {columns}: called as its key would be, but no test says that it is unique there',
    declared: '{joined} is joined by {columns}, which is unique only by word: {source}',
  },
  find: (input) => input.models.flatMap((model) => findIn(model, input)),
});

function findIn(model: ComparedModel, input: RuleInput): readonly RuleFinding<Message>[] {
  return fanOutsOf(model, input).flatMap((fanOut) => (fanOut.duplicates.matter ? [toFinding(model, fanOut)] : []));
}

function toFinding({ uniqueId }: ComparedModel, fanOut: FanOut): RuleFinding<Message> {
  const { edit, input, columns, declared, before } = fanOut;
  const joined = inputWords(input);
  const key = nearestKey(fanOut);
  const by = columns.length === 0 ? 'a condition that is no equality' : columns.join(', ');
  const messageId = messageOf(fanOut, key);
  return tell<Message>({
    messageId,
    uniqueId,
    data: {
      joined,
      columns: by,
      ...(declared === null ? {} : { source: declared }),
      ...(messageId === 'untested' && before !== null ? { before } : {}),
      ...(key === null ? {} : { key: key.columns.join(', ') }),
    },
    place: { kind: 'compiled', side: 'head', span: edit.place.span },
    basis: messageId === 'not-the-key' ? 'proven' : 'heuristic',
    severity: severities[messageId],
    matters: mattersOf(fanOut, joined),
    safeIf: safeIfOf(joined, columns),
    edits: [edit],
    key: `${joined}:${columns.join(',')}`,
  });
}

function messageOf({ declared, before, input, columns }: FanOut, key: Key | null): Message {
  if (declared !== null) return 'declared';
  // Columns by which a query is grouped may be more than its key takes; a test on several says that one alone is not enough.
  if (before !== null && (key === null || key.from === 'sql')) return 'untested';
  if (key !== null) return 'not-the-key';
  return columns.some((column) => isCalledAsKey(column, input)) ? 'by-name' : 'no-key';
}

/** `id`, and `customer_id` of `customers`, `stg_customer` or `dim_customers`. */
function isCalledAsKey(column: string, input: Input): boolean {
  const [, of, kind] = /^(?:(?:dim|fct|prep)_)?(?:(.*)_)?(id|key|pk|sk|uuid|guid)$/.exec(column) ?? [];
  if (kind === undefined) return false;
  const names = [inputWords(input), input.written].map((name) => singular(name.toLowerCase()));
  return of === undefined || names.some((name) => name === singular(of) || name.endsWith(`_${singular(of)}`));
}

function singular(name: string): string {
  return name
    .replace(/ies$/, 'y')
    .replace(/(?<=s|x|ch)es$/, '')
    .replace(/(?<!s)s$/, '');
}

/** The proven key of which the join has the most columns. */
function nearestKey({ keys, columns }: FanOut): Key | null {
  const [nearest] = [...keys].sort((a, b) => missing(a, columns) - missing(b, columns));
  return nearest ?? null;
}

function missing(key: Key, columns: readonly string[]): number {
  return key.columns.filter((column) => !columns.includes(column)).length;
}

function mattersOf({ duplicates: { counted }, columns }: FanOut, joined: string): string {
  const what =
    counted === null ? 'a row comes out once for each match' : `${counted}() counts a row once for each match`;
  return `if ${joined} has two rows with the same ${columns.join(', ') || 'match'}, ${what}`;
}

function safeIfOf(joined: string, columns: readonly string[]): string {
  if (columns.length === 0) return `reduce ${joined} to one row for each match first`;
  const test =
    columns.length === 1
      ? 'a unique test'
      : `a unique_combination_of_columns test of ${plural(columns.length, 'column')}`;
  return `add ${test} on ${joined} (${columns.join(', ')}), or group it by them first`;
}
