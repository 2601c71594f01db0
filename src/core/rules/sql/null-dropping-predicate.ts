import { sortedBy } from '#core/base';
import type { Block, Condition, Edit, Facts, Term } from '#core/meaning';
import { neverNullIn } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { shortName, termWords } from '../term-words.ts';

const relations = {
  orders: { columns: { id: 'integer', status: 'varchar' }, keys: [['id']], notNull: ['id'] },
};

/** A condition that says what is not wanted, and drops what is not known with it. */
export const nullDroppingPredicate = defineRule({
  id: 'null-dropping-predicate',
  title: 'A condition also drops NULLs',
  severity: 'S3',
  page: {
    what: 'A new `<>`, `NOT LIKE`, `NOT IN (…)` or `NOT …` on a column that is not known to be without NULLs. S2 where the condition is new as a whole, S3 where it took the place of another that did the same to other values. Silent where the column is tested `not_null`, where NULL is asked for beside it (`or … is null`) or replaced (COALESCE), and where it is dropped anyway.',
    why: '`status <> ‘test’` reads like “all but the tests”. For a row without a status it is not true, and the row is gone too.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, status from orders',
      after: "select id, status from orders where status <> 'test'",
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'No status is `test`, and none is NULL: nothing is dropped.',
        before: "select id, status from orders where status = 'paid'",
        after: "select id, status from orders where status = 'paid' and status <> 'test'",
        relations,
      },
    ],
    safeIf:
      'Add a `not_null` test on the column, or say what becomes of NULL: `or … is null`, COALESCE, IS DISTINCT FROM.',
    waive: '',
  },
  messages: {
    'drops-null': '{condition} also drops the rows where {columns} is NULL',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts.head)),
});

function findIn({ uniqueId, edits }: ComparedModel, facts: Facts): readonly RuleFinding<'drops-null'>[] {
  return edits.flatMap((edit) =>
    conditionsOf(edit).flatMap((condition) => {
      const columns = droppedIn(condition, edit.head as Block, facts);
      if (columns.length === 0) return [];
      const [first = ''] = columns;
      const words = termWords(condition.term);
      return [
        tell({
          messageId: 'drops-null',
          uniqueId,
          data: { condition: words, columns: columns.join(' or ') },
          place: { kind: 'compiled', side: 'head', span: condition.term.span ?? edit.place.span },
          basis: 'heuristic',
          severity: edit.kind === 'filter-added' ? 'S2' : 'S3',
          matters: `if ${first} is NULL in a row`,
          safeIf: `add a not_null test on ${columns.join(', ')}, or say what becomes of NULL`,
          edits: [edit],
          key: words,
        }),
      ];
    }),
  );
}

/** New conditions; not those that took the place of one that dropped NULLs of the same columns. */
function conditionsOf(edit: Edit): readonly Condition[] {
  switch (edit.kind) {
    case 'filter-added':
      return [edit.condition];
    case 'filter-changed':
      return isNegative(edit.before.term) ? [] : [edit.after];
    case 'join-condition':
      return edit.after.join === 'inner' ? edit.added : [];
    default:
      return [];
  }
}

/** Columns of a negative condition that may be NULL in the rows that the other conditions leave. */
function droppedIn(condition: Condition, block: Block, facts: Facts): readonly string[] {
  const { term, clause } = condition;
  if (!isNegative(term) || clause === 'having' || clause === 'qualify') return [];
  const rest: Block = { ...block, where: block.where.filter(({ term: other }) => other.text !== term.text) };
  const columns = comparedIn(term).filter((column) => neverNullIn(rest, facts, column) === null);
  const names = columns.map(({ input, name }) => `${shortName(input)}.${name}`);
  return sortedBy(new Set(names), (name) => name);
}

const negative: ReadonlySet<string> = new Set([
  '<>',
  '!=',
  'not like',
  'not ilike',
  'not in',
  'not rlike',
  'not similar to',
]);

function isNegative({ kind, name, children }: Term): boolean {
  const [first] = children;
  if (kind === 'in') return name === 'not in';
  if (kind !== 'operator') return false;
  if (name === 'not')
    return first !== undefined && (first.kind === 'in' || (first.kind === 'operator' && positive.has(first.name)));
  return negative.has(name);
}

const positive: ReadonlySet<string> = new Set(['like', 'ilike', 'rlike', 'similar to', '=', '~', '<', '<=']);

/** The columns that stand in a comparison as they are, or inside functions that give NULL for NULL. */
function comparedIn(term: Term): readonly NonNullable<Term['column']>[] {
  if (term.column !== null) return [term.column];
  if (term.kind === 'function' && ['coalesce', 'ifnull', 'nvl'].includes(term.name)) return [];
  const inner = term.kind === 'in' ? term.children.slice(0, 1) : term.children;
  return term.kind === 'case' || (term.query !== null && term.kind !== 'in') ? [] : inner.flatMap(comparedIn);
}
