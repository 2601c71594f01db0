import { compareText } from '#core/base';
import { dialectRules, type Identifier, type Span } from '#core/sql';
import { type AliasUse, type Around, type Bound, keyOf, type Scope } from './build.ts';
import type { Term } from './plan.ts';
import { columnTerm, makeTerm } from './term.ts';

/** The term of a column reference. */
export function resolveColumn(parts: readonly Identifier[], scope: Scope, use: AliasUse, span: Span): Term {
  const [first, second] = parts;
  if (first === undefined) return makeTerm({ kind: 'other', name: '', span });
  const { dialect } = scope.build;
  const key = keyOf(first, dialect);
  if (isParameter(key, scope))
    return fields(makeTerm({ kind: 'other', name: `parameter ${key}`, span }), parts.slice(1), scope);
  if (second !== undefined) {
    const found = findBound(parts, scope);
    const name = found === null ? undefined : parts[found.used];
    if (found !== null && name !== undefined) {
      const term =
        readBound(found.bound, keyOf(name, dialect), span) ?? unknown([found.bound], keyOf(name, dialect), span);
      return fields(term, parts.slice(found.used + 1), scope);
    }
  }
  return fields(resolveBare(first, scope, use, span), parts.slice(1), scope);
}

/** Fields of a struct. */
function fields(of: Term, names: readonly Identifier[], { build }: Scope): Term {
  if (names.length === 0) return of;
  const path = names.map((name) => keyOf(name, build.dialect)).join('.');
  return makeTerm({ kind: 'function', name: 'field', children: [of], modifiers: JSON.stringify(path), span: of.span });
}

function isParameter(key: string, scope: Scope): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.outer) if (at.parameters.has(key)) return true;
  return false;
}

/** The bound that the leading parts of a reference name, and how many parts that takes. */
export function findBound(
  parts: readonly Identifier[],
  scope: Scope,
): { readonly bound: Bound; readonly used: number } | null {
  const keys = parts.map((part) => keyOf(part, scope.build.dialect));
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const named = at.bounds.find(({ alias }) => alias !== null && alias === keys[0]);
    if (named !== undefined) return { bound: named, used: 1 };
    const bound = at.bounds.find(({ path }) => sharedTail(path, keys) > 1);
    if (bound !== undefined) return { bound, used: sharedTail(bound.path, keys) };
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

function readBound(bound: Bound, key: string, span: Span): Term | null {
  const listed = bound.columns.get(key);
  if (listed !== undefined) return placed(listed.term, span);
  return openRead([bound], key, span) ?? looseRead(bound, key, span);
}

/** A column listed in another case: catalogs have names as they are stored. */
function looseRead(bound: Bound, key: string, span: Span): Term | null {
  const bare = key.replaceAll('"', '').toLowerCase();
  for (const [other, output] of bound.columns) {
    if (other.replaceAll('"', '').toLowerCase() === bare) return placed(output.term, span);
  }
  return null;
}

/** The term as it stands at `span`, where it is a plain column: so that messages show the place of use. */
function placed(term: Term, span: Span): Term {
  return term.kind === 'column' && span !== null ? { ...term, span } : term;
}

/** A column that no bound lists: of the one input that may have more columns, or of one of several. */
function openRead(bounds: readonly Bound[], key: string, span: Span): Term | null {
  const stars = bounds.flatMap((bound) => bound.stars).filter(({ except }) => !except.includes(key));
  const inputs = [...new Set(stars.map(({ input }) => input))].sort(compareText);
  const [only, second] = inputs;
  if (only === undefined) return null;
  return columnTerm(second === undefined ? only : `?(${inputs.join('|')})`, key, span);
}

function unknown(bounds: readonly Bound[], key: string, span: Span): Term {
  const inputs = bounds.flatMap((bound) =>
    [...bound.columns.values()].flatMap(({ term }) => term.reads.map(({ input }) => input)),
  );
  return columnTerm(`?(${[...new Set(inputs)].sort(compareText).join('|')})`, key, span);
}

function resolveBare(name: Identifier, scope: Scope, use: AliasUse, span: Span): Term {
  const key = keyOf(name, scope.build.dialect);
  const early = use === 'first' ? scope.aliases.get(key) : undefined;
  const listed = early ?? listedRead(key, scope, span);
  if (listed !== null) return listed;
  const open = ownOpenRead(key, scope, span);
  const alias = aliasRead(key, scope, use, open);
  if (alias !== null) return alias;
  const found = outerRead(key, scope, span, listedRead) ?? open ?? outerRead(key, scope, span, ownOpenRead);
  if (found !== null) return found;
  const row = findBound([name], scope);
  return row === null ? unknown(scope.bounds, key, span) : wholeRow(row.bound, span);
}

/** An output of that name. An input's column comes before it: `coalesce(x, 0) as x … group by x` shows that the input has an x. */
function aliasRead(key: string, scope: Scope, use: AliasUse, open: Term | null): Term | null {
  const alias = scope.aliases.get(key);
  if (alias === undefined || (use === 'no' && !dialectRules(scope.build.dialect).lateralAliases)) return null;
  return open !== null && alias.kind !== 'column' && readsColumn(alias, open) ? open : alias;
}

/** A column of the queries around, innermost first. */
function outerRead(key: string, scope: Scope, span: Span, read: typeof listedRead): Term | null {
  for (let at = scope.outer; at !== null; at = at.outer) {
    const found = read(key, at, span);
    if (found !== null) return found;
  }
  return null;
}

function readsColumn(term: Term, column: Term): boolean {
  return term.reads.some(({ input, name }) => input === column.column?.input && name === column.column.name);
}

function listedRead(key: string, scope: Scope, span: Span): Term | null {
  const merged = scope.merged.get(key);
  if (merged !== undefined) return placed(merged.term, span);
  const element = scope.bounds.find(({ isFunction, alias }) => isFunction && alias === key);
  if (element !== undefined) return element.columns.get(key)?.term ?? wholeRow(element, span);
  const visible = scope.bounds.filter((bound) => bound.visible);
  const column = visible.map(({ columns }) => columns.get(key)).find((found) => found !== undefined);
  if (column !== undefined) return placed(column.term, span);
  const closed = visible.filter(({ stars }) => stars.length === 0);
  return closed.map((bound) => looseRead(bound, key, span)).find((found) => found !== null) ?? null;
}

function ownOpenRead(key: string, { bounds }: Scope, span: Span): Term | null {
  const open = bounds.filter(({ visible, stars }) => visible && stars.length > 0);
  const tables = open.filter(({ isFunction }) => !isFunction);
  return openRead(tables.length > 0 ? tables : open, key, span);
}

function wholeRow(bound: Bound, span: Span): Term {
  const columns = [...bound.columns.values()].map(({ term }) => term);
  const stars = bound.stars.map(({ input, except }) => columnTerm(input, `* ${except.join(' ')}`.trim(), span));
  return makeTerm({ kind: 'function', name: 'row', children: [...columns, ...stars], span });
}

/** A scope without inputs. */
export function emptyScope({ build, env, outer, depth }: Around): Scope {
  return {
    build,
    env,
    outer,
    depth,
    bounds: [],
    merged: new Map(),
    aliases: new Map(),
    windows: new Map(),
    parameters: new Set(),
  };
}
