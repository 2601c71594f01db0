import { InvariantError, RepositoryError } from '#core/base';
import type { Expression, ExpressionKind, Identifier, Join, Limit, Query, SetOperation, Source, Span } from '#core/sql';

/** Levels of nesting that a tree may have: what walks it may then recurse. */
const deepest = 600;

/** What an expression is made of, besides its kind and name. */
interface Parts {
  readonly children?: readonly Expression[];
  readonly column?: readonly Identifier[];
  readonly query?: Query | null;
  readonly distinct?: boolean;
  readonly span?: Span;
}

/** Makes an expression; without a span of its own it spans its children. */
export function expression(kind: ExpressionKind, name: string, parts: Parts = {}): Expression {
  const children = parts.children ?? [];
  return {
    kind,
    name,
    column: parts.column ?? [],
    children,
    query: parts.query ?? null,
    distinct: parts.distinct ?? false,
    span: parts.span === undefined ? spanOf(children) : parts.span,
  };
}

/** A source with nothing but what is given. */
export function source(
  from: Source['from'],
  alias: Identifier | null,
  join: Join | null,
  more: Partial<Source> = {},
): Source {
  return { from, alias, columnAliases: [], join, span: null, ...more };
}

/** The parts of a name; back-ticks may hold several of them: `db.schema.t` in BigQuery, and of a table in Spark. */
export function dottedParts(parts: readonly Identifier[], dialect: string, table: boolean): readonly Identifier[] {
  if (dialect !== 'bigquery' && !(table && (dialect === 'databricks' || dialect === 'spark'))) return parts;
  if (!parts.some(({ name }) => name.includes('.'))) return parts;
  return parts.flatMap(({ name, quoted }) => name.split('.').map((piece) => ({ name: piece, quoted })));
}

/** A clause inside an expression: operands that steer its value. */
export function clause(name: string, children: readonly Expression[]): Expression {
  return expression('clause', name, { children });
}

/** IF and IFF, as CASE. */
export function conditional([condition, ...values]: readonly Expression[]): Expression {
  const [then, otherwise] = values;
  const children = [
    ...(condition === undefined ? [] : [clause('when', [condition])]),
    ...(then === undefined ? [] : [then]),
  ];
  if (otherwise !== undefined) children.push(clause('else', [otherwise]));
  return expression('case', 'case', { children });
}

/** The smallest span that covers those of `items`; null when none has one. */
export function spanOf(items: readonly { readonly span: Span }[]): Span {
  let start = Number.POSITIVE_INFINITY;
  let end = -1;
  for (const { span } of items) {
    if (span === null) continue;
    start = Math.min(start, span.start);
    end = Math.max(end, span.end);
  }
  return end < 0 ? null : { start, end };
}

/** One set operation of a chain, and what stands to its right. */
export interface Step {
  readonly shape: Pick<SetOperation, 'operator' | 'all' | 'byName' | 'modifiers'>;
  readonly member: Query;
}

/**
 * The query of a chain of set operations written without parentheses. INTERSECT binds before the others, as in the SQL
 * standard, but not in SQLite; neighbours of one kind become one operation of many members.
 */
export function chain(first: Query, steps: readonly Step[], dialect: string): Query {
  const terms: Step[] = [];
  let leading = first;
  let open: SetOperation | null = null;
  for (const step of steps) {
    if (step.shape.operator !== 'intersect' || dialect === 'sqlite') {
      terms.push(step);
      open = null;
      continue;
    }
    const last = terms.at(-1);
    open = chained(open, step.shape, last?.member ?? leading, step.member);
    if (last === undefined) leading = bare(open);
    else terms[terms.length - 1] = { ...last, member: bare(open) };
  }
  let query = leading;
  open = null;
  for (const { shape, member } of terms) {
    open = chained(open, shape, query, member);
    query = bare(open);
  }
  return query;
}

/** A LIMIT of which the count was not read. */
export const uncounted: Limit = { count: null, offset: null };

/** A query of nothing but its body. */
export function bare(body: Query['body']): Query {
  return { kind: 'query', ctes: [], recursive: false, body, orderBy: [], limit: null };
}

/** The set operation of `query` and `member`: `open` with one member more where that is the same operation. */
function chained(open: SetOperation | null, shape: Step['shape'], query: Query, member: Query): SetOperation {
  const same =
    open?.operator === shape.operator &&
    open.all === shape.all &&
    open.byName === shape.byName &&
    open.modifiers === shape.modifiers;
  if (open !== null && same) {
    // A chain of thousands is copied once, not once a member: nobody else holds what is being made here.
    (open.members as Query[]).push(member);
    return open;
  }
  return { kind: 'set-operation', ...shape, members: [query, member] };
}

/** Counts the levels of nesting while a tree is made, so that what walks the tree may recurse. */
export interface Depth {
  level: number;
}

/** Runs `make` one level deeper; refuses what is nested too deeply. */
export function deeper<Result>(depth: Depth, make: () => Result): Result {
  depth.level += 1;
  if (depth.level > deepest) throw notUnderstood(`more than ${deepest} levels of nesting`);
  const result = make();
  depth.level -= 1;
  return result;
}

/** What a translation throws for a construct that it does not know: the statement is then "not analysed", never guessed. */
export function notUnderstood(what: string): RepositoryError {
  return new RepositoryError('sql-not-understood', what);
}

/** A record of an engine's answer, its fields not yet known. */
export type Raw = Readonly<Record<string, unknown>>;

/** `value` as a record; null when it is not one. */
export function record(value: unknown): Raw | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : null;
}

/** `value` as a record that must be there. */
export function needRecord(value: unknown, what: string): Raw {
  const found = record(value);
  if (found === null) throw new InvariantError('sql-engine-answer', `${what} is not an object`);
  return found;
}

/** `value` as a list; empty when it is not one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `value` as text; null when it is not text or is empty. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

const datePart =
  /^(?:milli|micro|nano)?(?:second|minute|hour|day|week|isoweek|month|quarter|year|isoyear|decade|century)s?$|^(?:day|week)of(?:week|month|year)(?:iso)?$/i;
const partFirst = /^(?:date|time|timestamp|datetime)_?(?:diff|add|sub|part|trunc|name)$/;

/** Arguments of a date function, with a unit that stands there without quotes (`datediff(day, a, b)`) told from a column. */
export function withDatePart(name: string, operands: readonly Expression[], dialect: string): readonly Expression[] {
  if (!partFirst.test(name)) return operands;
  const at = dialect === 'bigquery' ? operands.length - 1 : 0;
  const unit = operands[at];
  const [only, ...more] = unit?.kind === 'column' ? unit.column : [];
  if (unit === undefined || only === undefined || more.length > 0 || !datePart.test(only.name)) return operands;
  return operands.with(at, expression('parameter', only.name.toLowerCase(), { span: unit.span }));
}
