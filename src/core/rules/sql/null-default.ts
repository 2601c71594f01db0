import type { Term } from '#core/meaning';
import { neverNullIn } from '#core/meaning';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import {
  type ChangedPart,
  type ChangedTerm,
  changedParts,
  changedTerms,
  type NewTerm,
  newTerms,
  partsIn,
} from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'default' | 'order' | 'added' | 'removed' | 'else' | 'nullif' | 'text';
const payments = { columns: { id: 'integer', fee: 'integer', charge_fee: 'integer', kind: 'varchar' } };

/** What stands in the place of a missing value. */
export const nullDefault = defineRule({
  id: 'null-default',
  title: 'What stands for a missing value',
  severity: 'S2',
  page: {
    what: 'COALESCE (IFNULL, NVL) came, went, or has another default or another order; ELSE of a CASE came, went or is another; NULLIF came or went; or a new value is the text ‘NULL’, which is a word like others. Silent where the first operand is proven never to be NULL.',
    why: 'A default of 0 enters averages and counts, a NULL does not. An order decides which of two sources wins where both have a value.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select avg(coalesce(fee, 0)) as fee from payments',
      after: 'select avg(fee) as fee from payments',
      relations: { payments },
    },
    alsoFires: [
      {
        kind: 'sql',
        title: 'A word in the place of NULL.',
        before: 'select id, kind from payments',
        after: "select id, case when fee > 0 then kind else 'NULL' end as kind from payments",
        relations: { payments },
      },
    ],
    silent: [
      {
        kind: 'sql',
        title: 'A column with a not_null test.',
        before: 'select coalesce(fee, 0) as fee from payments',
        after: 'select fee from payments',
        relations: { payments: { columns: payments.columns, notNull: ['fee'] } },
      },
      {
        kind: 'sql',
        title: 'Another value with the same default.',
        before: 'select coalesce(fee, 0) as fee from payments',
        after: 'select coalesce(cast(fee as bigint), 0) as fee from payments',
        relations: { payments },
      },
      {
        kind: 'sql',
        title: 'The default is the same, cast like the value.',
        before: 'select coalesce(fee, 0) as fee from payments',
        after: 'select coalesce(cast(fee as decimal(18, 2)), cast(0 as decimal(18, 2))) as fee from payments',
        relations: { payments },
        notRun: 'the type is another, which is told by other rules',
      },
      {
        kind: 'sql',
        title: 'IFNULL written as COALESCE, ELSE NULL left out.',
        before: "select ifnull(fee, 0) as fee, case when kind = 'a' then 1 else null end as a from payments",
        after: "select coalesce(fee, 0) as fee, case when kind = 'a' then 1 end as a from payments",
        relations: { payments },
      },
    ],
    safeIf:
      'Add a `not_null` test to the column that is defaulted, or show by a unit test with a missing value that it is meant.',
    waive: '',
  },
  messages: {
    default: '{place} of `{model}` has another value for a missing one: `{after}`, it was `{before}`',
    order: '{place} of `{model}` asks for values in another order: `{after}`, it was `{before}`',
    added: '{place} of `{model}` has a value for a missing one now: `{after}`, it was `{before}`',
    removed: '{place} of `{model}` has no value for a missing one any more: `{after}`, it was `{before}`',
    else: '{place} of `{model}` ends its CASE in another way: {words}',
    nullif: '{place} of `{model}` {words} a value NULL: `{after}`, it was `{before}`',
    text: '{columns} of `{model}`: the text {text} stands for a missing value, which it is not',
  },
  find: (input) =>
    input.models.flatMap((model) =>
      changedTerms(model)
        .flatMap((changed) => [
          ...changedParts(changed.before, changed.after).flatMap((part) => findIn(input, model, changed, part)),
          ...elsesIn(model, changed),
        ])
        .concat(textsIn(model)),
    ),
});

function findIn(
  input: RuleInput,
  model: ComparedModel,
  changed: ChangedTerm,
  part: ChangedPart,
): readonly RuleFinding<Message>[] {
  const found = kindOf(widened(part, 'coalesce')) ?? kindOf(part) ?? nullifOf(widened(part, 'nullif'));
  if (found === null) return [];
  const { messageId, before, after, of, words } = found;
  if (messageId !== 'nullif' && isNeverNull(of, changed, input)) return [];
  const test = of.column === null ? '' : `add a not_null test to \`${termWords(of)}\`, or `;
  return [
    tellEdit(model, {
      messageId,
      edit: changed.edit,
      span: after.span ?? of.span,
      columns: changed.columns,
      data: {
        place: placeWords(changed),
        before: termWords(before),
        after: termWords(after),
        ...(words === undefined ? {} : { words }),
      },
      matters: mattersOf(messageId, of),
      safeIf: `${test}show by a unit test with a missing value that it is meant`,
      key: `${changed.name} ${messageId} ${termWords(of)}`,
    }),
  ];
}

/** Whether a column is proven on both sides never to be NULL. */
function isNeverNull({ column }: Term, { edit: { base, head } }: ChangedTerm, { facts }: RuleInput): boolean {
  if (column === null || base.kind !== 'block' || head.kind !== 'block') return false;
  return neverNullIn(base, facts.base, column) !== null && neverNullIn(head, facts.head, column) !== null;
}

interface Found {
  readonly messageId: Message;
  readonly before: Term;
  readonly after: Term;
  /** What may be NULL. */
  readonly of: Term;
  readonly words?: string;
}

/** The call of `name` around a part, where the part is one of its operands and the others are the same. */
function widened(part: ChangedPart, name: string): ChangedPart {
  const holder = part.within.at(-1);
  if (holder?.name !== name || holder.kind !== 'function') return part;
  const at = holder.children.indexOf(part.after);
  if (at === -1) return part;
  const before: Term = {
    ...holder,
    children: holder.children.map((child, place) => (place === at ? part.before : child)),
  };
  return { before, after: holder, within: part.within.slice(0, -1) };
}

function isCall({ kind, name }: Term, wanted: string): boolean {
  return kind === 'function' && name === wanted;
}

function kindOf({ before, after }: ChangedPart): Found | null {
  const [was, is] = [isCall(before, 'coalesce'), isCall(after, 'coalesce')];
  if (was && is) return ofCalls(before, after);
  if (is && holds(after.children, before)) return { messageId: 'added', before, after, of: before };
  return was && holds(before.children, after) ? { messageId: 'removed', before, after, of: after } : null;
}

function ofCalls(before: Term, after: Term): Found | null {
  const [[first], [then]] = [before.children, after.children];
  if (first === undefined || then === undefined) return null;
  // What may be missing is another value; what stands for it is the same, if in another type.
  if (defaultsOf(before) === defaultsOf(after)) return null;
  const isOrder = before.children.length === after.children.length && sortedText(before) === sortedText(after);
  return { messageId: isOrder ? 'order' : 'default', before, after, of: isOrder ? first : then };
}

function defaultsOf({ children }: Term): string {
  return textOf(children.slice(1).map(withoutCasts));
}

function withoutCasts(term: Term): Term {
  const [of] = term.children;
  return term.kind === 'cast' && of !== undefined ? withoutCasts(of) : term;
}

function holds(children: readonly Term[], term: Term): boolean {
  return children.some(({ text }) => text === term.text);
}

function textOf(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(' , ');
}

function sortedText({ children }: Term): string {
  return children
    .map(({ text }) => text)
    .sort()
    .join(' , ');
}

function nullifOf({ before, after }: ChangedPart): Found | null {
  const [was, is] = [isCall(before, 'nullif'), isCall(after, 'nullif')];
  if (is && !was && holds(after.children, before))
    return { messageId: 'nullif', before, after, of: before, words: 'makes' };
  if (was && !is && holds(before.children, after))
    return { messageId: 'nullif', before, after, of: after, words: 'does not make' };
  return null;
}

/** CASEs with the same branches and another end. */
function elsesIn(model: ComparedModel, changed: ChangedTerm): readonly RuleFinding<Message>[] {
  const cases = (term: Term): readonly Term[] => partsIn(term).filter(({ kind }) => kind === 'case');
  const known = new Set(cases(changed.after).map(({ text }) => text));
  return cases(changed.before)
    .filter(({ text }) => !known.has(text))
    .flatMap((before): readonly RuleFinding<Message>[] => {
      const after = cases(changed.after).find((one) => one.text !== before.text && branches(one) === branches(before));
      if (after === undefined) return [];
      const [was, is] = [elseOf(before), elseOf(after)];
      if (was === is) return [];
      return [
        tellEdit(model, {
          messageId: 'else',
          edit: changed.edit,
          span: after.span,
          columns: changed.columns,
          data: {
            place: placeWords(changed),
            words: `ELSE ${is ?? 'NULL, by leaving it out'}, it was ${was ?? 'NULL'}`,
          },
          matters: 'a row that meets none of its conditions',
          safeIf:
            'add an `accepted_values` test for the values that the branches name, or show by a unit test that it is meant',
          key: `${changed.name} else`,
        }),
      ];
    });
}

function branches({ children }: Term): string {
  const even = children.length - (children.length % 2);
  return textOf(children.slice(0, even));
}

function elseOf({ children }: Term): string | null {
  const last = children.length % 2 === 1 ? children.at(-1) : undefined;
  return last === undefined ? null : termWords(last, 60);
}

/** Columns that are new, or have a new value, and say NULL in words: one finding for all of them. */
function textsIn(model: ComparedModel): readonly RuleFinding<Message>[] {
  const known = new Set(changedTerms(model).flatMap(({ before }) => valuesIn(before).map(({ text }) => text)));
  const found = newTerms(model).flatMap((one): readonly { readonly of: NewTerm; readonly value: Term }[] => {
    const value = one.edit.kind.startsWith('output') ? valuesIn(one.term).find(isNullWord) : undefined;
    return value === undefined || known.has(value.text) ? [] : [{ of: one, value }];
  });
  const [first] = found;
  if (first === undefined) return [];
  const columns = found.flatMap(({ of }) => of.columns);
  return [
    {
      ...tellEdit<Message>(model, {
        messageId: 'text',
        edit: first.of.edit,
        span: first.value.span,
        columns,
        data: { columns: found.map(({ of }) => `\`${of.name}\``).join(', '), text: first.value.name },
        matters: 'each row: IS NULL, COALESCE and COUNT take it for a value',
        safeIf: 'write NULL, cast to the type of the column',
        key: found.map(({ of }) => of.name).join(','),
      }),
      edits: found.map(({ of }) => of.edit),
    },
  ];
}

/** What an expression may come to, as far as it is written: of CASE, COALESCE and casts what stands in them. */
function valuesIn(term: Term): readonly Term[] {
  const { kind, name, children } = term;
  if (kind === 'literal') return [term];
  if (kind === 'cast') return children.flatMap(valuesIn);
  if (kind === 'case') return children.filter((_, at) => at % 2 === 1 || at === children.length - 1).flatMap(valuesIn);
  return kind === 'function' && name === 'coalesce' ? children.flatMap(valuesIn) : [];
}

function isNullWord({ name }: Term): boolean {
  return name.toLowerCase() === "'null'";
}

function mattersOf(messageId: Message, of: Term): string {
  if (messageId === 'order') return 'a row in which more than one of them has a value';
  if (messageId === 'nullif') return `a row in which \`${termWords(of)}\` is that value`;
  return of.column === null
    ? 'a row in which it is NULL'
    : `a row in which \`${termWords(of)}\` is NULL; no not_null test covers it`;
}
