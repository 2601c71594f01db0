import type { Cte, Dialect, Expression, Identifier, Join, Projection, Query, Select, Source } from '#core/sql';
import {
  bare,
  chain,
  deeper,
  expression,
  list,
  needRecord,
  notUnderstood,
  type Raw,
  record,
  type Step,
  text,
  uncounted,
} from './build.ts';
import { identifier, identifiers, type Translation, toOrder, windowClauses } from './node-sql-parser-clauses.ts';
import { queryOf, toExpression, toExpressions } from './node-sql-parser-expression.ts';

/**
 * Turns node-sql-parser's tree into ours; it gives no positions. Throws RepositoryError for a construct that it does not know.
 */
export function nodeSqlParserTree(ast: unknown, dialect: Dialect): Query {
  const translation: Translation = {
    dialect,
    depth: { level: 0 },
    query: (body) => toQuery(body, dialect, translation),
    expression: (value) => toExpression(value, translation),
  };
  const statements = Array.isArray(ast) ? ast : [ast];
  const query = queryOf(statements[0]);
  if (query === null || statements.length > 1) throw notUnderstood('something else than one query');
  // It gives no direction of NULLs, no sample, no count of a LIMIT: what it reads is never proven equal to anything.
  return { ...translation.query(query), lossy: ['what node-sql-parser does not give'] };
}

/** The engine chains set operations through `_next`, and hangs a trailing ORDER BY or LIMIT on the last member. */
function toQuery(ast: Raw, dialect: Dialect, t: Translation): Query {
  const ctes = list(ast['with']).map((item) => toCte(needRecord(item, 'CTE'), dialect, t));
  const recursive = record(list(ast['with'])[0])?.['recursive'] === true;
  const first = bare(deeper(t.depth, () => selectOf(ast, dialect, t)));
  const steps: Step[] = [];
  let at = ast;
  for (let next = record(ast['_next']); next !== null; next = record(next['_next'])) {
    const [operator, ...words] = (text(at['set_op']) ?? '').toLowerCase().split(' ');
    if (operator !== 'union' && operator !== 'except' && operator !== 'intersect')
      throw notUnderstood('a set operation of unknown kind');
    const own = next;
    const member = bare(deeper(t.depth, () => selectOf(own, dialect, t)));
    steps.push({ shape: { operator, all: words.includes('all'), byName: words.includes('name') }, member });
    at = next;
  }
  return { ...chain(first, steps, dialect), ctes, recursive };
}

function toCte(body: Raw, dialect: Dialect, t: Translation): Cte {
  const name = identifier(body['name']);
  const query = queryOf(body['stmt']);
  if (name === null || query === null) throw notUnderstood('a CTE without a name or a query');
  const columnAliases = list(body['columns']).flatMap((item) => identifier(record(item)?.['column'] ?? item) ?? []);
  return { name, columnAliases, query: toQuery(query, dialect, t) };
}

function selectOf(body: Raw, dialect: Dialect, t: Translation): Select {
  const distinct = body['distinct'];
  const distinctType = text(distinct) ?? text(record(distinct)?.['type']) ?? '';
  const on = list(record(distinct)?.['columns']).map((item) => toExpression(record(item)?.['expr'], t));
  return {
    kind: 'select',
    distinct: distinctType === 'DISTINCT',
    distinctOn: on,
    projections: list(body['columns']).map((item) => toProjection(needRecord(item, 'projection'), dialect, t)),
    sources: list(body['from']).map((item) => toSource(needRecord(item, 'FROM item'), t)),
    where: optional(body['where'], t),
    groupBy: toExpressions(record(body['groupby'])?.['columns'] ?? body['groupby'], t),
    having: optional(body['having'], t),
    qualify: optional(body['qualify'], t),
    orderBy: toOrder(body['orderby'], t),
    limit: list(record(body['limit'])?.['value']).length > 0 || record(body['top']) !== null ? uncounted : null,
    windows: list(record(body['window'])?.['expr']).map((item) => namedWindow(needRecord(item, 'WINDOW'), t)),
  };
}

function optional(value: unknown, t: Translation): Expression | null {
  return record(value) === null ? null : toExpression(value, t);
}

function namedWindow(body: Raw, t: Translation): Select['windows'][number] {
  const name = identifier(body['name']);
  if (name === null) throw notUnderstood('WINDOW without a name');
  return {
    name,
    expression: expression('window', name.name, { children: windowClauses(body['as_window_specification'], t) }),
  };
}

function toProjection(body: Raw, dialect: Dialect, t: Translation): Projection {
  const inner = needRecord(body['expr'], 'projection');
  const isText = inner['type'] === 'double_quote_string' && dialect === 'bigquery';
  const made = isText ? literal(inner) : toExpression(inner, t);
  if (made.kind === 'star') {
    return { kind: 'star', qualifier: made.column, except: [], replace: [], rename: [], span: null };
  }
  const assigned = dialect === 'tsql' ? assignment(made) : null;
  if (assigned !== null) return assigned;
  const alias = identifier(body['as']) ?? (inner['type'] === 'cast' ? identifier(inner['as']) : null);
  return { kind: 'column', expression: made, alias, span: null };
}

/** T-SQL's `name = value`. */
function assignment(made: Expression): Projection | null {
  const [target, value] = made.kind === 'operator' && made.name === '=' ? made.children : [];
  if (value === undefined || target?.kind !== 'column' || target.column.length !== 1) return null;
  return { kind: 'column', expression: value, alias: target.column[0] ?? null, span: null };
}

function literal(body: Raw): Expression {
  return expression('literal', `'${String(body['value'])}'`);
}

/** Words that the engine takes for the alias of the table before them, when that table has no alias of its own. */
const joinWords = /^(cross|natural|asof|anti|semi|positional)$/i;

function toSource(body: Raw, t: Translation): Source {
  const alias = identifier(body['as']);
  if (alias !== null && joinWords.test(alias.name)) {
    throw notUnderstood(`the word ${alias.name} after a table, which this engine takes for an alias`);
  }
  if (record(body['operator']) !== null) throw notUnderstood('PIVOT');
  const join = toJoin(body, t);
  const { name, columnAliases } = aliasParts(alias);
  const more = { alias: name, columnAliases, join, span: null };
  const table = identifier(body['table']);
  if (table !== null) {
    const database = identifier(body['catalog']) ?? identifier(body['server']) ?? identifier(body['db']);
    return {
      from: { kind: 'table', name: dotted([...identifiers([database, body['schema']].map(plain)), table]) },
      ...more,
    };
  }
  return { from: derived(body, t), ...more };
}

function plain(value: unknown): unknown {
  const name = record(value);
  return typeof name?.['name'] === 'string' ? name['name'] : value;
}

function dotted(parts: readonly Identifier[]): readonly Identifier[] {
  return parts.length > 1
    ? parts
    : parts.flatMap((part) => part.name.split('.').map((name) => ({ name, quoted: part.quoted })));
}

/** The engine leaves column aliases in the text of the alias: `v(a, b)`. */
function aliasParts(alias: Identifier | null): {
  readonly name: Identifier | null;
  readonly columnAliases: readonly Identifier[];
} {
  const found = alias === null ? null : /^([^(]*)\((.*)\)$/s.exec(alias.name);
  if (alias === null || found === null) return { name: alias, columnAliases: [] };
  const columns = (found[2] ?? '').split(',').map((column) => column.trim().split(/\s+/)[0] ?? '');
  return {
    name: { name: (found[1] ?? '').trim(), quoted: alias.quoted },
    columnAliases: columns.flatMap((column) => identifier(column) ?? []),
  };
}

function derived(body: Raw, t: Translation): Source['from'] {
  const inner = needRecord(body['expr'], 'FROM item');
  const query = queryOf(inner);
  if (query !== null)
    return {
      kind: 'subquery',
      query: t.query(query),
      lateral: text(body['prefix']) !== null || /APPLY/.test(text(body['join']) ?? ''),
    };
  if (inner['type'] === 'values')
    return { kind: 'values', rows: list(inner['values']).map((row) => toExpressions(row, t)) };
  if (body['type'] === 'unnest') {
    const ordinal =
      identifier(body['with_offset_as']) ??
      (record(body['with_offset']) === null ? null : { name: 'offset', quoted: false });
    return { kind: 'table-function', name: 'unnest', expressions: [toExpression(inner, t)], ordinal };
  }
  const called = toExpression(inner, t);
  if (called.kind !== 'function') throw notUnderstood('a FROM item of unknown form');
  return { kind: 'table-function', name: called.name, expressions: called.children, ordinal: null };
}

const joins: Readonly<Record<string, Join['kind']>> = {
  'INNER JOIN': 'inner',
  JOIN: 'inner',
  'LEFT JOIN': 'left',
  'LEFT OUTER JOIN': 'left',
  'RIGHT JOIN': 'right',
  'RIGHT OUTER JOIN': 'right',
  'FULL JOIN': 'full',
  'FULL OUTER JOIN': 'full',
  'CROSS JOIN': 'cross',
  'CROSS APPLY': 'cross',
  'OUTER APPLY': 'left',
  'LEFT SEMI JOIN': 'semi',
  'LEFT ANTI JOIN': 'anti',
};

function toJoin(body: Raw, t: Translation): Join | null {
  const name = text(body['join']);
  if (name === null) return null;
  const kind = joins[name];
  if (kind === undefined) throw notUnderstood(`a ${name}`);
  const on = optional(body['on'], t);
  const using = identifiers(list(body['using']));
  // The engine gives an INNER JOIN without a condition for CROSS and NATURAL joins alike; a tree must not say which.
  if (kind === 'inner' && on === null && using.length === 0) throw notUnderstood('a JOIN without a condition');
  return { kind, natural: false, on, using };
}
