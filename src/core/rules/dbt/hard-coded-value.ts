import type { UniqueId } from '#core/base';
import { toLine } from '#core/base';
import type { Change } from '#core/change';
import type { Edit, Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { termsIn, termsOf } from './terms.ts';

type Message = 'date' | 'ids' | 'limit' | 'sample';

/** A value in the SQL that was right on the day it was written. */
export const hardCodedValue = defineRule({
  id: 'hard-coded-value',
  title: 'A date, ids or a limit left in the SQL',
  severity: 'S3',
  page: {
    what: 'In a condition or an expression that is new or another: a date written out, a list of three or more ids (numbers or UUIDs); a LIMIT that was not there; a sample of a table. The value must stand in the code as written and not have stood there before. Silent about dates far off that stand for “for ever”, and about lists of words.',
    why: 'What was tried out on a small piece of the data stays in. A limit or sample gives fewer rows without an error; a date is right until the day it is passed.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, amount from orders',
      after: 'select id, amount from orders limit 1',
      relations: { orders: { columns: { id: 'integer', amount: 'integer' } } },
    },
    silent: [
      {
        kind: 'sql',
        title: 'A date that stands for “for ever”.',
        before: 'select id, valid_to from prices',
        after: "select id, coalesce(valid_to, date '9999-12-31') as valid_to from prices",
        relations: { prices: { columns: { id: 'integer', valid_to: 'date' }, notNull: ['valid_to'] } },
      },
    ],
    safeIf: 'Take the value from a var, a seed or the data; remove a limit or sample that was for trying out.',
    waive: '',
  },
  messages: {
    date: '`{model}` now goes by the date {value}',
    ids: '`{model}` now names single ids: {value}',
    limit: '`{model}` now ends after {value}',
    sample: '`{model}` now reads a sample of its rows: {value}',
  },
  find: ({ change, models }) =>
    models.flatMap((model) => [...valuesIn(change, model), ...sampleIn(change, model.uniqueId)]),
});

function valuesIn(change: Change, { uniqueId, edits }: ComparedModel): readonly RuleFinding<Message>[] {
  const isNew = newIn(change, uniqueId);
  const told = new Set<string>();
  return edits.flatMap((edit) => {
    if (edit.kind === 'limit') {
      const { before, after } = edit;
      const isAdded = before === null && after !== null && edit.head.kind === 'block' && edit.head.orderBy.length === 0;
      return isAdded && isNew('limit')
        ? [toFinding(change, { uniqueId, messageId: 'limit', value: `${after} rows`, edit, text: /limit|top|fetch/i })]
        : [];
    }
    const known = new Set(
      termsOf(edit)
        .before.flatMap((term) => [...termsIn(term)])
        .map(({ name }) => name),
    );
    const fresh = termsOf(edit).after.flatMap((term) => [...termsIn(term)]);
    return fresh.flatMap((term): readonly RuleFinding<Message>[] => {
      const found = valueOf(term);
      if (found === null || told.has(found.value) || !found.parts.every((part) => isNew(part) && !known.has(part)))
        return [];
      told.add(found.value);
      return [
        toFinding(change, {
          uniqueId,
          messageId: found.messageId,
          value: found.value,
          edit,
          text: found.parts[0] ?? '',
        }),
      ];
    });
  });
}

interface Value {
  readonly messageId: 'date' | 'ids';
  readonly value: string;
  /** Literals as written. */
  readonly parts: readonly string[];
}

const uuid = /^'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'$/i;

function valueOf(term: Term): Value | null {
  if (term.kind === 'literal' && isDate(term.name)) return { messageId: 'date', value: term.name, parts: [term.name] };
  if (term.kind !== 'in') return null;
  const items = term.children.slice(1);
  const isIds =
    items.length >= 3 &&
    items.every(({ kind, name }) => kind === 'literal' && (/^'?\d{3,}'?$/.test(name) || uuid.test(name)));
  if (!isIds) return null;
  const parts = items.map(({ name }) => name);
  const shown = parts.slice(0, 3).join(', ');
  return { messageId: 'ids', value: parts.length > 3 ? `${shown} and ${parts.length - 3} more` : shown, parts };
}

/** A date of a time that somebody lives to see. */
function isDate(literal: string): boolean {
  const year = /^'(\d{4})-\d{2}-\d{2}(?:[ T][\d:.+Z-]*)?'$/.exec(literal)?.[1];
  return year !== undefined && Number(year) > 1971 && Number(year) < 2100;
}

/** Whether a text stands in the model's code at head and not at base. */
function newIn({ base, head }: Change, uniqueId: UniqueId): (text: string) => boolean {
  const [before, after] = [base, head].map(({ project }) => (project.nodes.get(uniqueId)?.rawCode ?? '').toLowerCase());
  return (text) => after?.includes(text.toLowerCase()) === true && before?.includes(text.toLowerCase()) !== true;
}

const sample = /\btablesample\b[^\n]{0,40}|\busing\s+sample\b[^\n]{0,40}|\bsample\s*\(\s*\d+[^)]*\)/i;

function sampleIn(change: Change, uniqueId: UniqueId): readonly RuleFinding<Message>[] {
  const code = change.head.project.nodes.get(uniqueId)?.rawCode.replaceAll(/--[^\n]*|\{#[\s\S]*?#\}/g, ' ') ?? '';
  const found = sample.exec(code)?.[0];
  if (found === undefined || sample.test(change.base.project.nodes.get(uniqueId)?.rawCode ?? '')) return [];
  return [toFinding(change, { uniqueId, messageId: 'sample', value: toLine(found, 60), edit: null, text: sample })];
}

const words: Readonly<Record<Message, { readonly matters: string; readonly safeIf: string }>> = {
  date: { matters: 'as soon as the data passes that day', safeIf: 'take the date from a var or from the data' },
  ids: { matters: 'as soon as there is one more id of that kind', safeIf: 'take the ids from a seed or a var' },
  limit: {
    matters: 'as soon as there are more rows than that',
    safeIf: 'remove the limit, or order the rows that it takes',
  },
  sample: { matters: 'all that is not in the sample is missing', safeIf: 'remove the sample' },
};

function toFinding(
  { head }: Change,
  told: {
    readonly uniqueId: UniqueId;
    readonly messageId: Message;
    readonly value: string;
    readonly edit: Edit | null;
    readonly text: string | RegExp;
  },
): RuleFinding<Message> {
  const { uniqueId, messageId, value, edit, text } = told;
  return tell({
    messageId,
    uniqueId,
    ...(messageId === 'limit' || messageId === 'sample' ? { severity: 'S2' as const } : {}),
    data: { model: head.project.nodes.get(uniqueId)?.name ?? uniqueId, value: toLine(value, 120) },
    columns: edit === null || edit.columns === 'all' ? [] : edit.columns,
    place: { kind: 'text', uniqueId, in: 'code', text },
    ...words[messageId],
    edits: edit === null ? [] : [edit],
    key: value,
  });
}
