import type { Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedTerm, changedTerms, partsIn } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'order' | 'unreachable';
const orders = { columns: { id: 'integer', amount: 'integer', status: 'varchar' } };

/** The first branch of a CASE that fits wins. */
export const caseOrder = defineRule({
  id: 'case-order',
  title: 'The order of the branches of a CASE',
  severity: 'S3',
  page: {
    what: 'Two branches of a CASE changed places and their conditions may hold together; or a branch stands behind one with the same condition and is never reached. Silent where no row can meet both: the conditions compare one column with different literals.',
    why: 'The first branch that fits wins. A row that meets both conditions gets the other value now.',
    fires: {
      kind: 'sql',
      title: '',
      before:
        "select id, case when amount > 100 then 'large' when amount > 10 then 'medium' else 'small' end as size from orders",
      after:
        "select id, case when amount > 10 then 'medium' when amount > 100 then 'large' else 'small' end as size from orders",
      relations: { orders },
    },
    silent: [
      {
        kind: 'sql',
        title: 'No row meets both.',
        before: "select id, case when status = 'a' then 1 when status = 'b' then 2 end as code from orders",
        after: "select id, case when status = 'b' then 2 when status = 'a' then 1 end as code from orders",
        relations: { orders },
      },
    ],
    safeIf: 'Make the conditions exclude each other.',
    waive: '',
  },
  messages: {
    order: '{place} of `{model}` asks `{second}` before `{first}` now: a row that meets both gets another value',
    unreachable: '{place} of `{model}` has a branch that is never reached: `{first}` stands twice in its CASE',
  },
  find: ({ models }) => models.flatMap((model) => changedTerms(model).flatMap((changed) => findIn(model, changed))),
});

interface Branch {
  readonly when: Term;
  readonly value: Term;
}

function findIn(model: ComparedModel, changed: ChangedTerm): readonly RuleFinding<Message>[] {
  const known = new Set(casesIn(changed.before).map(({ text }) => text));
  return casesIn(changed.after)
    .filter(({ text }) => !known.has(text))
    .flatMap((after): readonly RuleFinding<Message>[] => {
      const before = casesIn(changed.before).find((one) => sharesBranches(one, after));
      if (before === undefined) return [];
      const found =
        swapped(branchesOf(before), branchesOf(after)) ?? unreachable(branchesOf(before), branchesOf(after));
      if (found === null) return [];
      const { messageId, first, second } = found;
      return [
        tellEdit(model, {
          messageId,
          edit: changed.edit,
          span: second.span ?? after.span,
          columns: changed.columns,
          data: {
            place: placeWords(changed),
            first: termWords(first),
            ...(messageId === 'order' ? { second: termWords(second) } : {}),
          },
          matters:
            messageId === 'order'
              ? `a row that meets both \`${termWords(first)}\` and \`${termWords(second)}\``
              : 'the later branch gives no row its value',
          safeIf: 'make the conditions exclude each other',
          key: `${changed.name} ${messageId}`,
        }),
      ];
    });
}

function casesIn(term: Term): readonly Term[] {
  return partsIn(term).filter(({ kind }) => kind === 'case');
}

function branchesOf({ children }: Term): readonly Branch[] {
  const branches: Branch[] = [];
  for (let at = 0; at + 1 < children.length; at += 2) {
    const [when, value] = [children[at], children[at + 1]];
    if (when !== undefined && value !== undefined) branches.push({ when, value });
  }
  return branches;
}

function sharesBranches(one: Term, other: Term): boolean {
  const known = new Set(branchesOf(one).map(({ when }) => when.text));
  return branchesOf(other).some(({ when }) => known.has(when.text));
}

interface Found {
  readonly messageId: Message;
  readonly first: Term;
  readonly second: Term;
}

/** Two branches that stand the other way round, give different values, and may both fit. */
function swapped(before: readonly Branch[], after: readonly Branch[]): Found | null {
  const places = new Map(after.map(({ when }, at) => [when.text, at]));
  for (const [at, first] of before.entries()) {
    for (const second of before.slice(at + 1)) {
      const [one, other] = [places.get(first.when.text), places.get(second.when.text)];
      if (one === undefined || other === undefined || one <= other) continue;
      if (first.value.text !== second.value.text && !exclude(first.when, second.when)) {
        return { messageId: 'order', first: first.when, second: second.when };
      }
    }
  }
  return null;
}

/** A condition that stands twice now, and did not. */
function unreachable(before: readonly Branch[], after: readonly Branch[]): Found | null {
  const twice = (branches: readonly Branch[]): Branch | undefined =>
    branches.find(({ when }, at) => branches.findIndex((other) => other.when.text === when.text) < at);
  const found = twice(after);
  return found === undefined || twice(before) !== undefined
    ? null
    : { messageId: 'unreachable', first: found.when, second: found.when };
}

/** Whether no row meets both: each says one column to be among literals, and none is in both. */
function exclude(one: Term, other: Term): boolean {
  const [a, b] = [literalsOf(one), literalsOf(other)];
  if (a === null || b === null || a.of !== b.of) return isNegation(one, other) || isNegation(other, one);
  return !a.values.some((value) => b.values.includes(value));
}

function literalsOf({
  kind,
  name,
  children,
  query,
}: Term): { readonly of: string; readonly values: readonly string[] } | null {
  const [of, ...values] = children;
  const isList = (kind === 'operator' && name === '=') || (kind === 'in' && query === null);
  if (!isList || of === undefined || !values.every((value) => value.kind === 'literal')) return null;
  // Whatever the collation: values that differ in case only may be equal.
  return { of: of.text, values: values.map((value) => value.name.toLowerCase()) };
}

function isNegation(one: Term, other: Term): boolean {
  const texts = one.children.map(({ text }) => text).join(' , ');
  const same = other.children.map(({ text }) => text).join(' , ') === texts;
  return (
    same && ((one.name === 'is null' && other.name === 'is not null') || (one.name === '=' && other.name === '<>'))
  );
}
