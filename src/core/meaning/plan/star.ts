import { reason } from '#core/base';
import type { Identifier, Star } from '#core/sql';
import { type Bound, fail, keyOf, type Scope } from './build.ts';
import { toTerm } from './expression.ts';
import type { Output, StarOutput } from './plan.ts';
import { findBound } from './scope.ts';
import { columnTerm } from './term.ts';

/** Where a SELECT gathers its columns. */
export interface Given {
  readonly outputs: Output[];
  readonly stars: StarOutput[];
}

/** What a star leaves out, replaces and renames, by key. */
interface Expansion {
  readonly star: Star;
  readonly scope: Scope;
  readonly given: Given;
  readonly except: readonly string[];
  readonly changed: ReadonlyMap<string, Output>;
  readonly renames: ReadonlyMap<string, Identifier>;
  /** Columns of USING, given once. */
  readonly merged: ReadonlyMap<string, Output>;
}

/** Gives the columns of a star, and stars of the inputs whose columns are not all known. */
export function expandStar(star: Star, given: Given, scope: Scope): void {
  const { build } = scope;
  const found = star.qualifier.length === 0 ? null : findBound(star.qualifier, scope);
  if (star.qualifier.length > 0 && found === null) {
    const name = star.qualifier.map((part) => part.name).join('.');
    fail(build, reason('open-star', `the fields of ${name} are not known`));
    return;
  }
  const expansion: Expansion = {
    star,
    scope,
    given,
    except: star.except.map((name) => keyOf(name, build.dialect)),
    changed: new Map(star.replace.map((item) => replaced(item, scope))),
    renames: new Map(star.rename.map(({ from, to }) => [keyOf(from, build.dialect), to])),
    merged: found === null ? scope.merged : new Map(),
  };
  for (const column of expansion.merged.values()) emit(column, expansion);
  const bounds = found === null ? scope.bounds.filter(({ visible }) => visible) : [found.bound];
  for (const bound of bounds) expandBound(bound, expansion);
}

function replaced({ name, expression }: Star['replace'][number], scope: Scope): readonly [string, Output] {
  const key = keyOf(name, scope.build.dialect);
  return [key, { name: name.name, key, term: toTerm(expression, scope) }];
}

function emit(column: Output, { except, changed, renames, given, scope }: Expansion): void {
  if (except.includes(column.key)) return;
  const rename = renames.get(column.key);
  const made = changed.get(column.key) ?? column;
  const output = rename === undefined ? made : { ...made, name: rename.name, key: keyOf(rename, scope.build.dialect) };
  given.outputs.push(output);
  if (!scope.aliases.has(output.key)) scope.aliases.set(output.key, output.term);
}

function expandBound(bound: Bound, expansion: Expansion): void {
  const { merged } = expansion;
  const isOpen = bound.stars.length > 0;
  if (!(bound.isFunction && isOpen)) {
    for (const column of bound.columns.values()) if (!merged.has(column.key)) emit(column, expansion);
  }
  if (isOpen) expandOpen(bound, expansion);
}

/** What is replaced or renamed is a column of an input that may have more of them. */
function expandOpen(bound: Bound, expansion: Expansion): void {
  const { star, scope, given, except, changed, renames, merged } = expansion;
  const named = [...new Set([...changed.keys(), ...renames.keys()])].filter((key) => !bound.columns.has(key));
  if (named.length > 0 && scope.bounds.length + bound.stars.length > 2) {
    fail(scope.build, reason('open-star', 'a star with REPLACE or RENAME over several relations', 'give the catalog'));
  }
  const hidden = [...except, ...named, ...merged.keys()];
  for (const one of bound.stars) {
    given.stars.push({ input: one.input, except: [...new Set([...one.except, ...hidden])], at: given.outputs.length });
  }
  for (const key of named) {
    const term = changed.get(key)?.term ?? columnTerm(bound.stars[0]?.input ?? '?', key, star.span);
    emit({ name: key, key, term }, expansion);
  }
}
