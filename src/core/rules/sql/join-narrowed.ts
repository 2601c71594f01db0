import type { Block, Condition, Edit, EveryRow, Facts, Input } from '#core/meaning';
import { everyRowMatches, joinConditions, rejectsMissing } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords, shortName } from '../term-words.ts';

type Message = 'narrowed' | 'turned' | 'new-inner';

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer' }, keys: [['id']], notNull: ['id'] },
  customers: { columns: { id: 'integer', name: 'varchar' }, keys: [['id']], notNull: ['id'] },
};

/** An outer join that keeps fewer rows. */
export const joinNarrowed = defineRule({
  id: 'join-narrowed',
  title: 'An outer join keeps fewer rows',
  severity: 'S2',
  page: {
    what: 'LEFT made INNER, FULL made LEFT, RIGHT or INNER, RIGHT made INNER, sides turned round; and a new INNER JOIN to a relation that columns are read from: what was meant as a lookup leaves out the rows that find nothing. S3 where nothing is read from the new relation, so that leaving out rows is all that the join is for. Silent where every row has a match: a `relationships` test to the joined relation, read whole, and a `not_null` test on the referring column; and where a condition dropped the rows without a match before.',
    why: 'Rows without a match are gone, without an error. Where most rows match, totals are a little too low, and nobody looks.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select o.id, c.name from orders o left join customers c on c.id = o.customer_id',
      after: 'select o.id, c.name from orders o join customers c on c.id = o.customer_id',
      relations,
    },
    alsoFires: [
      {
        kind: 'sql',
        title: 'The name was wanted; the orders without a customer go with it.',
        before: 'select o.id from orders o',
        after: 'select o.id, c.name from orders o join customers c on c.id = o.customer_id',
        relations,
      },
    ],
    silent: [
      {
        kind: 'sql',
        title: 'Every order has a customer: `relationships` and `not_null` are tested.',
        before: 'select o.id, c.name from orders o left join customers c on c.id = o.customer_id',
        after: 'select o.id, c.name from orders o join customers c on c.id = o.customer_id',
        relations: {
          ...relations,
          orders: { ...relations.orders, notNull: ['id', 'customer_id'], references: { customer_id: 'customers.id' } },
        },
      },
      {
        kind: 'sql',
        title: 'A new lookup that keeps the rows without a match.',
        before: 'select o.id from orders o',
        after: 'select o.id, c.name from orders o left join customers c on c.id = o.customer_id',
        relations,
      },
    ],
    safeIf: 'Add a `relationships` test and a `not_null` test on the column that refers to the joined relation.',
    waive: '',
  },
  messages: {
    narrowed: 'the join of {joined} is {after} now, and was {before}: rows of {lost} without a match are gone',
    'new-inner': 'the new join of {joined} is an inner one: rows of {lost} without a match are gone',
    turned: 'the join of {joined} is {after} now, and was {before}',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts.head)),
});

type KindEdit = Extract<Edit, { readonly kind: 'join-kind' }>;

function findIn({ uniqueId, edits }: ComparedModel, facts: Facts): readonly RuleFinding<Message>[] {
  return edits.flatMap((edit) => {
    if (edit.kind === 'join-added') return newInner(uniqueId, edit, facts);
    if (edit.kind !== 'join-kind' || nullifiedBy(edit) !== null) return [];
    const { before, after, head } = edit;
    if (isHalf(before) || isHalf(after)) return [turned(uniqueId, edit)];
    const lost = lostOf(before, after);
    const every = everyRowMatches(head, facts, after);
    if (lost.length === 0 || (isLeftOnly(lost) && isSafe(edit, every))) return [];
    return [narrowed(uniqueId, edit, lost, every)];
  });
}

/** A lookup that leaves out what it does not find. */
function newInner(
  uniqueId: ComparedModel['uniqueId'],
  edit: Extract<Edit, { readonly kind: 'join-added' }>,
  facts: Facts,
): readonly RuleFinding<Message>[] {
  const { input, head } = edit;
  if (input.join !== 'inner' || input.source.kind === 'function' || head.inputs[0] === input) return [];
  if (joinConditions(head, input).length === 0) return [];
  const every = everyRowMatches(head, facts, input);
  if (every.fact?.sureness === 'proven') return [];
  const joined = inputWords(input);
  return [
    tell<Message>({
      messageId: 'new-inner',
      uniqueId,
      data: { joined, lost: lostWords(['left'], head, input) },
      place: { kind: 'compiled', side: 'head', span: input.span },
      ...(isLookup(head, input) ? {} : { severity: 'S3' as const }),
      matters: `as soon as a row has no match in ${joined}`,
      safeIf: safeIfOf(every, joined),
      edits: [edit],
      key: `${joined}:new`,
    }),
  ];
}

/** Whether columns of an input are read beside its join. */
function isLookup({ outputs, stars, groupBy }: Block, { alias }: Input): boolean {
  const terms = [...outputs.map(({ term }) => term), ...(groupBy ?? [])];
  return (
    stars.some(({ input }) => input === alias) || terms.some(({ reads }) => reads.some(({ input }) => input === alias))
  );
}

function isLeftOnly(lost: readonly ('left' | 'right')[]): boolean {
  return lost.length === 1 && lost[0] === 'left';
}

/** Whether no row of the left side is lost: each has a match, or was dropped before. */
function isSafe({ before, base }: KindEdit, { fact }: EveryRow): boolean {
  return fact?.sureness === 'proven' || rejectsMissing(base.where, before.alias) !== null;
}

function kinds({ before, after }: KindEdit): Readonly<Record<'joined' | 'before' | 'after', string>> {
  return { joined: inputWords(after), before: before.join.toUpperCase(), after: after.join.toUpperCase() };
}

function turned(uniqueId: ComparedModel['uniqueId'], edit: KindEdit): RuleFinding<Message> {
  const data = kinds(edit);
  return tell<Message>({
    messageId: 'turned',
    uniqueId,
    data,
    place: { kind: 'compiled', side: 'head', span: edit.after.span },
    safeIf: 'compare the number of rows before and after',
    edits: [edit],
    key: `${data.joined}:${data.before}>${data.after}`,
  });
}

function narrowed(
  uniqueId: ComparedModel['uniqueId'],
  edit: KindEdit,
  lost: readonly ('left' | 'right')[],
  every: EveryRow,
): RuleFinding<Message> {
  const data = kinds(edit);
  return tell<Message>({
    messageId: 'narrowed',
    uniqueId,
    data: { ...data, lost: lostWords(lost, edit.head, edit.after) },
    place: { kind: 'compiled', side: 'head', span: edit.after.span },
    matters: `as soon as a row has no match in ${isLeftOnly(lost) ? data.joined : 'the other side'}`,
    safeIf: safeIfOf(every, data.joined),
    edits: [edit],
    key: `${data.joined}:${data.before}>${data.after}`,
  });
}

/** SEMI and ANTI give no columns, and each row once. */
function isHalf({ join }: Input): boolean {
  return join === 'semi' || join === 'anti';
}

function keepsLeft({ join }: Input): boolean {
  return join === 'left' || join === 'full' || join === 'asof';
}

function keepsRight({ join }: Input): boolean {
  return join === 'right' || join === 'full';
}

function lostOf(before: Input, after: Input): readonly ('left' | 'right')[] {
  const left = keepsLeft(before) && !keepsLeft(after) ? (['left'] as const) : [];
  const right = keepsRight(before) && !keepsRight(after) ? (['right'] as const) : [];
  return [...left, ...right];
}

function lostWords(lost: readonly ('left' | 'right')[], { inputs }: Block, after: Input): string {
  const others = inputs.filter(({ alias, join }) => alias !== after.alias && join !== 'semi' && join !== 'anti');
  const [other, ...more] = others;
  const left = other === undefined || more.length > 0 ? 'the other side' : inputWords(other);
  return lost.map((side) => (side === 'left' ? left : inputWords(after))).join(' and of ');
}

function safeIfOf({ from, to, missing }: EveryRow, joined: string): string {
  if (from === null || to === null || missing.length === 0)
    return `keep the outer join, or show by a test that every row has a match in ${joined}`;
  const column = `${shortName(from.relation)}.${from.column}`;
  const tests = missing.map((test) =>
    test === 'relationships' ? `a relationships test to ${shortName(to.relation)}.${to.column}` : 'a not_null test',
  );
  return `add ${tests.join(' and ')} on ${column}`;
}

/**
 * The new condition that drops the rows without a match, where a LEFT JOIN comes to an INNER one by it. Then the join is as it was
 * written, and the condition is the cause.
 */
export function nullifiedBy({
  before,
  after,
  base,
  head,
}: {
  readonly before: Input;
  readonly after: Input;
  readonly base: Block;
  readonly head: Block;
}): Condition | null {
  if (!keepsLeft(before) || after.join !== 'inner') return null;
  const known = new Set(base.where.map(({ term }) => term.text));
  const filters = head.where.filter(
    ({ term, clause, input }) =>
      !known.has(term.text) && !(clause === 'on' && (input === after.alias || input === null)),
  );
  return rejectsMissing(filters, after.alias);
}
