import type { Cte, Dialect, Expression, Projection, Query, Select, SetOperation, Span } from '#core/sql';
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
  text,
  uncounted,
} from './build.ts';
import { toExpression } from './sqlparser-expression.ts';
import { toOrder, windowClauses } from './sqlparser-function.ts';
import {
  identifier,
  identifiers,
  nameParts,
  needVariant,
  offsetsIn,
  span,
  type Translation,
  variant,
} from './sqlparser-node.ts';
import { toSources } from './sqlparser-source.ts';

/**
 * Turns the tree of @guanmingchiu/sqlparser-ts into ours. `sql` is the text that was parsed, for positions.
 * Throws RepositoryError for a construct that it does not know.
 */
export function sqlparserTree(ast: unknown, sql: string, dialect: Dialect): Query {
  const translation: Translation = {
    dialect,
    depth: { level: 0 },
    offset: offsetsIn(sql),
    query: (body) => toQuery(body, translation),
    expression: (value) => toExpression(value, translation),
  };
  const statements = list(ast);
  if (statements.length > 1) throw notUnderstood(`${statements.length} statements where one query was expected`);
  const statement = variant(statements[0]);
  if (statement === null) throw notUnderstood('no statement');
  const body = needRecord(statement.value ?? {}, 'a statement');
  if (statement.tag === 'Query') return { ...toQuery(body, translation), lossy };
  const inner = record(body['query']);
  const creates = statement.tag === 'CreateTable' || statement.tag === 'CreateView';
  if (creates && inner !== null) return { ...bare(toQuery(inner, translation)), lossy };
  throw notUnderstood(`a ${statement.tag} statement where a query was expected`);
}

/** The adapter reads what lineage needs, and a statement in a thousand: what it reads is never proven equal to anything. */
const lossy = ['what sqlparser-ts does not give'] as const;

/** ORDER BY and LIMIT belong to the SELECT where there is only one. */
function toQuery(body: Raw, t: Translation): Query {
  if (list(body['pipe_operators']).length > 0) throw notUnderstood('a pipe');
  const { ctes, recursive } = withClause(body['with'], t);
  const query = deeper(t.depth, () => toBody(body['body'], t));
  const orderBy = orderOf(body['order_by'], t);
  const limited = variant(body['limit_clause']) !== null || record(body['fetch']) !== null;
  const limit = limited ? uncounted : null;
  if (query.body.kind !== 'select' || query.ctes.length > 0) return { ...query, ctes, recursive, orderBy, limit };
  return { ...query, ctes, recursive, body: { ...query.body, orderBy, limit: limit ?? query.body.limit } };
}

function orderOf(value: unknown, t: Translation): readonly Expression[] {
  const kind = variant(record(value)?.['kind']);
  if (kind === null) return [];
  return kind.tag === 'Expressions' ? toOrder(kind.value, t) : [expression('other', 'all')];
}

function withClause(value: unknown, t: Translation): { readonly ctes: readonly Cte[]; readonly recursive: boolean } {
  const body = record(value);
  const ctes = list(body?.['cte_tables']).map((item) => toCte(needRecord(item, 'CTE'), t));
  return { ctes, recursive: body?.['recursive'] === true };
}

function toCte(body: Raw, t: Translation): Cte {
  const alias = needRecord(body['alias'], 'CTE');
  const name = identifier(alias['name']);
  if (name === null) throw notUnderstood('a CTE without a name');
  const columnAliases = list(alias['columns']).flatMap((column) => identifier(record(column)?.['name']) ?? []);
  return { name, columnAliases, query: toQuery(needRecord(body['query'], 'CTE'), t) };
}

function toBody(value: unknown, t: Translation): Query {
  const { tag, value: held } = needVariant(value, 'a query');
  const body = needRecord(held, 'a query');
  switch (tag) {
    case 'Select':
      return bare(selectOf(body, t));
    case 'Query':
      return bare(toQuery(body, t));
    case 'SetOperation':
      return setOperation(body, t);
    case 'Values':
      return bare({ kind: 'values', rows: list(body['rows']).map((row) => rowOf(row, t)) });
    default:
      throw notUnderstood(`a query of type ${tag}`);
  }
}

function rowOf(row: unknown, t: Translation): readonly Expression[] {
  return list(record(row)?.['content'] ?? row).map(t.expression);
}

const operators: Readonly<Record<string, SetOperation['operator']>> = {
  Union: 'union',
  Except: 'except',
  Minus: 'except',
  Intersect: 'intersect',
};

/** A chain of set operations, from its leftmost member on. */
function setOperation(outermost: Raw, t: Translation): Query {
  const steps: Raw[] = [outermost];
  let at = needVariant(outermost['left'], 'a set operation');
  while (at.tag === 'SetOperation') {
    const step = needRecord(at.value, 'a set operation');
    steps.push(step);
    at = needVariant(step['left'], 'a set operation');
  }
  steps.reverse();
  const first = deeper(t.depth, () => toBody({ [at.tag]: at.value }, t));
  const members = steps.map((step): Step => {
    const operator = operators[text(step['op']) ?? ''];
    // The engine lets INTERSECT bind first, which SQLite does not.
    if (t.dialect === 'sqlite' && variant(step['right'])?.tag === 'SetOperation') throw notUnderstood('INTERSECT');
    if (operator === undefined) throw notUnderstood('a set operation of unknown kind');
    const quantifier = text(step['set_quantifier']) ?? '';
    const shape = { operator, all: quantifier.startsWith('All'), byName: quantifier.endsWith('ByName') };
    return { shape, member: deeper(t.depth, () => toBody(step['right'], t)) };
  });
  return chain(first, members, t.dialect);
}

function selectOf(body: Raw, t: Translation): Select {
  if (list(body['connect_by']).length > 0) throw notUnderstood('CONNECT BY');
  const distinct = variant(body['distinct']);
  const sources = toSources(body, t);
  const conditions = [body['prewhere'], body['selection']].filter((value) => variant(value) !== null).map(t.expression);
  const [where, ...more] = conditions;
  const both =
    where === undefined || more.length === 0 ? where : expression('operator', 'and', { children: conditions });
  const excluded = namesIn(body['exclude']);
  return {
    kind: 'select',
    distinct: distinct?.tag === 'Distinct',
    distinctOn: distinct?.tag === 'On' ? list(distinct.value).map(t.expression) : [],
    projections: projectionsOf(body, t).map((made) => excluding(made, excluded)),
    sources,
    where: both ?? null,
    groupBy: groupByOf(body['group_by'], t),
    having: optional(body['having'], t),
    qualify: optional(body['qualify'], t),
    orderBy: [],
    limit: record(body['top']) === null ? null : uncounted,
    windows: list(body['named_window']).map((item) => namedWindow(item, t)),
  };
}

function optional(value: unknown, t: Translation): Expression | null {
  return variant(value) === null ? null : t.expression(value);
}

function groupByOf(value: unknown, t: Translation): readonly Expression[] {
  const found = variant(value);
  if (found?.tag === 'All') return [expression('other', 'all')];
  return list(list(found?.value)[0]).map(t.expression);
}

function namedWindow(value: unknown, t: Translation): Select['windows'][number] {
  const [first, held] = list(value);
  const name = identifier(first);
  if (name === null) throw notUnderstood('WINDOW without a name');
  return { name, expression: expression('window', name.name, { children: windowClauses(held, t) }) };
}

/** DuckDB's `from t` alone selects everything. */
function projectionsOf(body: Raw, t: Translation): readonly Projection[] {
  const written = list(body['projection']);
  if (written.length > 0) return written.map((item) => toProjection(item, t));
  return [{ kind: 'star', qualifier: [], except: [], replace: [], rename: [], span: null }];
}

function toProjection(value: unknown, t: Translation): Projection {
  const { tag, value: held } = needVariant(value, 'a projection');
  switch (tag) {
    case 'UnnamedExpr':
      return unnamed(t.expression(held));
    case 'ExprWithAlias': {
      const body = needRecord(held, 'a projection');
      const made = t.expression(body['expr']);
      const end = span(body['alias'], t);
      return {
        kind: 'column',
        expression: made,
        alias: identifier(body['alias']),
        span: spanOf([made, { span: end }]),
      };
    }
    case 'Wildcard':
      return toStar([], needRecord(held, '*'), t);
    case 'QualifiedWildcard': {
      const [qualifier, options] = list(held);
      const { tag: kind, value: name } = needVariant(qualifier, 't.*');
      if (kind !== 'ObjectName') throw notUnderstood('a * of an expression');
      return toStar(dottedParts(nameParts(name), t.dialect, false), needRecord(options, '*'), t);
    }
    default:
      throw notUnderstood(`a projection of type ${tag}`);
  }
}

function unnamed(made: Expression): Projection {
  return { kind: 'column', expression: made, alias: null, span: spanOf([made]) };
}

function toStar(qualifier: Extract<Projection, { kind: 'star' }>['qualifier'], body: Raw, t: Translation): Projection {
  if (variant(body['opt_ilike']) !== null) throw notUnderstood('* ILIKE');
  const except = record(body['opt_except']);
  const replace = list(record(body['opt_replace'])?.['items']).flatMap((item) => {
    const held = needRecord(item, 'REPLACE');
    const name = identifier(held['column_name']);
    return name === null ? [] : [{ name, expression: t.expression(held['expr']) }];
  });
  const excluded = [
    ...identifiers([except?.['first_element'], ...list(except?.['additional_elements'])]),
    ...namesIn(body['opt_exclude']),
  ];
  const where: Span = span(body['wildcard_token'], t);
  return { kind: 'star', qualifier, except: excluded, replace, rename: renamesIn(body['opt_rename']), span: where };
}

/** EXCLUDE: `{ Single: name }` or `{ Multiple: [name, …] }`. */
function namesIn(value: unknown): ReturnType<typeof nameParts> {
  const found = variant(value);
  if (found === null) return [];
  const names = found.tag === 'Multiple' ? list(found.value) : [found.value];
  return names.flatMap((name) => nameParts(name).at(-1) ?? []);
}

function renamesIn(value: unknown): Extract<Projection, { kind: 'star' }>['rename'] {
  const found = variant(value);
  if (found === null) return [];
  const items = found.tag === 'Multiple' ? list(found.value) : [found.value];
  return items.flatMap((item) => {
    const [from, to] = identifiers([record(item)?.['ident'], record(item)?.['alias']]);
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
}

function excluding(projection: Projection, names: ReturnType<typeof nameParts>): Projection {
  if (projection.kind !== 'star' || names.length === 0) return projection;
  return { ...projection, except: [...projection.except, ...names] };
}
