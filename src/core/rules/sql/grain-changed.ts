import type { Block, Edit, Facts, Output, Plan, Term } from '#core/meaning';
import { determines, isOneRowFor, partitionOf } from '#core/meaning';
import { aggregatesIn, duplicatesAbove, isFirst, pathTo } from '../duplicates.ts';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { listWords } from '../term-words.ts';

type Message = 'finer' | 'coarser' | 'other' | 'grouped' | 'ungrouped' | 'reduced' | 'not-reduced';

const relations = {
  orders: {
    columns: { id: 'integer', customer_id: 'integer', day: 'date', amount: 'integer' },
    keys: [['id']],
    notNull: ['id'],
  },
  customers: { columns: { id: 'integer', name: 'varchar' }, keys: [['id']], notNull: ['id'] },
};

/** Another set of columns of which there is one row each. */
export const grainChanged = defineRule({
  id: 'grain-changed',
  title: 'The grain is another',
  severity: 'S2',
  page: {
    what: 'Columns that GROUP BY, DISTINCT, DISTINCT ON or the PARTITION BY of a dedup (`row_number() … = 1`) have more or fewer than before, or a grouping or dedup that is new or gone. Silent where the added or removed columns follow from those that stay (columns of a relation whose key is among them), where a grouping above sums the finer rows up to what they were, and where a dedup finds one row anyway.',
    why: 'One row per customer becomes one row per customer and day. Whoever joins the model by the old key gets repeated rows; whoever reads one row gets any.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select customer_id, sum(amount) as amount from orders group by customer_id',
      after: 'select customer_id, sum(amount) as amount from orders group by customer_id, day',
      relations,
    },
    alsoFires: [
      {
        kind: 'sql',
        title: 'DISTINCT over one column more.',
        before: 'select distinct customer_id from orders',
        after: 'select distinct customer_id, day from orders',
        relations,
      },
      {
        kind: 'sql',
        title: 'A new dedup.',
        before: 'select customer_id, amount from orders',
        after:
          'select customer_id, amount from orders qualify row_number() over (partition by customer_id order by id) = 1',
        relations,
      },
    ],
    silent: [
      {
        kind: 'sql',
        title: 'A customer has one name: the column follows from the key.',
        before:
          'select c.id, sum(o.amount) as amount from orders o join customers c on c.id = o.customer_id group by c.id',
        after:
          'select c.id, sum(o.amount) as amount from orders o join customers c on c.id = o.customer_id group by c.id, c.name',
        relations,
      },
      {
        kind: 'sql',
        title: 'DISTINCT over one column more, which follows from the others.',
        before: 'select distinct c.id from customers c join orders o on o.customer_id = c.id',
        after:
          'select distinct id from (select distinct c.id, c.name from customers c join orders o on o.customer_id = c.id) t',
        relations,
      },
      {
        kind: 'sql',
        title: 'A dedup by what is a key already.',
        before: 'select id, amount from orders',
        after: 'select id, amount from orders qualify row_number() over (partition by id order by day) = 1',
        relations,
      },
      {
        kind: 'sql',
        title: 'The finer rows are summed up above.',
        before:
          'select customer_id, sum(amount) as amount from (select customer_id, sum(amount) as amount from orders group by customer_id) t group by customer_id',
        after:
          'select customer_id, sum(amount) as amount from (select customer_id, day, sum(amount) as amount from orders group by customer_id, day) t group by customer_id',
        relations,
      },
    ],
    safeIf: 'Test the key that is meant (`unique`, `unique_combination_of_columns`) and tell those who read the model.',
    waive: '',
  },
  messages: {
    finer: '{what} goes by {columns} too now: more rows, one for each',
    coarser: '{what} no longer goes by {columns}: fewer rows',
    other: '{what} goes by {columns} now, and no longer by {gone}',
    grouped: 'rows are grouped now, by {columns}',
    ungrouped: 'rows are no longer grouped, by {columns}',
    reduced: 'rows are reduced to one for each {columns} now',
    'not-reduced': 'rows are no longer reduced to one for each {columns}',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts)),
});

interface Grain {
  readonly edit: Edit;
  readonly what: string;
  readonly base: Block;
  readonly head: Block;
  readonly before: readonly Term[];
  readonly after: readonly Term[];
  readonly only: 'base' | 'head' | null;
}

function findIn(
  model: ComparedModel,
  facts: { readonly base: Facts; readonly head: Facts },
): readonly RuleFinding<Message>[] {
  const told = new Set<Block>();
  return model.edits.flatMap((edit) => {
    const grain = grainOf(edit);
    // Of one DISTINCT several columns may be others.
    if (grain === null || (grain.what === 'DISTINCT' && told.has(grain.head))) return [];
    if (grain.what === 'DISTINCT') told.add(grain.head);
    return isWithoutEffect(grain, model, facts) ? [] : [toFinding(model, grain)];
  });
}

/** Whether the rows that come out are told apart by the same as before. */
function isWithoutEffect(
  { base, head, before, after, only, what }: Grain,
  model: ComparedModel,
  facts: { readonly base: Facts; readonly head: Facts },
): boolean {
  if (what === dedup)
    return only === 'head' ? isOneRowFor(base, facts.base, after) : isOneRowFor(head, facts.head, before);
  if (what === 'DISTINCT' && !duplicatesAbove(model.head, head).matter) return true;
  if (only !== null) return false;
  const follows = determines(head, facts.head, after, before) && determines(base, facts.base, before, after);
  return (
    follows ||
    (isSummedUp(model.head, head, without(after, before)) && isSummedUp(model.base, base, without(before, after)))
  );
}

function toFinding({ uniqueId, edits }: ComparedModel, grain: Grain): RuleFinding<Message> {
  const { edit, head, before, after, what } = grain;
  const [gone, come] = [without(before, after), without(after, before)];
  const messageId = messageOf(grain, gone, come);
  const shown = goneBy.has(messageId) ? gone : come;
  return tell<Message>({
    messageId,
    uniqueId,
    data: dataOf(messageId, { what, shown: shown.length > 0 ? shown : after, gone }),
    place: { kind: 'compiled', side: edit.place.side, span: edit.place.span },
    matters: 'whoever joins or reads the model by its old key meets other rows',
    safeIf: 'test the key that is meant, and tell those who read the model',
    edits: what === 'DISTINCT' ? edits.filter((one) => one.head === head && isOfList(one)) : [edit],
    key: `${what}:${listWords(gone)}>${listWords(come)}`,
  });
}

function dataOf(
  messageId: Message,
  { what, shown, gone }: { readonly what: string; readonly shown: readonly Term[]; readonly gone: readonly Term[] },
): Readonly<Record<string, string>> {
  const columns = shown.length === 0 ? 'nothing, so that there is one row' : listWords(shown);
  if (['grouped', 'ungrouped', 'reduced', 'not-reduced'].includes(messageId)) return { columns };
  return messageId === 'other' ? { columns, what, gone: listWords(gone) } : { columns, what };
}

/** Messages that name what is gone. */
const goneBy: ReadonlySet<Message> = new Set(['coarser', 'ungrouped', 'not-reduced']);
const dedup = 'dedup';

function messageOf({ only, what }: Grain, gone: readonly Term[], come: readonly Term[]): Message {
  if (what === dedup) return only === 'head' ? 'reduced' : 'not-reduced';
  if (only !== null) return only === 'head' ? 'grouped' : 'ungrouped';
  if (gone.length === 0) return 'finer';
  return come.length === 0 ? 'coarser' : 'other';
}

function grainOf(edit: Edit): Grain | null {
  if (edit.kind === 'group-by') {
    const { base, head, only } = edit;
    const all = (block: Block) => (only === null ? block.outputs.map(({ term }) => term) : []);
    return {
      edit,
      what: 'GROUP BY',
      base,
      head,
      before: base.groupBy ?? all(base),
      after: head.groupBy ?? all(head),
      only,
    };
  }
  if (edit.kind === 'distinct-on') {
    const { base, head } = edit;
    return { edit, what: 'DISTINCT ON', base, head, before: base.distinctOn, after: head.distinctOn, only: null };
  }
  if (edit.kind === 'filter-added' || edit.kind === 'filter-removed') return dedupGrain(edit);
  if (isOfList(edit)) return listGrain(edit);
  return edit.kind === 'filter-changed' ? partitionGrain(edit) : null;
}

type ListEdit = Extract<Edit, { readonly kind: 'output-added' | 'output-removed' | 'output-changed' }>;

function isOfList(edit: Edit): edit is ListEdit {
  return edit.kind === 'output-added' || edit.kind === 'output-removed' || edit.kind === 'output-changed';
}

/** What a SELECT is DISTINCT by is its list. */
function listGrain(edit: ListEdit): Grain | null {
  const { base, head } = edit;
  if (!base.distinct || !head.distinct || base.stars.length + head.stars.length > 0) return null;
  const [before, after] = [base, head].map(({ outputs }) => outputs.map(({ term }) => term));
  if (before === undefined || after === undefined) return null;
  return { edit, what: 'DISTINCT', base, head, before, after, only: null };
}

/** `row_number() … = 1` that came or went. */
function dedupGrain(edit: Extract<Edit, { readonly kind: 'filter-added' | 'filter-removed' }>): Grain | null {
  const { base, head, condition } = edit;
  const [window] = condition.term.children;
  if (!isFirst(condition.term) || window === undefined) return null;
  const by = partitionOf(window) ?? [];
  const isNew = edit.kind === 'filter-added';
  return {
    edit,
    what: dedup,
    base,
    head,
    before: isNew ? [] : by,
    after: isNew ? by : [],
    only: isNew ? 'head' : 'base',
  };
}

function partitionGrain(edit: Extract<Edit, { readonly kind: 'filter-changed' }>): Grain | null {
  if (!isFirst(edit.before.term) || !isFirst(edit.after.term)) return null;
  const [before, after] = [edit.before, edit.after].map(({ term }) => partitionOf(term.children[0] ?? term));
  if (before == null || after == null) return null;
  const isSame = without(before, after).length + without(after, before).length === 0;
  return isSame ? null : { edit, what: 'PARTITION BY', base: edit.base, head: edit.head, before, after, only: null };
}

function without(terms: readonly Term[], others: readonly Term[]): readonly Term[] {
  const texts = new Set(others.map(({ text }) => text));
  return terms.filter(({ text }) => !texts.has(text));
}

const repeatable: ReadonlySet<string> = new Set(['sum', 'min', 'max']);

/** Whether a grouping above brings finer rows together again: sums of sums, least of least, by columns that do not read the finer ones. */
function isSummedUp(model: Plan, block: Block, finer: readonly Term[]): boolean {
  const [, above] = pathTo(model, block);
  if (above?.plan.kind !== 'block' || above.alias === null || block.groupBy === null) return finer.length === 0;
  const { alias, plan } = above;
  if (plan.groupBy === null || plan.inputs.length > 1 || plan.where.length > 0) return false;
  const texts = new Set(finer.map(({ text }) => text));
  const finerKeys = new Set(block.outputs.filter(({ term }) => texts.has(term.text)).map(({ key }) => key));
  const reads = (term: Term, keys: ReadonlySet<string>) =>
    term.reads.some(({ input, name }) => input === alias && keys.has(name));
  if (plan.groupBy.some((term) => reads(term, finerKeys))) return false;
  return plan.outputs.every(({ term }) => aggregatesIn(term).every((one) => isRepeated(one, block.outputs)));
}

/** `sum(s)` over `sum(x) as s`. */
function isRepeated({ name, children, distinct }: Term, outputs: readonly Output[]): boolean {
  const [of, ...more] = children;
  const inner = outputs.find(({ key }) => key === of?.column?.name)?.term;
  return (
    repeatable.has(name) &&
    more.length === 0 &&
    !distinct &&
    inner?.kind === 'aggregate' &&
    inner.name === name &&
    !inner.distinct
  );
}
