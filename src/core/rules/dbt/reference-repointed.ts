import { toUniqueId, type UniqueId } from '#core/base';
import type { Edit, Input, Plan, Term } from '#core/meaning';
import { toDialect } from '#core/sql';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { newTerms, partsIn } from '../sql-changes.ts';
import { tell } from '../tell.ts';
import { tellEdit } from '../tell-edit.ts';
import { inputWords, shortName } from '../term-words.ts';

type Message = 'other-key' | 'repointed' | 'not-read';

/** A model that reads another relation in the same place. */
export const referenceRepointed = defineRule({
  id: 'reference-repointed',
  title: 'A ref points elsewhere',
  severity: 'S3',
  page: {
    what: 'A relation that a model reads is another one in the same place of its SQL: another `ref`, `source` or version. A warning where the old relation had a key that the new one is not known to have. A warning, too, where a new column is named by a relation that the SELECT does not read, in dialects in which `a.b` cannot be a field of a column `a` (PostgreSQL, Snowflake, SQL Server). Silent where both have the same key and the new one has every column of the old, and where the same source is another table now, which the gate `state` tells once.',
    why: 'The SQL around it was written for the old rows. The new relation may hold them at another grain, filtered, or unfiltered; every column resolves and every number moves.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, amount from orders',
      after: 'select id, amount from order_lines',
      relations: {
        orders: { columns: { id: 'integer', amount: 'integer' }, keys: [['id']] },
        order_lines: { columns: { id: 'integer', line: 'integer', amount: 'integer' }, keys: [['id', 'line']] },
      },
    },
    silent: [
      {
        kind: 'sql',
        title: 'The same relation under another alias.',
        before: 'select o.id, o.amount from orders o',
        after: 'select x.id, x.amount from orders x',
        relations: { orders: { columns: { id: 'integer', amount: 'integer' }, keys: [['id']] } },
      },
    ],
    safeIf:
      'Show that both relations have the same keys: a unique test on the same columns of the new one, and the same number of rows.',
    waive: '',
  },
  messages: {
    'other-key': '`{model}` reads `{after}` instead of `{before}`, which had one row for each {key}',
    repointed: '`{model}` reads `{after}` instead of `{before}`',
    'not-read': '`{model}` names `{column}`, and reads nothing that is called `{after}` there: it cannot be built',
  },
  find: (input) =>
    input.models.flatMap((model) => [
      ...model.edits.flatMap((edit) => (edit.kind === 'source-changed' ? findingOf(input, model.uniqueId, edit) : [])),
      ...notReadIn(input, model),
    ]),
});

/** Dialects in which `a.b` is a column `b` of a relation `a`, and never a field. */
const withoutFields: ReadonlySet<string> = new Set(['postgres', 'snowflake', 'tsql']);

/** Columns by the name of a relation that is not read there. */
function notReadIn({ change }: RuleInput, model: ComparedModel): readonly RuleFinding<Message>[] {
  if (!withoutFields.has(toDialect(change.head.project.metadata.adapterType))) return [];
  return newTerms(model).flatMap(({ edit, term, columns }) => {
    // What base names so is named otherwise than it is read here: in capitals, by a quoted name.
    const known = new Set(termsIn(edit.base).flatMap(qualifiersIn));
    return partsIn(term)
      .filter(({ kind, name, modifiers }) => kind === 'function' && name === 'field' && isPlainName(modifiers))
      .flatMap((part): readonly RuleFinding<Message>[] => {
        const [after] = qualifiersIn(part);
        if (after === undefined || known.has(after) || isRead(edit.head, after)) return [];
        const column = `${after}.${part.modifiers.replaceAll('"', '')}`;
        return [
          tellEdit(model, {
            messageId: 'not-read',
            edit,
            span: part.span,
            columns,
            data: { column, after },
            matters: 'each run fails',
            safeIf: `name the relation as it is called in FROM`,
            key: column,
            severity: 'S2',
          }),
        ];
      });
  });
}

/** Whether what is read of it is one name, and no number of a sequence. */
function isPlainName(modifiers: string): boolean {
  return !modifiers.includes('.') && !/^"(?:nextval|currval)"$/i.test(modifiers);
}

/** The first names of what is read as a field of a column. */
function qualifiersIn(term: Term): readonly string[] {
  return partsIn(term).flatMap(({ kind, name, children: [of] }) =>
    kind === 'function' && name === 'field' && of?.column != null ? [of.column.name] : [],
  );
}

/** Expressions of a SELECT. */
function termsIn(plan: Plan): readonly Term[] {
  if (plan.kind !== 'block') return [];
  const { outputs, where, inputs } = plan;
  return [...outputs, ...where, ...inputs.flatMap(({ on }) => on)].map(({ term }) => term);
}

/** Whether something that a SELECT reads is called so, quotes and case aside. */
function isRead(plan: Plan, name: string): boolean {
  const plain = (text: string): string => shortName(text).replaceAll('"', '').toLowerCase();
  return (
    plan.kind === 'block' &&
    plan.inputs.some((input) =>
      [input.written, inputWords(input), input.alias].some((one) => plain(one) === plain(name)),
    )
  );
}

function findingOf(
  input: RuleInput,
  uniqueId: UniqueId,
  edit: Edit & { readonly kind: 'source-changed' },
): readonly RuleFinding<Message>[] {
  const [was, is] = [edit.before.source, edit.after.source];
  if (was.kind !== 'relation' || is.kind !== 'relation' || (was.uniqueId !== null && was.uniqueId === is.uniqueId))
    return [];
  const lost = lostKey(input, edit.before, edit.after);
  if (lost === 'same') return [];
  const [before, after] = [nameOf(input, edit.before), nameOf(input, edit.after)];
  const common = {
    uniqueId,
    columns: edit.columns === 'all' ? [] : edit.columns,
    place: { kind: 'text', uniqueId, in: 'code', text: after },
    edits: [edit],
    key: `${before} ${after}`,
  } as const;
  const data = { model: input.change.head.project.nodes.get(uniqueId)?.name ?? uniqueId, before, after };
  if (lost === null) {
    const matters = 'if the two do not hold the same rows';
    return [tell({ ...common, messageId: 'repointed', data, matters, safeIf: 'compare the rows of both' })];
  }
  const key = lost.join(', ');
  return [
    tell({
      ...common,
      messageId: 'other-key',
      severity: 'S2',
      data: { ...data, key },
      matters: `if \`${after}\` has more than one row for a ${key}, rows and sums are repeated`,
      safeIf: `add a unique test on ${key} of ${after}`,
    }),
  ];
}

/** The key that only the old relation has; null where neither is known to have one; `same` where nothing is lost. */
function lostKey({ facts }: RuleInput, before: Input, after: Input): readonly string[] | null | 'same' {
  const [was, is] = [before, after].map(({ source }, at) => {
    const id = source.kind === 'relation' ? source.uniqueId : null;
    return id === null ? [] : facts[at === 0 ? 'base' : 'head'].of(toUniqueId(id)).keys;
  });
  const key = was?.find(({ sureness }) => sureness === 'proven')?.columns;
  if (key === undefined || key.length === 0) return null;
  const keeps = is?.some(({ columns }) => columns.every((column) => key.includes(column))) === true;
  if (!keeps) return key;
  const [old, now] = [before, after].map(({ source }) => (source.kind === 'relation' ? source.columns : null));
  return old != null && now != null && old.every((column) => now.includes(column)) ? 'same' : null;
}

function nameOf({ change }: RuleInput, { source, written }: Input): string {
  const id = source.kind === 'relation' && source.uniqueId !== null ? toUniqueId(source.uniqueId) : null;
  const node = id === null ? undefined : (change.head.project.nodes.get(id) ?? change.base.project.nodes.get(id));
  return node?.name ?? (source.kind === 'relation' ? source.name : written);
}
