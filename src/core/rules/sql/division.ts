import type { Block, Term } from '#core/meaning';
import type { Dialect } from '#core/sql';
import { toDialect } from '#core/sql';
import { typeOf } from '../column-types.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { changedTerms, newTerms, partsIn } from '../sql-changes.ts';
import { placeWords, tellEdit } from '../tell-edit.ts';
import { termWords } from '../term-words.ts';

type Message = 'truncates' | 'by-zero';
const tickets = { columns: { id: 'integer', solved: 'integer', opened: 'integer' } };

/** Dialects in which an integer divided by an integer is an integer. */
const truncating: ReadonlySet<Dialect> = new Set(['postgres', 'redshift', 'tsql', 'trino', 'athena', 'sqlite']);

/** A division that cuts off, or that fails on zero. */
export const division = defineRule({
  id: 'division',
  title: 'Division of integers, or by zero',
  severity: 'S3',
  page: {
    what: 'A new division of two integers in a dialect that cuts off the fraction (PostgreSQL, Redshift, SQL Server, Trino, Athena, SQLite), where both types are known; and a new division whose denominator may be 0: no NULLIF, SAFE_DIVIDE or CASE stands before it. Silent where the denominator is a number, COUNT(*), or guarded.',
    why: 'A share of two counts is 0 until it is 1. A denominator of 0 makes the whole run fail in some warehouses, and gives NULL or infinity in others.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, solved / nullif(opened, 0) as share from tickets',
      after: 'select id, solved / opened as share from tickets',
      relations: { tickets },
      notRun: 'DuckDB gives NULL for a division by 0, as NULLIF does; PostgreSQL and others fail',
    },
    silent: [
      {
        kind: 'sql',
        title: 'A denominator that cannot be 0.',
        before: 'select solved as share from tickets',
        after: 'select solved / 100.0 as share from tickets',
        relations: { tickets },
        notRun: 'its values differ on purpose: the edit is told by another rule',
      },
    ],
    safeIf: 'Write `x / nullif(y, 0)`, and cast one operand to a decimal.',
    waive: '',
  },
  messages: {
    truncates: '{place} of `{model}` divides integers: `{division}` cuts off the fraction in {dialect}',
    'by-zero': '{place} of `{model}` may divide by 0: `{division}`',
  },
  find: (input) => input.models.flatMap((model) => findIn(input, model)),
});

function findIn({ change }: RuleInput, model: ComparedModel): readonly RuleFinding<Message>[] {
  const dialect = toDialect(change.head.project.metadata.adapterType);
  const known = new Set(changedTerms(model).flatMap(({ before }) => divisionsIn(before).map(({ term }) => term.text)));
  return newTerms(model).flatMap(({ edit, term, name, columns }) => {
    const block = edit.head;
    if (block.kind !== 'block') return [];
    const stands = edit.kind === 'output-added' || edit.kind === 'output-changed' ? 'output' : 'filter';
    return divisionsIn(term)
      .filter((one) => !known.has(one.term.text))
      .flatMap((one): readonly RuleFinding<Message>[] => {
        const messageId = problemOf(one, block, change, dialect);
        if (messageId === null) return [];
        const [, denominator] = one.term.children;
        return [
          tellEdit(model, {
            messageId,
            edit,
            span: one.term.span ?? term.span,
            columns,
            data: {
              place: placeWords({ stands, name }),
              division: termWords(one.term),
              ...(messageId === 'truncates' ? { dialect } : {}),
            },
            matters:
              messageId === 'truncates'
                ? 'each row in which one does not divide the other'
                : `a row in which \`${denominator === undefined ? '' : termWords(denominator)}\` is 0`,
            safeIf:
              messageId === 'truncates' ? 'cast one operand to a decimal' : 'write the denominator as nullif(…, 0)',
            key: `${name} ${messageId}`,
          }),
        ];
      });
  });
}

interface Division {
  readonly term: Term;
  /** Conditions of the CASE in whose branch it stands. */
  readonly guards: readonly Term[];
}

function divisionsIn(term: Term, guards: readonly Term[] = []): readonly Division[] {
  const own: readonly Division[] = term.kind === 'operator' && term.name === '/' ? [{ term, guards }] : [];
  const inner = term.children.flatMap((child, at) => {
    const before =
      term.kind === 'case' ? term.children.filter((_, place) => place % 2 === 0 && place < Math.max(at, 1)) : [];
    return divisionsIn(child, [...guards, ...before]);
  });
  return [...own, ...inner];
}

function problemOf(
  { term, guards }: Division,
  block: Block,
  { head }: RuleInput['change'],
  dialect: Dialect,
): Message | null {
  const [left, right] = term.children;
  if (left === undefined || right === undefined) return null;
  const isInteger = (one: Term): boolean => typeOf(one, block, head) === 'integer';
  if (truncating.has(dialect) && isInteger(left) && isInteger(right)) return 'truncates';
  return mayBeZero(right) && !isGuarded(right, [...guards, ...block.where.map((condition) => condition.term)])
    ? 'by-zero'
    : null;
}

function mayBeZero(term: Term): boolean {
  if (term.kind === 'literal') return /^0(?:\.0*)?$/.test(term.name);
  if (term.reads.length === 0 && term.kind !== 'aggregate') return false;
  if (term.kind === 'aggregate' && term.name === 'count' && term.children[0]?.name === '*') return false;
  if (term.kind === 'cast') return term.children[0] === undefined || mayBeZero(term.children[0]);
  return (
    !partsIn(term).some(
      ({ kind, name }) => kind === 'function' && ['nullif', 'greatest', 'nullifzero', 'exp', 'power'].includes(name),
    ) && !hasOffset(term)
  );
}

/** `count(x) + 1`. */
function hasOffset({ kind, name, children }: Term): boolean {
  return (
    kind === 'operator' && name === '+' && children.some((child) => child.kind === 'literal' && Number(child.name) > 0)
  );
}

/** Whether a condition before it looks at the denominator. */
function isGuarded(denominator: Term, guards: readonly Term[]): boolean {
  const read = new Set(denominator.reads.map(({ input, name }) => `${input}.${name}`));
  return guards.some((guard) => guard.reads.some(({ input, name }) => read.has(`${input}.${name}`)));
}
