import type { Edit, Facts, Plan, Term } from '#core/meaning';
import { firstNeverNull } from '#core/meaning';
import { termsOf } from '../dbt/terms.ts';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords, termWords } from '../term-words.ts';

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer' }, keys: [['id']], notNull: ['id'] },
  blocked: { columns: { customer_id: 'integer' } },
};

/** NOT IN over values among which there may be NULL. */
export const notInNullable = defineRule({
  id: 'not-in-nullable',
  title: 'NOT IN over values that may be NULL',
  severity: 'S2',
  page: {
    what: 'A new `NOT IN (select …)` whose column is not known to be without NULLs. Silent where a `not_null` test, a constraint or the query itself (`where … is not null`) says so.',
    why: 'One NULL in the list, and `NOT IN` is true for no row at all: the model is empty from one day to the next.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id from orders',
      after: 'select id from orders where customer_id not in (select customer_id from blocked)',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'NULLs are left out of the list. The orders without a customer are another matter, and another rule.',
        before:
          'select id from orders where customer_id not in (select customer_id from blocked where customer_id is not null)',
        after:
          'select id from orders where customer_id not in (select b.customer_id from blocked b where b.customer_id is not null)',
        relations,
      },
    ],
    safeIf: 'Add a `not_null` test on the column, leave NULLs out of the list, or write NOT EXISTS.',
    waive: '',
  },
  messages: {
    'may-be-null':
      '{condition} is true for no row as soon as the list has a NULL, and nothing says that {column} has none',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts.head)),
});

function findIn({ uniqueId, edits }: ComparedModel, facts: Facts): readonly RuleFinding<'may-be-null'>[] {
  return edits.flatMap((edit) => {
    const { before, after } = termsOf(edit);
    const known = new Set(before.flatMap(notIns).map(({ text }) => text));
    return after.flatMap(notIns).flatMap((term) => {
      if (known.has(term.text) || term.query === null || firstNeverNull(term.query, facts) !== null) return [];
      return [toFinding(uniqueId, edit, term, term.query)];
    });
  });
}

function toFinding(
  uniqueId: ComparedModel['uniqueId'],
  edit: Edit,
  term: Term,
  query: Plan,
): RuleFinding<'may-be-null'> {
  const column = columnWords(query);
  const condition = `not (${termWords(term)})`;
  return tell({
    messageId: 'may-be-null',
    uniqueId,
    data: { condition, column },
    place: { kind: 'compiled', side: 'head', span: term.span ?? edit.place.span },
    basis: 'heuristic',
    matters: `if ${column} is NULL in one row`,
    safeIf: `add a not_null test on ${column}, leave NULLs out of the list, or write NOT EXISTS`,
    edits: [edit],
    key: condition,
  });
}

/** The IN over a query of each NOT IN in a term. */
function notIns(term: Term): readonly Term[] {
  const [first] = term.children;
  const own =
    term.kind === 'operator' && term.name === 'not' && first?.kind === 'in' && first.query !== null ? [first] : [];
  const named = term.kind === 'in' && term.name === 'not in' && term.query !== null ? [term] : [];
  return [...own, ...named, ...term.children.flatMap(notIns)];
}

function columnWords(query: Plan): string {
  if (query.kind !== 'block') return 'its column';
  const [output] = query.outputs;
  const input = query.inputs.find(({ alias }) => alias === output?.term.column?.input);
  return input === undefined
    ? (output?.name ?? 'its column')
    : `${inputWords(input)}.${output?.term.column?.name ?? ''}`;
}
