import { reason } from '#core/base';
import type { Join, Source } from '#core/sql';
import { type Bound, fail, keyOf, type Scope } from './build.ts';
import { toTerm } from './expression.ts';
import type { Attachment } from './merge.ts';
import { coalesced, conjuncts, normalOperator } from './normal.ts';
import { isElement, type Piece, pieceOf } from './piece.ts';
import type { Condition, Input, Output, Term } from './plan.ts';
import { columnTerm, makeTerm } from './term.ts';

/** What FROM and its joins come to. */
export interface Sources {
  readonly inputs: Input[];
  readonly where: Condition[];
  readonly ordered: boolean;
}

const orderedKinds: ReadonlySet<string> = new Set(['right', 'full', 'asof']);

/** `a right join b` as `b left join a`. */
export function turnedRound(sources: readonly Source[]): readonly Source[] {
  const [first, second] = sources;
  if (first === undefined || second?.join?.kind !== 'right' || sources.length !== 2 || second.join.natural)
    return sources;
  return [
    { ...second, join: null },
    { ...first, join: { ...second.join, kind: 'left' } },
  ];
}

/** Puts the sources of a SELECT into its scope, from left to right, and gives the inputs that they come to. */
export function bindSources(sources: readonly Source[], scope: Scope): Sources {
  const ordered = sources.some(({ join }) => join !== null && orderedKinds.has(join.kind));
  const made: Sources = { inputs: [], where: [], ordered };
  const taken = new Set<string>();
  if (sources.some(({ modifiers = '' }) => modifiers.includes('nested='))) {
    const text = 'joins inside parentheses are not compared';
    fail(scope.build, reason('nested-joins', text, 'write the inner join as a CTE'));
  }
  for (const source of sources) {
    const kind = source.join === null || source.join.kind === 'cross' ? 'inner' : source.join.kind;
    const attachment: Attachment = ordered ? 'ordered' : kind === 'inner' ? 'inner' : 'outer';
    const piece = pieceOf(source, { scope, attachment: sources.length === 1 ? 'alone' : attachment, taken });
    attach(source, piece, kind, { made, scope });
    if (sources.length === 1) return { ...made, ordered: piece.ordered };
  }
  return made;
}

interface Attaching {
  readonly made: Sources;
  readonly scope: Scope;
}

/** Adds what a source comes to: of an inner join the conditions are those of the whole. */
function attach(source: Source, piece: Piece, kind: Input['join'], { made, scope }: Attaching): void {
  const bound = boundOf(source, piece, kind, scope);
  const shared = source.join === null ? [] : mergeShared(source.join, bound, scope);
  scope.bounds.push(bound);
  const [only, ...others] = piece.inputs;
  const input = only?.alias ?? null;
  const terms = [...shared, ...onConditions(source.join, scope)];
  const on = terms.map((term): Condition => ({ term, clause: 'on', input }));
  if (kind === 'inner' && !made.ordered) {
    made.inputs.push(...piece.inputs);
    made.where.push(...piece.where, ...on);
  } else if (only !== undefined) {
    made.inputs.push({ ...only, join: kind, on: [...piece.where, ...on] }, ...others);
  }
}

function onConditions(join: Join | null, scope: Scope): readonly Term[] {
  if (join?.on == null) return [];
  return conjuncts(toTerm(join.on, scope, { aliases: 'no', asCondition: true }));
}

function boundOf(source: Source, piece: Piece, kind: string, scope: Scope): Bound {
  const { dialect } = scope.build;
  const path = source.from.kind === 'table' ? source.from.name.map((part) => keyOf(part, dialect)) : [];
  const names = source.from.kind === 'table-function' || isElement(source, scope) ? [] : source.columnAliases;
  const columns = piece.columns.map((column, at): Output => {
    const name = names[at];
    return name === undefined ? column : { ...column, name: name.name, key: keyOf(name, dialect) };
  });
  if (names.length > piece.columns.length && piece.stars.length > 0) {
    fail(
      scope.build,
      reason('open-star', 'columns are renamed by position where not all of them are known', 'give the catalog'),
    );
  }
  return {
    alias: source.alias === null ? (path.at(-1) ?? null) : keyOf(source.alias, dialect),
    path: source.alias === null ? path : [],
    columns: new Map(columns.map((column) => [column.key, column])),
    stars: piece.stars,
    visible: kind !== 'semi' && kind !== 'anti',
    isFunction: source.from.kind === 'table-function' || isElement(source, scope),
  };
}

/** Columns of USING and NATURAL: an equality for each, and one column for both. */
function mergeShared(join: Join, right: Bound, scope: Scope): readonly Term[] {
  const { dialect } = scope.build;
  const keys = join.natural ? naturalKeys(right, scope) : join.using.map((name) => keyOf(name, dialect));
  return keys.flatMap((key) => {
    const left = scope.merged.get(key)?.term ?? readVisible(scope.bounds, key);
    const own = readVisible([right], key);
    if (left === null || own === null) {
      fail(scope.build, reason('unknown-column', `no relation in reach has a column ${key} to join by`));
      return [];
    }
    const term =
      join.kind === 'right'
        ? own
        : join.kind === 'full'
          ? coalesced(makeTerm({ kind: 'function', name: 'coalesce', children: [left, own] }))
          : left;
    scope.merged.set(key, { name: key, key, term });
    return [
      normalOperator({ name: '=', children: [left, own], dialect, span: right.stars.length > 0 ? null : own.span }),
    ];
  });
}

function naturalKeys(right: Bound, { bounds, build }: Scope): readonly string[] {
  if (right.stars.length > 0 || bounds.some(({ stars }) => stars.length > 0)) {
    fail(build, reason('open-star', 'NATURAL JOIN of relations whose columns are not all known', 'give the catalog'));
  }
  return [...right.columns.keys()].filter((key) => bounds.some(({ columns, visible }) => visible && columns.has(key)));
}

function readVisible(bounds: readonly Bound[], key: string): Term | null {
  for (const { columns } of bounds) {
    const listed = columns.get(key);
    if (listed !== undefined) return listed.term;
  }
  const open = bounds
    .flatMap(({ stars, visible }) => (visible ? stars : []))
    .filter(({ except }) => !except.includes(key));
  const [only, second] = open;
  if (only === undefined) return null;
  const name =
    second === undefined ? only.input : `?(${[...new Set(open.map(({ input }) => input))].sort().join('|')})`;
  return columnTerm(name, key, null);
}
