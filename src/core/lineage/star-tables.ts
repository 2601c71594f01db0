import type { Query, Source } from '#core/sql';

/** Names, in lower case, of the tables of which a query's output takes every column, through CTEs and subqueries. */
export function starTables(query: Query, outer: ReadonlyMap<string, Query> = new Map()): ReadonlySet<string> {
  const ctes = new Map([...outer, ...query.ctes.map((cte) => [cte.name.name.toLowerCase(), cte.query] as const)]);
  const { body } = query;
  if (body.kind === 'query') return starTables(body, ctes);
  if (body.kind === 'set-operation') return union(body.members.map((member) => starTables(member, ctes)));
  if (body.kind === 'values') return new Set();
  const stars = body.projections.filter((one) => one.kind === 'star');
  const sources = body.sources.filter((source) =>
    stars.some(({ qualifier }) => qualifier.length === 0 || qualifier.at(-1)?.name.toLowerCase() === aliasOf(source)),
  );
  return union(sources.map((source) => tablesOf(source, ctes)));
}

function tablesOf({ from }: Source, ctes: ReadonlyMap<string, Query>): ReadonlySet<string> {
  if (from.kind === 'subquery') return starTables(from.query, ctes);
  if (from.kind !== 'table') return new Set();
  const name = from.name.at(-1)?.name.toLowerCase() ?? '';
  const cte = from.name.length === 1 ? ctes.get(name) : undefined;
  if (cte === undefined) return new Set([name]);
  // Without itself: a recursive CTE names itself.
  return starTables(cte, new Map([...ctes].filter(([one]) => one !== name)));
}

function aliasOf({ alias, from }: Source): string | null {
  const name = alias ?? (from.kind === 'table' ? from.name.at(-1) : undefined);
  return name?.name.toLowerCase() ?? null;
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((one) => [...one]));
}
