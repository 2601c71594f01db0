import { reason, type UniqueId } from '#core/base';
import {
  type Dialect,
  dialectRules,
  type Expression,
  type Identifier,
  identifierKey,
  type Query,
  type Span,
} from '#core/sql';
import type { MissingColumn } from './lineage.ts';
import {
  constant,
  plain,
  type Relation,
  type RelationColumn,
  strengths,
  unknownValue,
  type Value,
} from './relation.ts';

/** What one node's trace carries along. */
export interface Trace {
  readonly dialect: Dialect;
  /** The relation that a table name stands for; never null: an unknown table is a relation of its own. */
  readonly table: (name: readonly Identifier[]) => Relation;
  /** Whether a table name is known to the project. */
  readonly knows: (name: readonly Identifier[]) => boolean;
  /** The relation of an ephemeral model that dbt has inlined as a CTE of this name. */
  readonly ephemeral: (cte: Identifier) => Relation | null;
  readonly query: (query: Query, env: Environment, outer: Scope | null) => Relation;
  readonly missing: MissingColumn[];
  /** Origins that may still be copied: what keeps the cost of a hostile statement in bounds. */
  budget: number;
}

/** CTEs in reach, by key. */
export type Environment = ReadonlyMap<string, Relation>;

/** A relation in FROM, by the name under which it is read. */
export interface BoundSource {
  readonly alias: string | null;
  /** Keys of the parts of its table name; empty for other sources. */
  readonly path: readonly string[];
  readonly relation: Relation;
  /** Whether its columns can be read without a qualifier and by `*`: not so for semi and anti joins. */
  readonly visible: boolean;
  /** A table function: it has whatever fields its elements have, so it is asked last. */
  readonly isFunction: boolean;
}

/** What the expressions of one SELECT can see. */
export interface Scope {
  readonly env: Environment;
  readonly outer: Scope | null;
  readonly sources: BoundSource[];
  /** Columns shared by JOIN … USING, by key. */
  readonly merged: Map<string, RelationColumn>;
  /** Output columns so far, by key. */
  readonly aliases: Map<string, Value>;
  /** Keys that the sources were asked for without listing them. */
  readonly readOpen: Set<string>;
  readonly windows: ReadonlyMap<string, Expression>;
  /** Parameters of enclosing lambdas, by key. */
  readonly parameters: ReadonlySet<string>;
}

/** Whether output aliases can be read, and whether before the sources' columns. */
export type AliasUse = 'no' | 'last' | 'first';

/** A new scope inside `outer`. */
export function newScope(env: Environment, outer: Scope | null, windows: Scope['windows'] = new Map()): Scope {
  return {
    env,
    outer,
    sources: [],
    merged: new Map(),
    aliases: new Map(),
    readOpen: new Set(),
    windows,
    parameters: new Set(),
  };
}

/** The column of `relation` with that name, whatever the case if no other fits; null when it does not list it. */
export function findColumn(relation: Relation, name: Identifier, dialect: Dialect): RelationColumn | null {
  const index = indexOf(relation);
  return index.get(identifierKey(name, dialect)) ?? index.get(name.name.toLowerCase()) ?? null;
}

const indexes = new WeakMap<readonly RelationColumn[], Map<string, RelationColumn>>();

function indexOf({ columns }: Relation): Map<string, RelationColumn> {
  const known = indexes.get(columns);
  if (known !== undefined) return known;
  const index = new Map<string, RelationColumn>();
  for (const column of columns) {
    const lower = column.name.toLowerCase();
    if (!index.has(lower)) index.set(lower, column);
  }
  for (const column of columns) index.set(column.key, column);
  indexes.set(columns, index);
  return index;
}

/** The value that a column reference stands for, and how many of its parts name it (the rest are struct fields). */
export function resolve(
  expression: Expression,
  scope: Scope,
  trace: Trace,
  aliases: AliasUse,
): { readonly value: Value; readonly used: number } {
  const parts = expression.column;
  const [first] = parts;
  if (first === undefined) return { value: constant(''), used: 0 };
  const parameter = parameterOf(first, scope, trace.dialect);
  if (parameter) return { value: constant('parameter'), used: 1 };
  if (parts.length > 1) {
    const qualified = resolveQualified(parts, scope, trace, expression.span);
    if (qualified !== null) return qualified;
  }
  return { value: resolveBare(first, scope, trace, { aliases, span: expression.span }), used: 1 };
}

function parameterOf(name: Identifier, scope: Scope, dialect: Dialect): boolean {
  const key = identifierKey(name, dialect);
  for (let at: Scope | null = scope; at !== null; at = at.outer) if (at.parameters.has(key)) return true;
  return false;
}

/** The source that the leading parts of a reference name, and how many parts that takes; null when none does. */
export function findSource(
  parts: readonly Identifier[],
  scope: Scope,
  dialect: Dialect,
): { readonly source: BoundSource; readonly used: number } | null {
  const keys = parts.map((part) => identifierKey(part, dialect));
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const named = at.sources.find((source) => source.alias !== null && source.alias === keys[0]);
    if (named !== undefined) return { source: named, used: 1 };
    for (const source of at.sources) {
      const used = sharedTail(source.path, keys);
      if (used > 1) return { source, used };
    }
  }
  return null;
}

/** How many keys are the last parts of a table's name: `schema.table` of `schema.table.column`. */
function sharedTail(path: readonly string[], keys: readonly string[]): number {
  for (let used = Math.min(keys.length, path.length); used > 1; used -= 1) {
    if (path.slice(path.length - used).every((key, index) => key === keys[index])) return used;
  }
  return 0;
}

function resolveQualified(
  parts: readonly Identifier[],
  scope: Scope,
  trace: Trace,
  span: Span,
): { readonly value: Value; readonly used: number } | null {
  const found = findSource(parts, scope, trace.dialect);
  const name = found === null ? undefined : parts[found.used];
  if (found === null || name === undefined) return null;
  const value = readColumn(found.source.relation, name, trace.dialect);
  return { value: value ?? notThere(name, [found.source], trace, span), used: found.used + 1 };
}

function readColumn(relation: Relation, name: Identifier, dialect: Dialect): Value | null {
  return findColumn(relation, name, dialect)?.value ?? relation.open?.(name) ?? null;
}

interface BareUse {
  readonly aliases: AliasUse;
  readonly span: Span;
}

function resolveBare(name: Identifier, scope: Scope, trace: Trace, use: BareUse): Value {
  const key = identifierKey(name, trace.dialect);
  if (use.aliases === 'first') {
    const alias = scope.aliases.get(key);
    if (alias !== undefined) return alias;
  }
  const listed = listedColumn(name, key, scope, trace.dialect);
  if (listed !== null) return listed;
  const alias = scope.aliases.get(key);
  const lateral = use.aliases === 'last' || dialectRules(trace.dialect).lateralAliases;
  if (alias !== undefined && lateral && !scope.readOpen.has(key)) return alias;
  const outer = outerColumn(name, scope, trace);
  if (outer !== null) return outer;
  const open = openColumn(name, key, scope);
  if (open !== null) return open;
  return wholeRow(name, scope, trace) ?? notThere(name, reachable(scope), trace, use.span);
}

function listedColumn(name: Identifier, key: string, scope: Scope, dialect: Dialect): Value | null {
  const merged = scope.merged.get(key);
  if (merged !== undefined) return merged.value;
  const element = scope.sources.find((source) => source.isFunction && source.alias === key);
  if (element !== undefined) return findColumn(element.relation, name, dialect)?.value ?? null;
  for (const source of scope.sources) {
    const column = source.visible ? findColumn(source.relation, name, dialect) : null;
    if (column !== null) return column.value;
  }
  return null;
}

/** A column that an enclosing SELECT lists: known there, it wins over sources here that might have it. */
function outerColumn(name: Identifier, scope: Scope, trace: Trace): Value | null {
  const key = identifierKey(name, trace.dialect);
  for (let at = scope.outer; at !== null; at = at.outer) {
    const value = listedColumn(name, key, at, trace.dialect);
    if (value !== null) return value;
  }
  return null;
}

/** A column that is not listed: of the one source that may have more columns than are known, innermost SELECT first. */
function openColumn(name: Identifier, key: string, scope: Scope): Value | null {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const open = at.sources.filter((source) => source.visible && source.relation.open !== null);
    const tables = open.filter((source) => !source.isFunction);
    const asked = tables.length > 0 ? tables : open;
    const [only, second] = asked;
    if (only === undefined) continue;
    at.readOpen.add(key);
    if (second === undefined) return only.relation.open?.(name) ?? null;
    const names = asked.map((source) => source.alias ?? source.path.at(-1) ?? 'a subquery').join(', ');
    const text = `column ${name.name} could come from any of ${names}, whose columns are not all known`;
    return unknownValue(reason('ambiguous-column', text, 'give the catalog, or qualify the column'), `?${key}`);
  }
  return null;
}

/** A source's own name as a value: the whole row, or the element of a table function. */
function wholeRow(name: Identifier, scope: Scope, trace: Trace): Value | null {
  const found = findSource([name], scope, trace.dialect);
  if (found === null) return null;
  const { columns } = found.source.relation;
  const made = columns.flatMap((column) => [...column.value.origins]);
  const origins = new Map(
    made.map(([key, origin]) => [key, { ...origin, strength: Math.max(origin.strength, strengths.expression) }]),
  );
  trace.budget -= origins.size;
  return { ...plain, origins, logic: `row(${found.source.relation.signature})`, made: strengths.expression };
}

function reachable(scope: Scope): readonly BoundSource[] {
  const sources: BoundSource[] = [];
  for (let at: Scope | null = scope; at !== null; at = at.outer) sources.push(...at.sources);
  return sources;
}

function notThere(name: Identifier, sources: readonly BoundSource[], trace: Trace, span: Span): Value {
  const parents: UniqueId[] = [...new Set(sources.flatMap((source) => source.relation.parents))];
  trace.missing.push({ column: name.name, parents, span });
  return unknownValue(
    reason('unknown-column', `no relation in reach has a column ${name.name}`),
    `?${name.name.toLowerCase()}`,
  );
}
