import type { Condition, Edit, Facts, Input } from '#core/meaning';
import { isMetAtMostOnce, joinConditions, keysOfInput, matchesAtMostOne } from '#core/meaning';
import { duplicatesOf } from '../duplicates.ts';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { conditionWords, inputWords } from '../term-words.ts';

const relations = {
  sales: { columns: { store: 'integer', day: 'date', amount: 'integer' } },
  targets: { columns: { store: 'integer', day: 'date', target: 'integer' }, keys: [['store', 'day']] },
};

/** An equality that is gone from a join, so that more rows meet. */
export const joinKeyDropped = defineRule({
  id: 'join-key-dropped',
  title: 'A column left out of a join',
  severity: 'S1',
  page: {
    what: 'An equality between two relations that a join no longer has, with fewer equalities than before, where what is left is a key of neither side. Silent where a key of a side is still joined whole, and where repeated rows come to the same.',
    why: 'Rows meet that have nothing to do with each other: the result has more rows, and each of them looks right.',
    fires: {
      kind: 'sql',
      title: '',
      before:
        'select s.store, s.day, s.amount, t.target from sales s join targets t on t.store = s.store and t.day = s.day',
      after: 'select s.store, s.day, s.amount, t.target from sales s join targets t on t.store = s.store',
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'What is left is the key: the store was the same row anyway.',
        before:
          'select a.id, b.city from stores a join stores b on b.id = a.id and b.city = a.city where a.city is not null',
        after: 'select a.id, b.city from stores a join stores b on b.id = a.id where a.city is not null',
        relations: { stores: { columns: { id: 'integer', city: 'varchar' }, keys: [['id']], notNull: ['id'] } },
      },
    ],
    safeIf: 'Add a `unique` test on the columns by which one side is still joined, or put the column back.',
    waive: '',
  },
  messages: {
    dropped: 'the join of {joined} no longer asks {condition}',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts.head)),
});

function findIn({ uniqueId, head, edits }: ComparedModel, facts: Facts): readonly RuleFinding<'dropped'>[] {
  return edits.flatMap((edit) => {
    const cut = cutOf(edit);
    if (cut === null || edit.head.kind !== 'block' || joinConditions(edit.head, cut.input).length === 0) return [];
    const { input, gone } = cut;
    const { alias } = input;
    const isSafe =
      matchesAtMostOne(edit.head, facts, alias)?.sureness === 'proven' ||
      isMetAtMostOnce(edit.head, facts, alias)?.sureness === 'proven';
    if (isSafe || !duplicatesOf(head, edit.head, input).matter) return [];
    const joined = inputWords(input);
    const condition = conditionWords(gone);
    return [
      tell({
        messageId: 'dropped',
        uniqueId,
        data: { joined, condition },
        place: { kind: 'compiled', side: 'head', span: input.span },
        basis: keysOfInput(input, facts).length > 0 ? 'proven' : 'heuristic',
        matters: `rows meet that differ in it, and come out once for each match`,
        safeIf: 'add a unique test on the columns by which one side is still joined, or put the condition back',
        edits: [edit],
        key: `${joined}:${condition}`,
      }),
    ];
  });
}

interface Cut {
  readonly input: Input;
  /** Equalities of the input with another that are gone, and not replaced. */
  readonly gone: readonly Condition[];
}

function cutOf(edit: Edit): Cut | null {
  if (edit.kind === 'filter-removed') {
    const input = edit.head.inputs.findLast((one) => isBetween(edit.condition, one));
    return input === undefined ? null : { input, gone: [edit.condition] };
  }
  if (edit.kind !== 'join-condition') return null;
  const [gone, come] = [edit.removed, edit.added].map((all) => all.filter((one) => isBetween(one, edit.after)));
  return gone === undefined || come === undefined || gone.length <= come.length ? null : { input: edit.after, gone };
}

/** Whether a condition is an equality of the input with another. */
function isBetween({ term }: Condition, { alias }: Input): boolean {
  const read = new Set(term.reads.map(({ input }) => input));
  return term.kind === 'operator' && term.name === '=' && read.size > 1 && read.has(alias);
}
