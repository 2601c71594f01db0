import type { Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedTerm, changedTerms, partsIn } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';
import { atomsOf, toldApart } from '../three-values.ts';

const orders = { columns: { id: 'integer', status: 'varchar', amount: 'integer', region: 'varchar' } };

/** The same comparisons under other ANDs, ORs and NOTs. */
export const andOrGrouping = defineRule({
  id: 'and-or-grouping',
  title: 'AND and OR grouped in another way',
  severity: 'S2',
  page: {
    what: 'A condition is made of the same comparisons and joins them in another way: AND binds stronger than OR, and a pair of parentheses is easily lost. Silent where both let the same rows through, by a table of all truths of up to eight comparisons, NULLs included.',
    why: 'The condition reads the same at a glance; a filter that should hold for every branch holds for one of them.',
    fires: {
      kind: 'sql',
      title: '',
      before: "select id from orders where amount > 0 and (status = 'paid' or region = 'north')",
      after: "select id from orders where amount > 0 and status = 'paid' or region = 'north'",
      relations: { orders },
    },
    silent: [
      {
        kind: 'sql',
        title: 'The same by the law of distribution.',
        before: "select id from orders where amount > 0 and (status = 'paid' or region = 'north')",
        after: "select id from orders where (amount > 0 and status = 'paid') or (amount > 0 and region = 'north')",
        relations: { orders },
      },
    ],
    safeIf: 'Show by a unit test with the row that the finding names that it is meant.',
    waive: '',
  },
  messages: {
    grouping: '{place} of `{model}` joins the same comparisons in another way: `{after}`, it was `{before}`',
  },
  find: ({ models }) => models.flatMap((model) => changedTerms(model).flatMap((changed) => findIn(model, changed))),
});

function findIn(model: ComparedModel, changed: ChangedTerm): readonly RuleFinding<'grouping'>[] {
  return conditionPairs(changed).flatMap(({ before, after }): readonly RuleFinding<'grouping'>[] => {
    const witness = toldApart(before, after);
    if (witness === null) return [];
    return [
      tellEdit(model, {
        messageId: 'grouping',
        edit: changed.edit,
        span: after.span,
        columns: changed.columns,
        data: { place: placeWords(changed), before: termWords(before, 200), after: termWords(after, 200) },
        matters: witness === 'too-many' ? '' : witnessWords(witness),
        safeIf: 'show by a unit test with such a row that it is meant',
        basis: witness === 'too-many' ? 'heuristic' : 'proven',
        key: changed.name,
      }),
    ];
  });
}

/** Conditions with the same comparisons, two or more, joined in different ways. */
function conditionPairs({
  before,
  after,
  stands,
}: ChangedTerm): readonly { readonly before: Term; readonly after: Term }[] {
  const ours = stands === 'output' ? whens(before) : [before];
  const theirs = stands === 'output' ? whens(after) : [after];
  return ours.flatMap((one) => {
    const other = theirs.find((term) => term.text !== one.text && atomText(term) === atomText(one));
    return other === undefined || atomsOf(one).length < 2 ? [] : [{ before: one, after: other }];
  });
}

function whens(term: Term): readonly Term[] {
  return partsIn(term).filter(({ kind, name }) => kind === 'operator' && (name === 'and' || name === 'or'));
}

function atomText(term: Term): string {
  return atomsOf(term)
    .map(({ text }) => text)
    .sort()
    .join(' , ');
}

function witnessWords({ values, passesAfter }: Exclude<ReturnType<typeof toldApart>, string | null>): string {
  const said = [...values].map(([atom, isTrue]) => `\`${termWords(atom, 60)}\` is ${isTrue ? 'true' : 'not true'}`);
  return `a row where ${said.join(', ')}: it ${passesAfter ? 'comes in' : 'is left out'} now`;
}
