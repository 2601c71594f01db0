import type { Expression, Query, Source } from '#core/sql';

/** A part of a query that reads something; `ctes` are the names in force there, in lower case. */
export interface Scoped {
  readonly source: Source;
  readonly ctes: ReadonlySet<string>;
}

/** Every source of a query, wherever it stands. */
export function sourcesIn(query: Query): readonly Scoped[] {
  const found: Scoped[] = [];
  walkQuery(query, new Set(), found);
  return found;
}

function walkQuery(query: Query, outer: ReadonlySet<string>, found: Scoped[]): void {
  const ctes = new Set(outer);
  for (const cte of query.ctes) {
    if (query.recursive) ctes.add(cte.name.name.toLowerCase());
    walkQuery(cte.query, ctes, found);
    ctes.add(cte.name.name.toLowerCase());
  }
  const { body } = query;
  if (body.kind === 'query') walkQuery(body, ctes, found);
  else if (body.kind === 'set-operation') for (const member of body.members) walkQuery(member, ctes, found);
  else if (body.kind === 'select') {
    for (const source of body.sources) walkSource(source, ctes, found);
    const expressions = [body.where, body.having, body.qualify, ...body.groupBy, ...body.orderBy];
    for (const one of expressions) if (one !== null) walkExpression(one, ctes, found);
    for (const one of body.projections) if (one.kind === 'column') walkExpression(one.expression, ctes, found);
  }
}

function walkSource(source: Source, ctes: ReadonlySet<string>, found: Scoped[]): void {
  found.push({ source, ctes });
  const { from, join } = source;
  if (from.kind === 'subquery') walkQuery(from.query, ctes, found);
  else if (from.kind === 'table-function') for (const one of from.expressions) walkExpression(one, ctes, found);
  else if (from.kind === 'pivot' || from.kind === 'unpivot') walkSource(from.input, ctes, found);
  if (join?.on != null) walkExpression(join.on, ctes, found);
}

function walkExpression(expression: Expression, ctes: ReadonlySet<string>, found: Scoped[]): void {
  if (expression.query !== null) walkQuery(expression.query, ctes, found);
  for (const child of expression.children) walkExpression(child, ctes, found);
}
