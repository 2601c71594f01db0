import type {
  Cte,
  Dialect,
  Expression,
  Identifier,
  Projection,
  Query,
  Select,
  SetOperation,
  Span,
  Star,
  Values,
} from '#core/sql';
import {
  bare,
  chain,
  deeper,
  dottedParts,
  expression,
  list,
  needRecord,
  notUnderstood,
  type Raw,
  record,
  type Step,
  spanOf,
} from './build.ts';
import { toOrder, windowClauses } from './polyglot-clauses.ts';
import { operand, toExpression, toExpressions } from './polyglot-expression.ts';
import { identifier, identifiers, span, type Tagged, type Translation, tagged } from './polyglot-node.ts';
import { toSources } from './polyglot-source.ts';

/**
 * Turns the tree of @polyglot-sql/sdk's `parse` into ours. `sql` is the text that was parsed, for positions.
 * Throws RepositoryError for a construct that it does not know.
 */
export function polyglotTree(ast: unknown, sql: string, dialect: Dialect): Query {
  const translation: Translation = {
    dialect,
    depth: { level: 0 },
    offset: codePointOffsets(sql),
    query: (node) => toQuery(node, translation),
    expression: (value) => toExpression(value, translation),
    swallowed: [],
  };
  const statements = list(ast);
  const first = tagged(statements[0]);
  if (first === null) throw notUnderstood('no statement');
  if (statements.length > 1) throw notUnderstood(`${statements.length} statements where one query was expected`);
  return toQuery(first, translation);
}

/** UTF-16 offset by code point. The engine counts code points. */
function codePointOffsets(sql: string): (codePoint: number) => number {
  if (!/[\ud800-\udfff]/.test(sql)) return (codePoint) => codePoint;
  const offsets: number[] = [];
  let offset = 0;
  for (const character of sql) {
    offsets.push(offset);
    offset += character.length;
  }
  return (codePoint) => offsets[codePoint] ?? sql.length;
}

function toQuery(node: Tagged, t: Translation): Query {
  return deeper(t.depth, () => queryOf(node, t));
}

const queries: Readonly<Record<string, (node: Tagged, t: Translation) => Query>> = {
  select: ({ body }, t) => selectQuery(body, t),
  union: (node, t) => setOperation(node, t),
  except: (node, t) => setOperation(node, t),
  intersect: (node, t) => setOperation(node, t),
  values: ({ body }, t) => bare(valuesOf(body, t)),
  paren: ({ body }, t) => nested(body, t),
  annotated: ({ body }, t) => nested(body, t),
  subquery: ({ body }, t) => ({ ...nested(body, t), ...tail(body, t) }),
  table: (node, t) => bare(everythingFrom(node, t)),
  pivot: (node, t) => bare(everythingFrom(node, t)),
  unpivot: (node, t) => bare(everythingFrom(node, t)),
  create_table: ({ body }, t) => nested({ this: body['as_select'] }, t),
  create_view: ({ body }, t) => nested({ this: body['query'] }, t),
};

function queryOf(node: Tagged, t: Translation): Query {
  const translator = Object.hasOwn(queries, node.tag) ? queries[node.tag] : undefined;
  if (translator !== undefined) return translator(node, t);
  throw notUnderstood(`a ${node.tag.replaceAll('_', ' ')} statement where a query was expected`);
}

function nested(body: Raw, t: Translation): Query {
  const inner = tagged(body['this']);
  if (inner === null) throw notUnderstood('parentheses around something unknown');
  return bare(toQuery(inner, t));
}

/** `from t`, and DuckDB's PIVOT statement. */
function everythingFrom(node: Tagged, t: Translation): Select {
  const star: Star = { kind: 'star', qualifier: [], except: [], replace: [], rename: [], span: null };
  const from = { expressions: [{ [node.tag]: node.body }] };
  return { ...selectOf({ from }, t), projections: [star] };
}

function withClause(value: unknown, t: Translation): { readonly ctes: readonly Cte[]; readonly recursive: boolean } {
  const body = record(value);
  if (body === null) return { ctes: [], recursive: false };
  const ctes = list(body['ctes']).map((item) => toCte(needRecord(item, 'CTE'), t));
  return { ctes, recursive: body['recursive'] === true };
}

function toCte(body: Raw, t: Translation): Cte {
  const name = identifier(body['alias']);
  const query = tagged(body['this']);
  if (name === null || query === null) throw notUnderstood('a CTE without a name or a query');
  return { name, columnAliases: identifiers(body['columns']), query: toQuery(query, t) };
}

function tail(body: Raw, t: Translation): Pick<Query, 'orderBy' | 'limit'> {
  const limited = [body['limit'], body['offset'], body['fetch']].some((clause) => record(clause) !== null);
  return { orderBy: toOrder(record(body['order_by'])?.['expressions'], t), limit: limited };
}

function selectQuery(body: Raw, t: Translation): Query {
  const { query, swallowed } = plainSelect(body, t);
  const ends = swallowed === null ? [] : [swallowed.body];
  const whole = swallowed === null ? query : chain(query, stepsOf(swallowed, ends, t), t.dialect);
  return { ...whole, ...withClause(body['with'], t), ...tailOf(ends, t) };
}

/** A SELECT, and the set operations after it that the engine has swallowed into one of its expressions. */
function plainSelect(body: Raw, t: Translation): { readonly query: Query; readonly swallowed: Tagged | null } {
  const own: Translation = { ...t, swallowed: [] };
  return { query: bare(selectOf(body, own)), swallowed: own.swallowed[0] ?? null };
}

/** A chain of set operations. */
function setOperation(node: Tagged, t: Translation): Query {
  const query = toQuery(leftmostOf(node), t);
  const ends = [node.body];
  const whole = chain(query, stepsOf(node, ends, t), t.dialect);
  return { ...whole, ...withClause(node.body['with'], t), ...tailOf(ends, t) };
}

function isSetOperation({ tag }: Tagged): boolean {
  return tag === 'union' || tag === 'except' || tag === 'intersect';
}

function leftmostOf(node: Tagged): Tagged {
  let at: Tagged | null = node;
  while (at !== null && isSetOperation(at)) at = tagged(at.body['left']);
  if (at === null) throw notUnderstood('a set operation without a left side');
  return at;
}

/** ORDER BY and LIMIT of a chain, wherever in it the engine has hung them. */
function tailOf(ends: readonly Raw[], t: Translation): Pick<Query, 'orderBy' | 'limit'> {
  const tails = ends.map((body) => tail(body, t));
  return { orderBy: tails.flatMap(({ orderBy }) => orderBy), limit: tails.some(({ limit }) => limit) };
}

/** The operations of a chain from left to right; those that a member has swallowed follow it, and their ends go to `ends`. */
function stepsOf(node: Tagged, ends: Raw[], t: Translation): readonly Step[] {
  const written: Tagged[] = [];
  let at: Tagged | null = node;
  while (at !== null && isSetOperation(at)) {
    written.push(at);
    at = tagged(at.body['left']);
  }
  const steps: Step[] = [];
  for (const { tag, body } of written.reverse()) {
    const right = tagged(body['right']);
    if (right === null) throw notUnderstood('a set operation without a right side');
    const shape = { operator: tag as SetOperation['operator'], all: body['all'] === true, byName: byName(body) };
    if (right.tag !== 'select' || record(right.body['with']) !== null) {
      steps.push({ shape, member: toQuery(right, t) });
      continue;
    }
    const { query, swallowed } = deeper(t.depth, () => plainSelect(right.body, t));
    steps.push({ shape, member: query });
    if (swallowed === null) continue;
    ends.push(swallowed.body);
    steps.push(...stepsOf(swallowed, ends, t));
  }
  return steps;
}

function byName(body: Raw): boolean {
  return body['by_name'] === true || body['corresponding'] === true;
}

function valuesOf(body: Raw, t: Translation): Values {
  const rows = list(body['expressions']).map((row) => toExpressions(record(row)?.['expressions'], t));
  return { kind: 'values', rows };
}

function selectOf(body: Raw, t: Translation): Select {
  const sources = toSources(body, t);
  const projections = list(body['expressions']).flatMap((item) => toProjections(item, t));
  const distinctOn = toExpressions(body['distinct_on'], t);
  const exclude = identifiers(list(body['exclude']).map((item) => tagged(item)?.body['name'] ?? tagged(item)?.body));
  return {
    kind: 'select',
    distinct: body['distinct'] === true && distinctOn.length === 0,
    distinctOn,
    projections: exclude.length === 0 ? projections : projections.map((projection) => excluding(projection, exclude)),
    sources,
    where: condition([body['where_clause'], body['prewhere']], t),
    groupBy: groupByOf(body['group_by'], t),
    having: condition([body['having']], t),
    qualify: condition([body['qualify']], t),
    orderBy: toOrder(record(body['order_by'])?.['expressions'], t),
    limit: [body['limit'], body['offset'], body['fetch'], body['top']].some((clause) => record(clause) !== null),
    windows: list(body['windows']).map((item) => namedWindow(needRecord(item, 'WINDOW'), t)),
  };
}

function excluding(projection: Projection, exclude: readonly Identifier[]): Projection {
  return projection.kind === 'star' ? { ...projection, except: [...projection.except, ...exclude] } : projection;
}

function condition(clauses: readonly unknown[], t: Translation): Expression | null {
  const found = clauses.flatMap((value) => {
    if (tagged(value) !== null) return [operand(value, t)];
    const inner = record(value)?.['this'];
    return tagged(inner) === null ? [] : [operand(inner, t)];
  });
  const [only, ...more] = found;
  if (only === undefined) return null;
  return more.length === 0 ? only : expression('operator', 'and', { children: found });
}

function groupByOf(value: unknown, t: Translation): readonly Expression[] {
  const body = record(value);
  if (body === null) return [];
  const items = toExpressions(body['expressions'], t);
  return body['all'] === true ? [...items, expression('other', 'all')] : items;
}

function namedWindow(body: Raw, t: Translation): Select['windows'][number] {
  const name = identifier(body['name']);
  if (name === null) throw notUnderstood('WINDOW without a name');
  return { name, expression: expression('window', name.name, { children: windowClauses(body['spec'], t) }) };
}

function toProjections(value: unknown, t: Translation): readonly Projection[] {
  const node = tagged(value);
  if (node === null) throw notUnderstood('a projection of unknown form');
  if (node.tag === 'star') return [toStar(node.body, t)];
  if (node.tag === 'braced_wildcard') return [toStar({}, t)];
  if (node.tag === 'alias') return aliased(node.body, t);
  const assigned = t.dialect === 'tsql' && node.tag === 'eq' ? tagged(node.body['left']) : null;
  if (assigned?.tag === 'column' && identifier(assigned.body['table']) === null) {
    return [column(operand(node.body['right'], t), identifier(assigned.body['name']), null)];
  }
  return [column(operand(value, t), null, null)];
}

/** `expression as name`, and `explode(…) as (key, value)`, which makes several columns of one expression. */
function aliased(body: Raw, t: Translation): readonly Projection[] {
  const made = operand(body['this'], t);
  const names = identifiers(body['column_aliases']);
  if (names.length > 0) return names.map((name) => column(made, name, null));
  return [column(made, identifier(body['alias']), span(body['alias'], t))];
}

/** The span reaches from the expression's first identifier to the alias. */
function column(made: Expression, alias: Identifier | null, named: Span): Projection {
  return { kind: 'column', expression: made, alias, span: spanOf([made, { span: named }]) };
}

function toStar(body: Raw, t: Translation): Star {
  const qualifier = dottedParts(identifiers([body['table']]), t.dialect, false);
  const replace = list(body['replace']).flatMap((item) => {
    const alias = tagged(item)?.body ?? record(item);
    const name = identifier(alias?.['alias']);
    return alias === null || name === null ? [] : [{ name, expression: toExpression(alias['this'], t) }];
  });
  const rename = list(body['rename']).flatMap((pair) => {
    const [from, to] = identifiers(pair);
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
  return { kind: 'star', qualifier, except: identifiers(body['except']), replace, rename, span: span(body, t) };
}
