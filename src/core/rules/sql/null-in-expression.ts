import type { Block, Facts, Term } from '#core/meaning';
import { neverNullIn } from '#core/meaning';
import type { Dialect } from '#core/sql';
import { toDialect } from '#core/sql';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { type ChangedPart, type ChangedTerm, changedParts, changedTerms } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

const people = {
  columns: { id: 'integer', first_name: 'varchar', last_name: 'varchar', bonus: 'integer', salary: 'integer' },
};

/** Dialects in which GREATEST, LEAST and CONCAT are NULL where one operand is. */
const strictFunctions: Readonly<Record<string, ReadonlySet<Dialect>>> = {
  concat: new Set([
    'snowflake',
    'bigquery',
    'redshift',
    'databricks',
    'spark',
    'trino',
    'athena',
    'mysql',
    'clickhouse',
  ]),
  greatest: new Set(['snowflake', 'bigquery', 'trino', 'athena', 'mysql']),
  least: new Set(['snowflake', 'bigquery', 'trino', 'athena', 'mysql']),
};

/** One NULL makes the whole NULL. */
export const nullInExpression = defineRule({
  id: 'null-in-expression',
  title: 'NULL in a sum or a joined text',
  severity: 'S3',
  page: {
    what: 'A column that may be NULL newly joined into `+`, `-`, `*`, `/` or `||`, or into CONCAT, GREATEST and LEAST in dialects in which these are NULL then. Silent where the column is proven never to be NULL, or COALESCE stands around it.',
    why: 'Where one operand is NULL the result is, so that rows that had a value lose it.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, salary as paid from people',
      after: 'select id, salary + bonus as paid from people',
      relations: { people },
    },
    silent: [
      {
        kind: 'sql',
        title: 'COALESCE around the new operand.',
        before: 'select id, salary as paid from people',
        after: 'select id, salary + coalesce(bonus, 0) as paid from people',
        relations: { people },
        notRun: 'its values differ on purpose: a bonus is added',
      },
    ],
    safeIf: "Write `coalesce(…, 0)` or `coalesce(…, '')` around it, or add a `not_null` test.",
    waive: '',
  },
  messages: {
    null: '{place} of `{model}` is NULL now where `{operand}` is: `{after}`, it was `{before}`',
  },
  find: (input) =>
    input.models.flatMap((model) =>
      changedTerms(model)
        .filter(({ stands }) => stands === 'output' || stands === 'group')
        .flatMap((changed) =>
          changedParts(changed.before, changed.after).flatMap((part) => findIn(input, model, changed, part)),
        ),
    ),
});

function findIn(
  { change, facts }: RuleInput,
  model: ComparedModel,
  changed: ChangedTerm,
  { before, after, within }: ChangedPart,
): readonly RuleFinding<'null'>[] {
  const dialect = toDialect(change.head.project.metadata.adapterType);
  const { head } = changed.edit;
  if (head.kind !== 'block' || !isStrict(after, dialect) || within.some(isForgiving)) return [];
  const operands = flat(after);
  const own = isStrict(before, dialect) && before.name === after.name ? flat(before) : [before];
  const known = new Set(own.map(({ text }) => text));
  if (!operands.some(({ text }) => known.has(text))) return [];
  const fresh = operands.find((operand) => !known.has(operand.text) && mayBeNull(operand, head, facts.head));
  if (fresh === undefined) return [];
  return [
    tellEdit(model, {
      messageId: 'null',
      edit: changed.edit,
      span: fresh.span ?? after.span,
      columns: changed.columns,
      data: {
        place: placeWords(changed),
        operand: termWords(fresh),
        before: termWords(before),
        after: termWords(after),
      },
      matters: `a row in which \`${termWords(fresh)}\` is NULL; no not_null test covers it`,
      safeIf: `write coalesce around \`${termWords(fresh)}\`, or add a not_null test`,
      key: `${changed.name} ${termWords(fresh)}`,
    }),
  ];
}

function isStrict({ kind, name, modifiers }: Term, dialect: Dialect): boolean {
  if (modifiers !== '') return false;
  if (kind === 'operator') return ['+', '-', '*', '/', '||'].includes(name);
  return kind === 'function' && strictFunctions[name]?.has(dialect) === true;
}

/** What takes a NULL in good part. */
function isForgiving({ kind, name }: Term): boolean {
  return kind === 'aggregate' || (kind === 'function' && (name === 'coalesce' || name === 'zeroifnull'));
}

/** The operands of a chain of one operator. */
function flat(term: Term): readonly Term[] {
  return term.children.flatMap((child) =>
    child.kind === term.kind && child.name === term.name ? flat(child) : [child],
  );
}

function mayBeNull(term: Term, block: Block, facts: Facts): boolean {
  if (term.column !== null) return neverNullIn(block, facts, term.column) === null;
  if (term.kind === 'cast') return term.children[0] !== undefined && mayBeNull(term.children[0], block, facts);
  return false;
}
