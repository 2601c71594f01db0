import type { Condition, Edit } from '#core/meaning';
import { isFirst } from '../duplicates.ts';
import { isMoved } from '../moved.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { compareConditions, implies } from '../stricter.ts';
import { tell } from '../tell.ts';
import { conditionWords, inputWords, termWords } from '../term-words.ts';

type Message = 'added' | 'removed' | 'stricter' | 'looser' | 'other' | 'join' | 'join-added' | 'join-removed';

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
    what: 'A condition of WHERE, HAVING, QUALIFY or of a join that is new, gone or another, and whether more or fewer rows pass. The most general of the rules on conditions: where another names the error more closely, that one speaks. Silent where a model above, in the same pull request, got or lost the same condition, so that the same rows arrive; and where another condition that stays drops those rows anyway.',
    why: 'Every number that is read from the model is another, and each looks as good as before.',
    fires: {
      kind: 'sql',
      title: '',
      before: "select id, amount from orders where status = 'paid'",
      after: 'select id, amount from orders',
      relations,
    },
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
  },
  find: (input) => input.models.flatMap((model) => findIn(model, input)),
});

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
        edits: [edit],
        key: Object.values(said.data).join('|'),
      }),
    ];
  });
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
      // Which row of several is kept is no filter.
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
