import type { UniqueId } from '#core/base';
import type { Condition } from '#core/evidence';
import { toCondition } from '#core/evidence';
import type { Expression, Identifier, Projection, Query, Select, Source } from '#core/sql';

/** A part of a query that decides which rows there are, in terms of the nodes that it reads. */
export type Clause =
  /** A condition that rows of one node must meet, in WHERE or in the ON of a join. */
  | {
      readonly kind: 'condition';
      readonly uniqueId: UniqueId;
      readonly condition: Condition;
      readonly inJoin: boolean;
      /** What is counted, where it is not the condition alone: rows that the others keep out anyway are left out. */
      readonly counted?: Condition;
      /** Whether a row that is kept out is a row that the model lacks. */
      readonly isWhole?: boolean;
      /** Of a condition that became another. */
      readonly change?: { readonly before: Condition; readonly after: Condition };
    }
  /** A join to a node by some of its columns; `isNew`: the whole join, and not its condition alone. */
  | {
      readonly kind: 'join';
      readonly uniqueId: UniqueId;
      readonly columns: readonly string[];
      readonly outer: boolean;
      readonly isNew?: boolean;
    }
  /** All rows of a node: of a member of a UNION, or of what is joined without a condition. */
  | { readonly kind: 'rows'; readonly uniqueId: UniqueId; readonly as: 'member' | 'cross-join' }
  | { readonly kind: 'distinct' };

/** Finds the node of a relation's name. */
export type FindNode = (name: readonly Identifier[]) => UniqueId | null;

type Scope = ReadonlyMap<string, Query>;
const deepest = 40;

/** Every clause of a query that can be put in terms of the nodes that it reads; what cannot is left out. */
export function clausesOf(query: Query, find: FindNode): readonly Clause[] {
  const clauses: Clause[] = [];
  walk(query, new Map(), 0, (select, scope) => {
    if (select.distinct) clauses.push({ kind: 'distinct' });
    const place = { select, scope, find };
    for (const one of conjuncts(select.where)) clauses.push(...conditionOf(one, place, false));
    for (const source of select.sources) clauses.push(...joinOf(source, place));
  });
  return clauses;
}

interface Place {
  readonly select: Select;
  readonly scope: Scope;
  readonly find: FindNode;
}

function walk(query: Query, outer: Scope, depth: number, visit: (select: Select, scope: Scope) => void): void {
  if (depth > deepest) return;
  const scope = new Map(outer);
  for (const cte of query.ctes) {
    walk(cte.query, scope, depth + 1, visit);
    scope.set(cte.name.name.toLowerCase(), { ...cte.query, ctes: [...cte.query.ctes] });
  }
  const { body } = query;
  if (body.kind === 'query') walk(body, scope, depth + 1, visit);
  if (body.kind === 'set-operation') for (const member of body.members) walk(member, scope, depth + 1, visit);
  if (body.kind !== 'select') return;
  visit(body, scope);
  for (const { from } of body.sources) if (from.kind === 'subquery') walk(from.query, scope, depth + 1, visit);
}

function conjuncts(expression: Expression | null): readonly Expression[] {
  if (expression === null) return [];
  return expression.kind === 'operator' && expression.name === 'and'
    ? expression.children.flatMap((child) => conjuncts(child))
    : [expression];
}

function conditionOf(expression: Expression, place: Place, inJoin: boolean): readonly Clause[] {
  const nodes = new Set<UniqueId>();
  const condition = toCondition(expression, (name) => {
    const found = columnOf(name, place);
    if (found !== null) nodes.add(found.uniqueId);
    return found?.column ?? null;
  });
  const [uniqueId] = nodes;
  return condition === null || uniqueId === undefined || nodes.size > 1
    ? []
    : [{ kind: 'condition', uniqueId, condition, inJoin }];
}

function joinOf(source: Source, place: Place): readonly Clause[] {
  const { join } = source;
  if (join === null || !['inner', 'left'].includes(join.kind)) return [];
  const joined = { ...place, select: { ...place.select, sources: [source] } };
  const parts = conjuncts(join.on);
  const equal = parts.flatMap((part) => equality(part, joined, place));
  const using = join.using.flatMap((name) => columnIn(source, name, place, 0) ?? []);
  const columns = [...equal, ...using];
  const [first] = columns;
  const conditions = parts.flatMap((part) => conditionOf(part, place, true));
  if (first === undefined || columns.some(({ uniqueId }) => uniqueId !== first.uniqueId)) return conditions;
  const names = [...new Set(columns.map(({ column }) => column.name))].sort();
  return [{ kind: 'join', uniqueId: first.uniqueId, columns: names, outer: join.kind === 'left' }, ...conditions];
}

interface NodeColumn {
  readonly uniqueId: UniqueId;
  readonly column: Identifier;
}

/** Of `a.x = b.y`, the side that is the joined source's, when the other side is not. */
function equality(part: Expression, joined: Place, all: Place): readonly NodeColumn[] {
  if (part.kind !== 'operator' || part.name !== '=') return [];
  const columns = part.children.filter(({ kind }) => kind === 'column').map(({ column }) => column);
  if (columns.length !== 2) return [];
  const own = columns.filter((name) => name.length > 1 && isOf(name, joined.select.sources));
  const [name] = own;
  const found = own.length === 1 && name !== undefined ? columnOf(name, all) : null;
  return found === null ? [] : [found];
}

function isOf(name: readonly Identifier[], sources: readonly Source[]): boolean {
  const qualifier = name.at(-2)?.name.toLowerCase();
  return sources.some((source) => nameOf(source) === qualifier);
}

function nameOf({ alias, from }: Source): string | null {
  const name = alias?.name ?? (from.kind === 'table' ? from.name.at(-1)?.name : undefined);
  return name?.toLowerCase() ?? null;
}

/** The node's column that a name stands for; null when that is not plain. */
function columnOf(name: readonly Identifier[], { select, scope, find }: Place): NodeColumn | null {
  const column = name.at(-1);
  if (column === undefined || name.length > 2) return null;
  const sources = name.length === 2 ? select.sources.filter((source) => isOf(name, [source])) : select.sources;
  const [source] = sources;
  return source === undefined || sources.length > 1 ? null : columnIn(source, column, { select, scope, find }, 0);
}

function columnIn(source: Source, column: Identifier, place: Place, depth: number): NodeColumn | null {
  if (depth > deepest || source.columnAliases.length > 0) return null;
  const { from } = source;
  if (from.kind === 'subquery') return columnOut(from.query, column, place, depth);
  if (from.kind !== 'table') return null;
  const [only] = from.name;
  const key = from.name.length === 1 && only !== undefined ? only.name.toLowerCase() : null;
  const cte = key === null ? undefined : place.scope.get(key);
  if (cte !== undefined && key !== null) {
    // A CTE sees those before it, never itself.
    const scope = new Map([...place.scope].filter(([name]) => name !== key));
    return columnOut(cte, column, { ...place, scope }, depth);
  }
  const uniqueId = place.find(from.name);
  return uniqueId === null ? null : { uniqueId, column };
}

/** Through a query that passes its rows on as they are, each once. */
function columnOut({ body, ctes, limit }: Query, column: Identifier, place: Place, depth: number): NodeColumn | null {
  if (body.kind !== 'select' || limit || !keepsRows(body)) return null;
  const scope = new Map(place.scope);
  for (const cte of ctes) scope.set(cte.name.name.toLowerCase(), cte.query);
  const inner = { ...place, select: body, scope };
  const named = body.projections.find((projection) => isCalled(projection, column));
  if (named === undefined) return passesAll(body) ? throughOne([column], inner, depth) : null;
  if (named.kind === 'star' || named.expression.kind !== 'column' || named.expression.column.length > 2) return null;
  return throughOne(named.expression.column, inner, depth);
}

function isCalled(projection: Projection, { name }: Identifier): boolean {
  if (projection.kind === 'star') return false;
  const own = projection.alias ?? projection.expression.column.at(-1);
  return own?.name.toLowerCase() === name.toLowerCase();
}

/** Whether a select list begins with a star that changes no name and no value. */
function passesAll({ projections: [star] }: Select): boolean {
  return star?.kind === 'star' && star.rename.length === 0 && star.replace.length === 0;
}

function throughOne(name: readonly Identifier[], place: Place, depth: number): NodeColumn | null {
  const [source] = place.select.sources;
  const column = name.at(-1);
  if (source === undefined || column === undefined || place.select.sources.length !== 1) return null;
  return columnIn(source, column, place, depth + 1);
}

function keepsRows({ distinct, distinctOn, groupBy, having, qualify, limit, sources }: Select): boolean {
  return (
    !distinct &&
    !limit &&
    distinctOn.length + groupBy.length === 0 &&
    having === null &&
    qualify === null &&
    sources.length === 1
  );
}
