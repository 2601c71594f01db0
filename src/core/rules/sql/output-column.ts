import { toLine } from '#core/base';
import type { Change } from '#core/change';
import type { Edit, Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tellEdit } from '../tell-edit.ts';

type Message = 'removed' | 'renamed' | 're-sourced';
const orders = { columns: { id: 'integer', status: 'varchar', amount: 'integer', open: 'integer' } };

/** An output column that is gone, has another name, or is made from other columns. */
export const outputColumn = defineRule({
  id: 'output-column',
  title: 'A column is gone, renamed or made from others',
  severity: 'S3',
  page: {
    what: 'Of two texts of a model: the later one has no column of a name that the earlier one had (renamed where the same expression stands under a new name), or makes a column from other columns. Told by `diff-sql` only: in a review, `column-lineage` tells it, with who reads the column, and blocks where something of the project still wants it. Silent about columns that a `select *` may give, and where a rule names more closely what happened to the expression.',
    why: 'What reads the model by a name that is gone fails, or, where it takes all columns as they come, goes on without it. A column that is made from another one fails nowhere.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, amount from orders',
      after: 'select id, open as amount from orders',
      relations: { orders },
    },
    alsoFires: [
      {
        kind: 'sql',
        title: 'Another name.',
        before: 'select id, status, amount from orders',
        after: 'select id, status as order_status, amount from orders',
        relations: { orders },
        notRun: 'the rows are the same under other names',
      },
    ],
    silent: [
      {
        kind: 'sql',
        title: 'The column is gone from a CTE, and nothing read it there.',
        before: 'with all_orders as (select id, status, amount from orders) select id, amount from all_orders',
        after: 'with all_orders as (select id, amount from orders) select id, amount from all_orders',
        relations: { orders },
      },
    ],
    safeIf: 'Keep the old column beside the new one until its readers have moved.',
    waive: '',
  },
  messages: {
    removed: '`{model}` no longer has {columns}',
    renamed: '`{model}` has {columns}',
    're-sourced': '`{columns}` of `{model}` is made from {after} now, and was from {before}',
  },
  find: ({ change, models }) =>
    isReview(change) ? [] : models.flatMap((model) => [...lostIn(model), ...remadeIn(model)]),
});

/** Whether artifacts of dbt stand behind the two sides: then the gate on columns knows who reads them. */
function isReview({ base, head }: Change): boolean {
  return base.artifacts.length + head.artifacts.length > 0;
}

type Gone = Extract<Edit, { readonly kind: 'output-removed' }>;
type Come = Extract<Edit, { readonly kind: 'output-added' }>;

function lostIn(model: ComparedModel): readonly RuleFinding<Message>[] {
  if (model.edits.some(({ kind }) => kind === 'stars')) return [];
  const own = model.edits.filter((edit) => isOwn(model, edit));
  const come = own.filter((edit): edit is Come => edit.kind === 'output-added');
  const lost = own
    .filter((edit): edit is Gone => edit.kind === 'output-removed')
    .map((edit) => ({ edit, to: come.find(({ output }) => output.term.text === edit.output.term.text)?.output.name }));
  return [
    ...lostFinding(
      model,
      'renamed',
      lost.filter(({ to }) => to !== undefined),
    ),
    ...lostFinding(
      model,
      'removed',
      lost.filter(({ to }) => to === undefined),
    ),
  ];
}

/** Whether an edit is of what the model itself gives: its own SELECT, or the first part of its UNION. */
function isOwn({ base }: ComparedModel, edit: Edit): boolean {
  return edit.base === base || (base.kind === 'set' && base.members[0] === edit.base);
}

function lostFinding(
  model: ComparedModel,
  messageId: 'removed' | 'renamed',
  lost: readonly { readonly edit: Gone; readonly to: string | undefined }[],
): readonly RuleFinding<Message>[] {
  const [first] = lost;
  if (first === undefined) return [];
  const columns = lost.map(({ edit }) => edit.output.name);
  const words = lost.map(({ edit, to }) => (to === undefined ? '' : `\`${to}\` for `) + `\`${edit.output.name}\``);
  const told = tellEdit<Message>(model, {
    messageId,
    edit: first.edit,
    columns,
    data: { columns: toLine(words.join(', '), 200) },
    matters: 'whatever reads the model by its old columns',
    safeIf: 'keep the old column beside the new one until its readers have moved',
    key: columns.join(','),
  });
  return [{ ...told, edits: lost.map(({ edit }) => edit) }];
}

function remadeIn(model: ComparedModel): readonly RuleFinding<Message>[] {
  return model.edits.flatMap((edit): readonly RuleFinding<Message>[] => {
    if (edit.kind !== 'output-changed') return [];
    const [before, after] = [onlyIn(edit.before.term, edit.after.term), onlyIn(edit.after.term, edit.before.term)];
    if (before.length === 0 || after.length === 0) return [];
    return [
      tellEdit<Message>(model, {
        messageId: 're-sourced',
        edit,
        span: edit.after.term.span,
        columns: edit.columns === 'all' ? [] : edit.columns,
        data: { columns: edit.after.name, before: before.join(', '), after: after.join(', ') },
        matters: 'each row in which the two differ',
        safeIf: 'show that they hold the same, or tell those who read the column',
        key: `${edit.after.name} ${before.join(',')} ${after.join(',')}`,
      }),
    ];
  });
}

/** Names of columns that only one term reads. */
function onlyIn({ reads }: Term, other: Term): readonly string[] {
  const theirs = new Set(other.reads.map(({ name }) => name));
  return [...new Set(reads.map(({ name }) => name))].filter((name) => !theirs.has(name)).map((name) => `\`${name}\``);
}
