import type { Term } from '../plan/plan.ts';
import { columnName } from './column-name.ts';

const comparisons: ReadonlySet<string> = new Set(
  '= == <> != < <= > >= like ilike rlike regexp not_like ~ ~* !~ !~* similar_to'
    .split(' ')
    .flatMap((name) => [name, name.replace('_', ' ')])
    .concat('not ilike', 'not rlike', 'not regexp', 'not similar to'),
);

/** Operators and functions that are NULL when an operand is, and only then. */
const strict: ReadonlySet<string> = new Set(
  `+ - * || upper lower trim ltrim rtrim abs ceil ceiling floor round length len char_length md5 sha1 sha256 to_hex date_trunc
   timestamp_trunc datetime_trunc replace reverse initcap`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

/** Functions that are NULL when an operand is, and may be NULL besides. */
const nullIfOperandIs: ReadonlySet<string> = new Set(
  '/ % mod div date year month day hour minute date_diff datediff timestamp_diff date_add dateadd date_sub substring substr left right split_part power sqrt ln'.split(
    ' ',
  ),
);

/** Columns that make a value NULL when they are NULL. */
function strictIn(term: Term): ReadonlySet<string> {
  if (term.kind === 'column') return term.column === null ? none : new Set([columnName(term.column)]);
  if (term.modifiers !== '') return none;
  if (term.kind === 'cast') return union(term.children.slice(0, 1).map(strictIn));
  const isStrict = strict.has(term.name) || nullIfOperandIs.has(term.name) || comparisons.has(term.name);
  return isStrict && (term.kind === 'operator' || term.kind === 'function') ? union(term.children.map(strictIn)) : none;
}

/** Columns of which the condition lets no row with a NULL through. */
export function rejectedIn(condition: Term): ReadonlySet<string> {
  const { kind, children } = condition;
  const [first] = children;
  if (condition.modifiers !== '') return none;
  if (kind === 'column') return strictIn(condition);
  if (first === undefined) return none;
  if (kind === 'in') return strictIn(first);
  return kind === 'operator' ? rejectedByOperator(condition, first) : none;
}

function rejectedByOperator(condition: Term, first: Term): ReadonlySet<string> {
  const { name, children, query } = condition;
  if (comparisons.has(name)) return strictIn(condition);
  switch (name) {
    case 'is not null':
    case 'is true':
      return strictIn(first);
    case 'and':
      return union(children.map(rejectedIn));
    case 'or':
      return common(children.map(rejectedIn));
    case 'not in':
      return query === null ? strictIn(first) : none;
    case 'not':
      return rejectedByNot(first);
    default:
      return none;
  }
}

function rejectedByNot({ kind, name, children, query, modifiers }: Term): ReadonlySet<string> {
  const [first] = children;
  if (first === undefined || modifiers !== '') return none;
  // NOT IN over no rows at all is true even for NULL.
  if (kind === 'in') return query === null ? strictIn(first) : none;
  if (kind !== 'operator') return none;
  if (comparisons.has(name)) return union(children.map(strictIn));
  if (name === 'is null') return strictIn(first);
  return name === 'or' ? union(children.map(rejectedByNot)) : none;
}

/** What is needed to say that a value is never NULL. */
export interface NullContext {
  /** Whether the column, `<input>.<column>`, is never NULL. */
  readonly isNotNull: (column: string) => boolean;
  /** Whether aggregates see at least one row: where there is a GROUP BY with something in it. */
  readonly isGrouped: boolean;
}

const numbering: ReadonlySet<string> = new Set(['row_number', 'rank', 'dense_rank', 'ntile', 'count', 'percent_rank']);
const firstNotNull: ReadonlySet<string> = new Set(['coalesce', 'ifnull', 'nvl', 'isnull']);
const clocks: ReadonlySet<string> = new Set(['current_timestamp', 'current_date', 'now', 'getdate', 'sysdate']);
const counts: ReadonlySet<string> = new Set(['count', 'count_if', 'countif']);
const ofValues: ReadonlySet<string> = new Set(['sum', 'min', 'max', 'avg', 'any_value']);

/** Whether a value is never NULL; false where that does not follow. */
export function neverNull(term: Term, context: NullContext): boolean {
  const { kind, name, modifiers } = term;
  if (kind === 'aggregate' && counts.has(name)) return true;
  if (modifiers !== '' && kind !== 'window' && kind !== 'literal') return false;
  return fullness[kind]?.(term, context) ?? false;
}

const fullness: Readonly<Partial<Record<Term['kind'], (term: Term, context: NullContext) => boolean>>> = {
  column: ({ column }, { isNotNull }) => column !== null && isNotNull(columnName(column)),
  literal: ({ name }) => name.toLowerCase() !== 'null',
  exists: () => true,
  cast: ({ name, children }, context) => !/^(?:try|safe)/.test(name) && all(children.slice(0, 1), context),
  case: ({ children }, context) =>
    children.length % 2 === 1 &&
    all(
      children.filter((_, at) => at % 2 === 1 || at === children.length - 1),
      context,
    ),
  window: ({ children }) => numbering.has(children[0]?.name ?? ''),
  aggregate: ({ name, children }, context) =>
    context.isGrouped && ofValues.has(name) && children.length === 1 && all(children, context),
  operator: ({ name, children }, context) =>
    name === 'is null' ||
    name === 'is not null' ||
    ((comparisons.has(name) || strict.has(name)) && all(children, context)),
  function: ({ name, children }, context) => {
    if (firstNotNull.has(name)) return children.some((one) => neverNull(one, context));
    return (children.length === 0 && clocks.has(name)) || (strict.has(name) && all(children, context));
  },
};

function all(terms: readonly Term[], context: NullContext): boolean {
  return terms.length > 0 && terms.every((one) => neverNull(one, context));
}

const none: ReadonlySet<string> = new Set();

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

function common(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first = none, ...rest] = sets;
  return new Set([...first].filter((name) => rest.every((set) => set.has(name))));
}
