import type { Expression, Identifier, Query, Select, Source } from '#core/sql';

/** Every column name that a query says anywhere, in lower case, ordered: in expressions, USING, EXCLUDE and the like. `*` says none. */
export function namesIn(query: Query): readonly string[] {
  const names = new Set<string>();
  const pending: Part[] = [query];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) pending.push(...partsOf(part, names));
  return [...names].sort();
}

type Part = Query | Select | Source | Expression;

function partsOf(part: Part, names: Set<string>): readonly Part[] {
  if ('from' in part) return ofSource(part, names);
  if (part.kind === 'query') return ofQuery(part, names);
  if (part.kind === 'select') return ofSelect(part, names);
  say(part.column, names);
  return part.query === null ? part.children : [...part.children, part.query];
}

function ofQuery({ ctes, body, orderBy }: Query, names: Set<string>): readonly Part[] {
  for (const cte of ctes) say(cte.columnAliases, names);
  const inside = body.kind === 'set-operation' ? body.members : body.kind === 'values' ? body.rows.flat() : [body];
  return [...ctes.map(({ query }) => query), ...inside, ...orderBy];
}

function ofSelect(select: Select, names: Set<string>): readonly Part[] {
  const parts: Part[] = [...select.sources, ...select.distinctOn, ...select.groupBy, ...select.orderBy];
  for (const clause of [select.where, select.having, select.qualify]) if (clause !== null) parts.push(clause);
  for (const { expression } of select.windows) parts.push(expression);
  for (const projection of select.projections) {
    if (projection.kind === 'column') parts.push(projection.expression);
    else {
      say([...projection.except, ...projection.replace.map(({ name }) => name)], names);
      say(
        projection.rename.map(({ from }) => from),
        names,
      );
      parts.push(...projection.replace.map(({ expression }) => expression));
    }
  }
  return parts;
}

function ofSource({ from, join, columnAliases }: Source, names: Set<string>): readonly Part[] {
  say([...columnAliases, ...(join?.using ?? [])], names);
  const on = join?.on == null ? [] : [join.on];
  switch (from.kind) {
    case 'table':
      return on;
    case 'subquery':
      return [from.query, ...on];
    case 'values':
      return [...from.rows.flat(), ...on];
    case 'table-function':
      return [...from.expressions, ...on];
    case 'pivot':
      return [from.input, ...from.aggregates.map(({ expression }) => expression), ...from.by, ...from.groupBy, ...on];
    case 'unpivot':
      say(from.inputs.flat(), names);
      return [from.input, ...on];
  }
}

function say(identifiers: readonly Identifier[], names: Set<string>): void {
  for (const { name } of identifiers) names.add(name.toLowerCase());
}
