import type { Block, Facts, Term } from '#core/meaning';
import { neverNullIn } from '#core/meaning';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedPart, type ChangedTerm, changedParts, changedTerms } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

const orders = { columns: { id: 'integer', customer_id: 'integer', shipped_at: 'timestamp' }, notNull: ['id'] };

/** COUNT(*) counts rows, COUNT(x) those in which x is not NULL. */
export const countOfNullable = defineRule({
  id: 'count-of-nullable',
  title: 'COUNT of rows or of values',
  severity: 'S2',
  page: {
    what: 'COUNT(*) became COUNT of a column, or the other way round, or COUNT of another column, where a column may be NULL. Silent where the columns are proven never to be NULL.',
    why: 'COUNT of a column leaves out the rows in which it is NULL. After a LEFT JOIN the difference is between 0 and 1 for each row without a partner.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select customer_id, count(*) as orders from orders group by customer_id',
      after: 'select customer_id, count(shipped_at) as orders from orders group by customer_id',
      relations: { orders },
    },
    silent: [
      {
        kind: 'sql',
        title: 'A column with a not_null test.',
        before: 'select customer_id, count(*) as orders from orders group by customer_id',
        after: 'select customer_id, count(id) as orders from orders group by customer_id',
        relations: { orders },
      },
    ],
    safeIf: 'Add a `not_null` test to the column.',
    waive: '',
  },
  messages: {
    rows: '{place} of `{model}` counts {after} now, it was {before}: rows in which {column} is NULL count on one side only',
  },
  find: (input) =>
    input.models.flatMap((model) =>
      changedTerms(model).flatMap((changed) =>
        changedParts(changed.before, changed.after).flatMap((part) => findIn(input, model, changed, part)),
      ),
    ),
});

function findIn(
  { facts }: RuleInput,
  model: ComparedModel,
  changed: ChangedTerm,
  part: ChangedPart,
): readonly RuleFinding<'rows'>[] {
  const [before, after] = countsOf(part);
  if (before === null || after === null || before.distinct !== after.distinct) return [];
  const { base, head } = changed.edit;
  if (base.kind !== 'block' || head.kind !== 'block') return [];
  const open = [...nullable(before, base, facts.base), ...nullable(after, head, facts.head)];
  const [first] = open;
  if (first === undefined) return [];
  return [
    tellEdit(model, {
      messageId: 'rows',
      edit: changed.edit,
      span: after.span,
      columns: changed.columns,
      data: {
        place: placeWords(changed),
        before: words(before),
        after: words(after),
        column: `\`${termWords(first)}\``,
      },
      matters: `a row in which \`${termWords(first)}\` is NULL; no not_null test covers it`,
      safeIf: `add a not_null test to \`${termWords(first)}\``,
      key: `${changed.name} ${words(before)} ${words(after)}`,
    }),
  ];
}

/** The counts of which an operand was changed, or which were changed as a whole. */
function countsOf({ before, after, within }: ChangedPart): readonly [Term | null, Term | null] {
  if (isCount(before) && isCount(after)) return [before, after];
  const holder = within.at(-1);
  if (holder === undefined || !isCount(holder) || holder.children.length !== 1) return [null, null];
  return [
    { ...holder, children: [before] },
    { ...holder, children: [after] },
  ];
}

function isCount({ kind, name, modifiers }: Term): boolean {
  return (kind === 'aggregate' || kind === 'function') && name === 'count' && modifiers === '';
}

function words(count: Term): string {
  return isStar(count) ? 'rows' : `\`${count.children.map((child) => termWords(child)).join(', ')}\``;
}

function isStar({ children }: Term): boolean {
  return children[0]?.kind === 'other' && children[0].name === '*';
}

/** Operands of a count that may be NULL. */
function nullable(count: Term, block: Block, facts: Facts): readonly Term[] {
  if (isStar(count)) return [];
  return count.children.filter((child) => {
    if (child.kind === 'literal') return child.name === 'null';
    return child.column === null || neverNullIn(block, facts, child.column) === null;
  });
}
