import type {
  Cte,
  Dialect,
  Expression,
  Identifier,
  Projection,
  Query,
  Select,
  SetOperation,
  Star,
  Values,
} from '#core/sql';
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
} from './build.ts';
import { windowClauses } from './polyglot-clauses.ts';
import { limitOf, orderOf, tail } from './polyglot-ends.ts';
import { operand, toExpression, toExpressions } from './polyglot-expression.ts';
import { identifier, identifiers, type Tagged, type Translation, tagged } from './polyglot-node.ts';
import { toProjections } from './polyglot-projection.ts';
import { fields, modified, note, restOf } from './polyglot-rest.ts';
import { toSources } from './polyglot-source.ts';
import { passedOverIn } from './polyglot-unread.ts';

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
    lossy: new Set(passedOverIn(sql)),
  };
  const statements = list(ast);
  const first = tagged(statements[0]);
  if (first === null) throw notUnderstood('no statement');
  if (statements.length > 1) throw notUnderstood(`${statements.length} statements where one query was expected`);
  const query = toQuery(first, translation);
  if (translation.swallowed.length > 0) translation.lossy.add('a set operation');
  return translation.lossy.size === 0 ? query : { ...query, lossy: [...translation.lossy].sort() };
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
  values: ({ body }, t) => {
    note('values', body, ofValues, t);
    return bare(valuesOf(body, t));
  },
  paren: ({ body }, t) => nested(body, t),
  annotated: ({ body }, t) => nested(body, t),
  subquery: ({ body }, t) => {
    note('subquery', body, ofSubquery, t);
    return { ...nested(body, t), ...tail(body, t) };
  },
  table: (node, t) => bare(everythingFrom(node, t)),
  pivot: (node, t) => bare(everythingFrom(node, t)),
  unpivot: (node, t) => bare(everythingFrom(node, t)),
  create_table: ({ body }, t) => created(body['as_select'], t),
  create_view: ({ body }, t) => created(body['query'], t),
};

function queryOf(node: Tagged, t: Translation): Query {
  const translator = Object.hasOwn(queries, node.tag) ? queries[node.tag] : undefined;
  if (translator !== undefined) return translator(node, t);
  throw notUnderstood(`a ${node.tag.replaceAll('_', ' ')} statement where a query was expected`);
}

const ofValues = fields('expressions');
const ofSubquery = fields('this alias column_aliases lateral order_by limit offset');

function created(query: unknown, t: Translation): Query {
  t.lossy.add('create');
  return nested({ this: query }, t);
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

const ofWith = fields('ctes recursive');
const ofCte = fields('alias this columns');

function withClause(value: unknown, t: Translation): { readonly ctes: readonly Cte[]; readonly recursive: boolean } {
  const body = record(value);
  if (body === null) return { ctes: [], recursive: false };
  const ctes = list(body['ctes']).map((item) => toCte(needRecord(item, 'CTE'), t));
  note('with', body, ofWith, t);
  return { ctes, recursive: body['recursive'] === true };
}

function toCte(body: Raw, t: Translation): Cte {
  const name = identifier(body['alias']);
  const query = tagged(body['this']);
  if (name === null || query === null) throw notUnderstood('a CTE without a name or a query');
  note('cte', body, ofCte, t);
  return { name, columnAliases: identifiers(body['columns']), query: toQuery(query, t) };
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
  const limits = tails.flatMap(({ limit }) => limit ?? []);
  if (limits.length > 1) t.lossy.add('a limit twice');
  return { orderBy: tails.flatMap(({ orderBy }) => orderBy), limit: limits[0] ?? null };
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
    if (body !== node.body && endsOf(body)) t.lossy.add('an end inside a set operation');
    const right = tagged(body['right']);
    if (right === null) throw notUnderstood('a set operation without a right side');
    const modifiers = restOf(tag, body, ofSetOperation, t);
    const shape = {
      operator: tag as SetOperation['operator'],
      all: body['all'] === true,
      byName: byName(body),
      ...(modifiers === '' ? {} : { modifiers }),
    };
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

/** ORDER BY, LIMIT and the like. */
function endsOf(body: Raw): boolean {
  return [body['order_by'], body['limit'], body['offset']].some((clause) => record(clause) !== null);
}

const ofSetOperation = fields('left right all distinct with order_by limit offset by_name');

function byName(body: Raw): boolean {
  return body['by_name'] === true || body['corresponding'] === true;
}

function valuesOf(body: Raw, t: Translation): Values {
  const rows = list(body['expressions']).map((row) => toExpressions(record(row)?.['expressions'], t));
  return { kind: 'values', rows };
}

const ofSelect = fields(
  'expressions from joins lateral_views prewhere where_clause group_by having qualify order_by limit limit_by offset fetch top with distinct distinct_on windows exclude',
);
const ofGroupBy = fields('expressions all');

function selectOf(body: Raw, t: Translation): Select {
  const sources = toSources(body, t);
  const projections = list(body['expressions']).flatMap((item) => toProjections(item, t));
  const distinctOn = toExpressions(body['distinct_on'], t);
  const exclude = identifiers(list(body['exclude']).map((item) => tagged(item)?.body['name'] ?? tagged(item)?.body));
  if (body['limit_by'] !== undefined && list(body['limit_by']).length > 0) t.lossy.add('limit by');
  const grouping = record(body['group_by']);
  const groups = grouping === null ? '' : restOf('group by', grouping, ofGroupBy, t);
  const made: Select = {
    kind: 'select',
    distinct: body['distinct'] === true && distinctOn.length === 0,
    distinctOn,
    projections: exclude.length === 0 ? projections : projections.map((projection) => excluding(projection, exclude)),
    sources,
    where: condition([body['where_clause'], body['prewhere']], t),
    groupBy: groupByOf(body['group_by'], t),
    having: condition([body['having']], t),
    qualify: condition([body['qualify']], t),
    orderBy: orderOf(body['order_by'], t),
    limit: limitOf(body, t),
    windows: list(body['windows']).map((item) => namedWindow(needRecord(item, 'WINDOW'), t)),
  };
  return modified(modified(made, groups), restOf('select', body, ofSelect, t));
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
  // Spark's GROUP BY a, b GROUPING SETS (…) and the same with a comma before GROUPING are one to the engine.
  const sets = items.length > 1 && items.some(({ name }) => name === 'grouping sets');
  if (sets && (t.dialect === 'spark' || t.dialect === 'databricks')) t.lossy.add('grouping sets');
  return body['all'] === true ? [...items, expression('other', 'all')] : items;
}

function namedWindow(body: Raw, t: Translation): Select['windows'][number] {
  const name = identifier(body['name']);
  if (name === null) throw notUnderstood('WINDOW without a name');
  return { name, expression: expression('window', name.name, { children: windowClauses(body['spec'], t) }) };
}
