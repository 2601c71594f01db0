import type { Condition, Edit } from '#core/meaning';
import { changedWhens } from '../changed-whens.ts';
import { isFirst } from '../duplicates.ts';
import { isMoved } from '../moved.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { changedTerms } from '../sql-changes.ts';
import { compareConditions, implies } from '../stricter.ts';
import { tell } from '../tell.ts';
import { tellEdit } from '../tell-edit.ts';
import { conditionWords, inputWords, termWords } from '../term-words.ts';

type Message =
  | 'added'
  | 'removed'
  | 'stricter'
  | 'looser'
  | 'other'
  | 'join'
  | 'join-added'
  | 'join-removed'
  | 'when'
  | 'counted';

const relations = {
  orders: {
    columns: { id: 'integer', status: 'varchar', amount: 'integer' },
    keys: [['id']],
    notNull: ['id', 'status'],
  },
};

/** Other rows are let through. */
export const filterChanged = defineRule({
  id: 'filter-changed',
  title: 'A filter is another',
  severity: 'S2',
  page: {
    what: 'A condition of WHERE, HAVING, QUALIFY or of a join that is new, gone or another, and whether more or fewer rows pass. S3 one that only came, to a join too: nobody adds a condition by accident, and the line says what it does, while one goes easily with the lines around it. S3, too, one inside an expression: of CASE, IF or an aggregate’s FILTER, where what it decides is the same. The most general of the rules on conditions: where another names the error more closely, that one speaks. Silent where a model above, in the same pull request, got or lost the same condition, so that the same rows arrive; and where another condition that stays drops those rows anyway.',
    why: 'Every number that is read from the model is another, and each looks as good as before.',
    fires: {
      kind: 'sql',
      title: '',
      before: "select id, amount from orders where status = 'paid'",
      after: 'select id, amount from orders',
      relations,
    },
    alsoFires: [
      {
        kind: 'sql',
        title: 'A condition inside an aggregate.',
        before: "select sum(case when status = 'paid' then amount end) as paid from orders",
        after: 'select sum(case when amount > 1 then amount end) as paid from orders',
        relations,
      },
    ],
    silent: [
      {
        kind: 'sql',
        title: 'The same condition, written in a CTE.',
        before: "select id, amount from orders where status = 'paid'",
        after: "with paid as (select * from orders where status = 'paid') select id, amount from paid",
        relations,
      },
    ],
    safeIf: 'Compare the number of rows, and of the values that the condition speaks of, before and after.',
    waive: '',
  },
  messages: {
    added: 'only rows with {condition} are kept now',
    removed: 'rows that do not meet {condition} are kept now, too',
    stricter: 'fewer rows pass: {after} now, and was {before}',
    looser: 'more rows pass: {after} now, and was {before}',
    other: 'other rows pass: {after} now, and was {before}',
    join: 'the join to {joined} asks for {after} now, and did for {before}',
    'join-added': 'the join to {joined} asks for {condition}, too',
    'join-removed': 'the join to {joined} no longer asks for {condition}',
    when: '`{column}` asks for {after} now, and did for {before}',
    counted: '`{column}` counts the rows of {after} now, and did those of {before}',
  },
  find: (input) => input.models.flatMap((model) => [...findIn(model, input), ...insideOf(model)]),
});

/** Nobody adds a condition by accident: `docs/decisions/0043-severity-by-what-is-missed.md`. */
const onlyCame: ReadonlySet<Message> = new Set(['added', 'join-added']);

function findIn(model: ComparedModel, input: RuleInput): readonly RuleFinding<Message>[] {
  return model.edits.flatMap((edit) => {
    const said = saidOf(edit);
    if (said === null || isSaidAlready(edit) || isMoved(edit, input)) return [];
    return [
      tell<Message>({
        messageId: said.messageId,
        uniqueId: model.uniqueId,
        data: said.data,
        place: { kind: 'compiled', side: edit.place.side, span: edit.place.span },
        matters: said.matters,
        safeIf: 'compare the number of rows before and after',
        ...(onlyCame.has(said.messageId) ? { severity: 'S3' as const } : {}),
        edits: [edit],
        key: Object.values(said.data).join('|'),
      }),
    ];
  });
}

/** Conditions inside expressions: of CASE and IF, and of what aggregates count. */
function insideOf(model: ComparedModel): readonly RuleFinding<Message>[] {
  return changedTerms(model)
    .filter(({ stands }) => stands === 'output')
    .flatMap((changed) =>
      changedWhens(changed.before, changed.after)
        .slice(0, 1)
        .map(({ before, after, counts }) =>
          tellEdit<Message>(model, {
            messageId: counts ? 'counted' : 'when',
            edit: changed.edit,
            span: after.span,
            columns: changed.columns,
            data: { column: changed.name, before: termWords(before, 120), after: termWords(after, 120) },
            matters: 'as soon as a row meets only one of the two',
            safeIf: 'compare the values of the column before and after',
            key: changed.name,
            severity: 'S3',
          }),
        ),
    );
}

/** Whether another condition of both sides lets no other rows through anyway. */
function isSaidAlready(edit: Edit): boolean {
  if (edit.kind !== 'filter-added' && edit.kind !== 'filter-removed') return false;
  const [mine, theirs] = edit.kind === 'filter-added' ? [edit.head, edit.base] : [edit.base, edit.head];
  const kept = new Set(theirs[edit.clause].map(({ term }) => term.text));
  return mine[edit.clause].some(
    ({ term }) => kept.has(term.text) && term !== edit.condition.term && implies(term, edit.condition.term),
  );
}

interface Said {
  readonly messageId: Message;
  readonly data: Readonly<Record<string, string>>;
  readonly matters: string;
}

function saidOf(edit: Edit): Said | null {
  // Which row of several is kept is no filter.
  if ('condition' in edit && isFirst(edit.condition.term)) return null;
  switch (edit.kind) {
    case 'filter-added':
      return {
        messageId: 'added',
        data: { condition: oneWords(edit.condition) },
        matters: 'as soon as a row does not meet it',
      };
    case 'filter-removed':
      return {
        messageId: 'removed',
        data: { condition: oneWords(edit.condition) },
        matters: 'as soon as a row does not meet it',
      };
    case 'filter-changed': {
      if (isFirst(edit.before.term) && isFirst(edit.after.term)) return null;
      const data = { before: oneWords(edit.before), after: oneWords(edit.after) };
      return {
        messageId: compareConditions(edit.before.term, edit.after.term),
        data,
        matters: 'as soon as a row meets only one of the two',
      };
    }
    case 'join-condition': {
      const joined = inputWords(edit.after);
      const [before, after] = [conditionWords(edit.removed), conditionWords(edit.added)];
      if (edit.added.length === 0)
        return {
          messageId: 'join-removed',
          data: { joined, condition: before },
          matters: 'as soon as rows agree on all but it',
        };
      if (edit.removed.length === 0)
        return {
          messageId: 'join-added',
          data: { joined, condition: after },
          matters: 'as soon as rows that met differ in it',
        };
      return {
        messageId: 'join',
        data: { joined, before, after },
        matters: 'as soon as rows meet by only one of the two',
      };
    }
    default:
      return null;
  }
}

function oneWords({ term }: Condition): string {
  return termWords(term, 120);
}
