import type { Term } from '#core/meaning';
import { typeOf } from '../column-types.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedTerm, changedTerms } from '../sql-changes.ts';
import { changedComparisons, sideOf } from '../sql-comparisons.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'boundary' | 'moved' | 'turned' | 'values';
const orders = { columns: { id: 'integer', amount: 'integer', ordered_on: 'date', status: 'varchar' } };

/** `>=` for `>`: the rows on the boundary come in or go. */
export const comparisonBoundary = defineRule({
  id: 'comparison-boundary',
  title: 'The boundary of a comparison',
  severity: 'S2',
  page: {
    what: 'A comparison of the same columns has another operator (`>` for `>=`, `<` for `>`, `=` for IN, an end of BETWEEN) or another literal. Silent where both mean the same of whole numbers: `> 4` and `>= 5` of an integer column.',
    why: 'Only rows that lie on the boundary come in or go, and samples seldom hold any: midnight, the first of the month, a price of exactly 0.',
    fires: {
      kind: 'sql',
      title: '',
      before: "select id from orders where ordered_on >= date '2024-01-01'",
      after: "select id from orders where ordered_on > date '2024-01-01'",
      relations: { orders },
    },
    silent: [
      {
        kind: 'sql',
        title: 'The same for whole numbers.',
        before: 'select id from orders where amount > 4',
        after: 'select id from orders where amount >= 5',
        relations: { orders },
      },
      {
        kind: 'sql',
        title: 'BETWEEN written out, and turned round.',
        before: 'select id from orders where amount between 1 and 5',
        after: 'select id from orders where 5 >= amount and 1 <= amount',
        relations: { orders },
      },
    ],
    safeIf: 'Show with a unit test on a row that lies on the boundary that it is meant.',
    waive: '',
  },
  messages: {
    boundary: '{place} of `{model}` compares by `{after}` now, it was `{before}`: rows on the boundary {fate}',
    moved: '{place} of `{model}` has another bound: `{after}`, it was `{before}`',
    turned: '{place} of `{model}` compares the other way round: `{after}`, it was `{before}`',
    values: '{place} of `{model}` accepts other values: `{after}`, it was `{before}`',
  },
  find: (input) =>
    input.models.flatMap((model) => changedTerms(model).flatMap((changed) => findIn(input, model, changed))),
});

function findIn({ change }: RuleInput, model: ComparedModel, changed: ChangedTerm): readonly RuleFinding<Message>[] {
  return changedComparisons(changed.before, changed.after).flatMap(({ before, after }) => {
    const messageId = kindOf(before, after);
    if (messageId === null) return [];
    const scope = changed.edit.head;
    if (
      scope.kind === 'block' &&
      sameOfIntegers(before, after, (term) => typeOf(term, scope, change.head) === 'integer')
    )
      return [];
    return [
      tellEdit(model, {
        messageId,
        edit: changed.edit,
        span: after.span ?? after.children.find(({ span }) => span !== null)?.span ?? null,
        columns: changed.columns,
        data: {
          place: placeWords(changed),
          before: termWords(before),
          after: termWords(after),
          ...(messageId === 'boundary' ? { fate: after.name === '<=' ? 'come in' : 'go' } : {}),
        },
        matters: mattersOf(messageId, before, after),
        safeIf: 'show by a unit test with a row on the boundary that it is meant',
        key: `${changed.name} ${readsText(after)} ${before.name} ${after.name}`,
      }),
    ];
  });
}

/** What was done to a comparison; null where another rule tells it, or nothing does. */
function kindOf(before: Term, after: Term): Message | null {
  const [was, is] = [isInequality(before), isInequality(after)];
  if (was && is) return ofInequalities(before, after);
  if (was !== is) return overlap(before, after) ? 'boundary' : null;
  const sameOperator = before.name === after.name && before.kind === after.kind;
  if (sameOperator && before.kind !== 'in') return null;
  return before.children[0]?.text === after.children[0]?.text ? 'values' : null;
}

function isInequality({ name }: Term): boolean {
  return name === '<' || name === '<=';
}

function ofInequalities(before: Term, after: Term): Message | null {
  if (texts(before.children) === texts(after.children)) return 'boundary';
  if (texts([...before.children].reverse()) === texts(after.children)) return 'turned';
  if (sideOf(before) !== sideOf(after) || sideOf(before) === 'other') return null;
  return isSimple(before) && isSimple(after) ? 'moved' : null;
}

function isSimple({ children }: Term): boolean {
  return children.every(({ kind, reads }) => kind === 'column' || reads.length === 0);
}

function overlap(before: Term, after: Term): boolean {
  const theirs = new Set(after.children.map(({ text }) => text));
  return before.children.every(({ text }) => theirs.has(text));
}

function texts(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(' , ');
}

/** `4 < x` and `5 <= x` of an integer x. */
function sameOfIntegers(before: Term, after: Term, isInteger: (term: Term) => boolean): boolean {
  const [one, other] = [rangeOf(before), rangeOf(after)];
  if (one === null || other === null || one.of.text !== other.of.text || !isInteger(one.of)) return false;
  return one.side === other.side && one.includes === other.includes;
}

/** The first whole number that an inequality includes, and on which side. */
function rangeOf({
  name,
  children: [left, right],
}: Term): { readonly of: Term; readonly side: string; readonly includes: number } | null {
  if (left === undefined || right === undefined || !(name === '<' || name === '<=')) return null;
  const whole = (term: Term): number | null =>
    term.kind === 'literal' && /^-?\d+$/.test(term.name) ? Number(term.name) : null;
  const [low, high] = [whole(left), whole(right)];
  if (low !== null) return { of: right, side: 'from', includes: name === '<' ? low + 1 : low };
  return high === null ? null : { of: left, side: 'to', includes: name === '<' ? high - 1 : high };
}

function mattersOf(messageId: Message, before: Term, after: Term): string {
  if (messageId === 'boundary') {
    const [left, right] = after.children;
    return left === undefined || right === undefined
      ? ''
      : `a row where \`${termWords(left)}\` equals \`${termWords(right)}\``;
  }
  if (messageId === 'values')
    return `rows whose value only one of \`${termWords(before)}\` and \`${termWords(after)}\` accepts`;
  return 'rows between the two bounds';
}

function readsText({ reads }: Term): string {
  return reads
    .map(({ name }) => name)
    .sort()
    .join(' ');
}
