import { toUniqueId } from '#core/base';
import type { Facts, Term } from '#core/meaning';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedPart, type ChangedTerm, changedParts, changedTerms, newTerms } from '../sql-changes.ts';
import { changedComparisons, comparisonsIn } from '../sql-comparisons.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'folding' | 'pattern' | 'spelling' | 'not-accepted';
const users = { columns: { id: 'integer', email: 'varchar', plan: 'varchar' } };

/** How texts are compared: case, spaces, patterns, spelling. */
export const stringMatch = defineRule({
  id: 'string-match',
  title: 'How texts are matched',
  severity: 'S3',
  page: {
    what: 'LOWER, UPPER, TRIM or REPLACE came to a text or went; LIKE stands for `=` or ILIKE, or has another pattern; a literal is spelled otherwise in case, spaces or punctuation; or a new comparison names a value that an `accepted_values` test of the column does not have. Silent about other values, which are told as another filter.',
    why: 'A text that is spelled in two ways matches under one rule and not under the other. A value that never occurs matches nothing, and looks like an ordinary filter.',
    fires: {
      kind: 'sql',
      title: '',
      before: "select id from users where lower(plan) = 'pro'",
      after: "select id from users where plan = 'pro'",
      relations: { users },
    },
    silent: [
      {
        kind: 'sql',
        title: 'The same literals in another order.',
        before: "select id from users where plan in ('pro', 'free')",
        after: "select id from users where plan = 'free' or plan = 'pro'",
        relations: { users },
      },
    ],
    safeIf: 'Add an `accepted_values` test that lists how the values are spelled.',
    waive: '',
  },
  messages: {
    folding: '{place} of `{model}` compares texts in another way: `{after}`, it was `{before}`',
    pattern: '{place} of `{model}` matches another pattern: `{after}`, it was `{before}`',
    spelling: '{place} of `{model}` spells a value otherwise: {after}, it was {before}',
    'not-accepted':
      '{place} of `{model}` compares `{column}` with {value}, which its accepted_values test does not have',
  },
  find: (input) =>
    input.models.flatMap((model) => [
      ...changedTerms(model).flatMap((changed) => [
        ...changedParts(changed.before, changed.after).flatMap((part) => findIn(model, changed, part)),
        ...spellingsIn(model, changed),
      ]),
      ...notAccepted(input, model),
    ]),
});

const folding: ReadonlySet<string> = new Set([
  'lower',
  'upper',
  'trim',
  'ltrim',
  'rtrim',
  'initcap',
  'replace',
  'translate',
  'regexp_replace',
  'unaccent',
]);
const matching: ReadonlySet<string> = new Set(['like', 'ilike', 'rlike', 'regexp', 'similar to', 'glob', '=']);

function findIn(
  model: ComparedModel,
  changed: ChangedTerm,
  { before, after, within }: ChangedPart,
): readonly RuleFinding<Message>[] {
  const messageId = kindOf(before, after, within);
  if (messageId === null) return [];
  const holder = messageId === 'pattern' && after.kind === 'literal' ? (within.at(-1) ?? after) : after;
  return [
    tellEdit(model, {
      messageId,
      edit: changed.edit,
      span: holder.span ?? after.span,
      columns: changed.columns,
      data: { place: placeWords(changed), before: termWords(before), after: termWords(holder) },
      matters:
        messageId === 'folding'
          ? 'a text in another case, or with spaces or characters that are replaced'
          : 'a text that only one of the two matches',
      safeIf: 'add an accepted_values test that lists how the values are spelled',
      key: `${changed.name} ${messageId}`,
    }),
  ];
}

function kindOf(before: Term, after: Term, within: readonly Term[]): Message | null {
  if (foldsOtherwise(before, after)) return 'folding';
  if (matchesOtherwise(before, after)) return 'pattern';
  const holder = within.at(-1);
  const isPattern = holder !== undefined && isMatch(holder) && holder.name !== '=';
  return isPattern && before.kind === 'literal' && after.kind === 'literal' ? 'pattern' : null;
}

function matchesOtherwise(before: Term, after: Term): boolean {
  const sameText = before.children[0]?.text === after.children[0]?.text;
  return sameText && isMatch(before) && isMatch(after) && before.name !== after.name;
}

function isMatch({ kind, name }: Term): boolean {
  return kind === 'operator' && matching.has(name);
}

/** Whether a function that folds texts came to the same text, went from it, or is another. */
function foldsOtherwise(before: Term, after: Term): boolean {
  const inside = ({ kind, name, children: [first] }: Term): string | null =>
    kind === 'function' && folding.has(name) ? (first?.text ?? null) : null;
  const [was, is] = [inside(before), inside(after)];
  if (was !== null && is !== null) return was === is;
  return (is !== null && is === before.text) || (was !== null && was === after.text);
}

/** Literals of one comparison that differ in case, spaces or punctuation only. */
function spellingsIn(model: ComparedModel, changed: ChangedTerm): readonly RuleFinding<Message>[] {
  return changedComparisons(changed.before, changed.after).flatMap(({ before, after }) => {
    const known = new Set(before.children.map(({ text }) => text));
    const gone = textsIn(before).filter(({ text }) => !textsIn(after).some((one) => one.text === text));
    return textsIn(after)
      .filter(({ text }) => !known.has(text))
      .flatMap((literal): readonly RuleFinding<Message>[] => {
        const was = gone.find((one) => plain(one) === plain(literal));
        if (was === undefined) return [];
        return [
          tellEdit(model, {
            messageId: 'spelling',
            edit: changed.edit,
            span: after.span,
            columns: changed.columns,
            data: { place: placeWords(changed), before: was.name, after: literal.name },
            matters: `rows with ${was.name} do not match any more`,
            safeIf: 'add an accepted_values test that lists how the values are spelled',
            key: `${changed.name} ${plain(literal)}`,
          }),
        ];
      });
  });
}

function textsIn({ children }: Term): readonly Term[] {
  return children.filter(({ kind, name }) => kind === 'literal' && name.startsWith("'"));
}

function plain({ name }: Term): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');
}

/** New comparisons with a value that the column is tested never to have. */
function notAccepted({ facts }: RuleInput, model: ComparedModel): readonly RuleFinding<Message>[] {
  const known = new Set(
    changedTerms(model).flatMap(({ before }) =>
      comparisonsIn(before)
        .flatMap(textsIn)
        .map(({ text }) => text),
    ),
  );
  return newTerms(model).flatMap(({ edit, term, name, columns }) =>
    comparisonsIn(term).flatMap((comparison): readonly RuleFinding<Message>[] => {
      const column = comparison.children.find((child) => child.column !== null);
      const accepted = column === undefined ? null : acceptedOf(column, edit.head, facts.head);
      const value = textsIn(comparison).find(
        (one) => !known.has(one.text) && accepted?.has(one.name.slice(1, -1)) === false,
      );
      if (column === undefined || value === undefined) return [];
      return [
        tellEdit(model, {
          messageId: 'not-accepted',
          edit,
          span: comparison.span,
          columns,
          data: {
            place: placeWords({ stands: edit.kind.startsWith('output') ? 'output' : 'filter', name }),
            column: termWords(column),
            value: value.name,
          },
          matters: 'no row has that value',
          safeIf: `spell the value as the test has it, or add ${value.name} to the test`,
          key: `${name} ${value.name}`,
          severity: 'S2',
        }),
      ];
    }),
  );
}

function acceptedOf({ column }: Term, scope: ComparedModel['head'], facts: Facts): ReadonlySet<string> | null {
  const source = scope.kind === 'block' ? scope.inputs.find(({ alias }) => alias === column?.input)?.source : undefined;
  if (source?.kind !== 'relation' || source.uniqueId === null || column === null) return null;
  const found = facts.of(toUniqueId(source.uniqueId)).accepted.get(column.name.toLowerCase());
  return found?.sureness === 'proven' ? new Set(found.values.map(String)) : null;
}
