import type { Expression, Projection, Query, Select, Source } from './tree.ts';

/** What two engines must agree on when they read one statement. */
interface Reading {
  /** Tables that are read, in lower case, without CTEs; sorted, each once. */
  readonly tables: readonly string[];
  /** Names of the output columns, in lower case; '' for a column that the dialect names, `*` for a star. */
  readonly columns: readonly string[];
  /** Set operations of the outermost query: `select`, `union all(select, select)`. */
  readonly sets: string;
}

/** How two trees of one statement differ in tables, output columns and set operations; empty where they do not. */
export function differencesOf(one: Query, other: Query): readonly string[] {
  const [a, b] = [readingOf(one), readingOf(other)];
  return (['tables', 'columns', 'sets'] as const).filter((part) => String(a[part]) !== String(b[part]));
}

function readingOf(query: Query): Reading {
  const tables = new Set<string>();
  readQuery(query, new Set(), tables);
  return { tables: [...tables].sort(), columns: columnsOf(query), sets: setsOf(query) };
}

type Names = ReadonlySet<string>;

function readQuery(query: Query, outer: Names, tables: Set<string>): void {
  const known = new Set(outer);
  if (query.recursive) for (const { name } of query.ctes) known.add(name.name.toLowerCase());
  for (const cte of query.ctes) {
    readQuery(cte.query, known, tables);
    known.add(cte.name.name.toLowerCase());
  }
  for (const item of query.orderBy) readExpression(item, known, tables);
  const { body } = query;
  if (body.kind === 'query') readQuery(body, known, tables);
  else if (body.kind === 'set-operation') for (const member of body.members) readQuery(member, known, tables);
  else if (body.kind === 'select') readSelect(body, known, tables);
}

function readSelect(select: Select, known: Names, tables: Set<string>): void {
  for (const source of select.sources) readSource(source, known, tables);
  const clauses = [select.where, select.having, select.qualify].filter((clause) => clause !== null);
  const projected = select.projections.flatMap((item) => (item.kind === 'column' ? [item.expression] : []));
  for (const item of [...clauses, ...projected, ...select.groupBy, ...select.orderBy]) {
    readExpression(item, known, tables);
  }
}

function readSource({ from, join }: Source, known: Names, tables: Set<string>): void {
  if (join?.on) readExpression(join.on, known, tables);
  if (from.kind === 'subquery') readQuery(from.query, known, tables);
  if (from.kind === 'pivot' || from.kind === 'unpivot') readSource(from.input, known, tables);
  if (from.kind === 'table-function') for (const item of from.expressions) readExpression(item, known, tables);
  if (from.kind !== 'table') return;
  const name = from.name.map((part) => part.name.toLowerCase()).join('.');
  if (!known.has(name)) tables.add(name);
}

function readExpression(expression: Expression, known: Names, tables: Set<string>): void {
  if (expression.query !== null) readQuery(expression.query, known, tables);
  for (const child of expression.children) readExpression(child, known, tables);
}

function columnsOf(query: Query): readonly string[] {
  let at: Query | undefined = query;
  while (at !== undefined) {
    const body: Query['body'] = at.body;
    if (body.kind === 'select') return body.projections.map(columnName);
    at = body.kind === 'query' ? body : body.kind === 'set-operation' ? body.members[0] : undefined;
  }
  return [];
}

function columnName(projection: Projection): string {
  if (projection.kind === 'star')
    return [...projection.qualifier, { name: '*' }]
      .map(({ name }) => name)
      .join('.')
      .toLowerCase();
  const { expression, alias } = projection;
  const name = alias?.name ?? (expression.kind === 'column' ? expression.column.at(-1)?.name : undefined);
  return name?.toLowerCase() ?? '';
}

function setsOf({ body }: Query): string {
  if (body.kind === 'query') return setsOf(body);
  if (body.kind !== 'set-operation') return body.kind;
  const { operator, all, byName, members } = body;
  return `${operator}${all ? ' all' : ''}${byName ? ' by name' : ''}(${members.map(setsOf).join(', ')})`;
}
