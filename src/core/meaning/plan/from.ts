import { reason } from '#core/base';
import type { Expression, Identifier, Join, Source } from '#core/sql';
import { fail, keyOf } from './build.ts';
import { modifiersOf, toTerm } from './expression.ts';
import { type Attachment, apart, columnsOf, fresh, mergeable, nameOfPlan } from './merge.ts';
import { coalesced, conjuncts, normalOperator } from './normal.ts';
import type { Condition, Input, Output, Plan, StarOutput, Term } from './plan.ts';
import { planOf } from './query.ts';
import type { Bound, Scope } from './scope.ts';
import { columnTerm, makeTerm } from './term.ts';
import { treeText } from './tree-text.ts';

/** What FROM and its joins come to. */
export interface Sources {
  readonly inputs: Input[];
  readonly where: Condition[];
  readonly ordered: boolean;
}

interface Piece {
  readonly inputs: readonly Input[];
  readonly where: readonly Condition[];
  readonly columns: readonly Output[];
  readonly stars: readonly StarOutput[];
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
  const taken = new Set<string>();
  const made: Sources = { inputs: [], where: [], ordered };
  let inner = ordered;
  if (sources.some(({ modifiers = '' }) => modifiers.includes('nested='))) {
    fail(
      scope.build,
      reason('nested-joins', 'joins inside parentheses are not compared', 'write the inner join as a CTE'),
    );
  }
  for (const [at, source] of sources.entries()) {
    const kind = source.join === null || source.join.kind === 'cross' ? 'inner' : source.join.kind;
    const attachment: Attachment =
      sources.length === 1 ? 'alone' : ordered ? 'ordered' : kind === 'inner' ? 'inner' : 'outer';
    const piece = pieceOf(source, scope, attachment, taken);
    if (attachment === 'alone') inner = piece.ordered;
    const bound = boundOf(source, piece, kind, scope);
    const shared = source.join === null ? [] : mergeShared(source.join, bound, scope);
    scope.bounds.push(bound);
    const main = piece.inputs[0]?.alias ?? null;
    const on = [...shared, ...onConditions(source.join, scope)].map(
      (term): Condition => ({ term, clause: 'on', input: main }),
    );
    if (kind === 'inner' && !ordered) {
      made.inputs.push(...piece.inputs);
      made.where.push(...piece.where, ...on);
    } else {
      const [only, ...others] = piece.inputs;
      if (only !== undefined)
        made.inputs.push({ ...only, join: at === 0 ? 'inner' : kind, on: [...piece.where, ...on] }, ...others);
    }
  }
  return { ...made, ordered: inner };
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

function pieceOf(source: Source, scope: Scope, attachment: Attachment, taken: Set<string>): Piece {
  const { from } = source;
  switch (from.kind) {
    case 'table': {
      if (isElement(source, scope)) return functionPiece(source, 'unnest', [elementOf(source)], scope, taken);
      const [only] = from.name;
      const cte =
        from.name.length === 1 && only !== undefined ? scope.env.get(keyOf(only, scope.build.dialect)) : undefined;
      return cte === undefined
        ? relationPiece(source, from.name, scope, taken)
        : planPiece(source, cte, { scope, attachment, taken, correlated: false });
    }
    case 'subquery': {
      const seesOthers = from.lateral || scope.outer !== null;
      const outer = from.lateral ? scope : scope.outer;
      const depth = from.lateral ? scope.depth + 1 : scope.depth;
      const plan = planOf(from.query, { build: scope.build, env: scope.env, outer, depth });
      return planPiece(source, plan, {
        scope,
        attachment: from.lateral ? 'apart' : attachment,
        taken,
        correlated: seesOthers,
      });
    }
    case 'values': {
      const names = from.rows[0]?.map((_, at) => `column${at + 1}`) ?? [];
      const plan: Plan = {
        kind: 'values',
        names,
        rows: from.rows.map((row) => row.map((cell) => toTerm(cell, scope))),
      };
      return planPiece(source, plan, { scope, attachment, taken, correlated: false });
    }
    case 'table-function':
      return functionPiece(source, from.name.toLowerCase(), from.expressions, scope, taken, from.ordinal);
    case 'pivot':
    case 'unpivot':
      return pivotPiece(source, from, scope, taken);
  }
}

interface PlanUse {
  readonly scope: Scope;
  readonly attachment: Attachment | 'apart';
  readonly taken: Set<string>;
  readonly correlated: boolean;
}

function planPiece(source: Source, plan: Plan, { scope, attachment, taken, correlated }: PlanUse): Piece {
  const { dialect } = scope.build;
  if ((source.join?.modifiers ?? '') !== '')
    fail(scope.build, reason('join', `a join with ${source.join?.modifiers} is not compared`));
  const merged = attachment === 'apart' || modifiersOf(source) !== '' ? null : mergeable(plan, attachment, scope.depth);
  if (merged !== null) {
    const block = apart(merged, taken, scope.depth, dialect);
    scope.build.budget -= block.outputs.length;
    const written = writtenName(source);
    const inputs = block.inputs.map((input, at) =>
      at === 0 ? { ...input, written: input.written || written } : input,
    );
    return { inputs, where: block.where, columns: block.outputs, stars: block.stars, ordered: block.ordered };
  }
  const alias = fresh(nameOfPlan(plan), taken, scope.depth);
  const { columns, stars } = columnsOf(plan, alias, (key) => columnTerm(alias, key, null));
  const read: Plan =
    modifiersOf(source) === ''
      ? plan
      : { kind: 'opaque', reason: reason('sample', 'a sample of a query'), text: treeText(source) };
  const input: Input = {
    alias,
    source: { kind: 'plan', plan: read, correlated },
    join: 'inner',
    on: [],
    span: source.span,
    written: writtenName(source),
  };
  return { inputs: [input], where: [], columns, stars, ordered: false };
}

function relationPiece(source: Source, name: readonly Identifier[], scope: Scope, taken: Set<string>): Piece {
  const { dialect, context } = scope.build;
  const known = context.relation(name);
  const last = keyOf(name.at(-1) ?? { name: '', quoted: false }, dialect);
  const alias = fresh(known === null ? last : lastOf(known.name, last), taken, scope.depth);
  const keys = known?.columns?.map((column) => column.toLowerCase()) ?? null;
  const full = name.map((part) => keyOf(part, dialect)).join('.');
  const input: Input = {
    alias,
    source: {
      kind: 'relation',
      name: known?.name ?? full,
      uniqueId: known?.uniqueId ?? null,
      columns: keys,
      modifiers: `${modifiersOf(source)}${modifiersOf(source.join ?? {})}`,
    },
    join: 'inner',
    on: [],
    span: source.span,
    written: writtenName(source),
  };
  const columns = (keys ?? []).map((key): Output => ({ name: key, key, term: columnTerm(alias, key, null) }));
  return {
    inputs: [input],
    where: [],
    columns,
    stars: keys === null ? [{ input: alias, except: [], at: 0 }] : [],
    ordered: false,
  };
}

/** The last part of a relation's name, for reading. */
function lastOf(name: string, written: string): string {
  return /([^.:]+)$/.exec(name)?.[1] ?? written;
}

function writtenName({ alias, from }: Source): string {
  if (alias !== null) return alias.name;
  return from.kind === 'table' ? (from.name.at(-1)?.name ?? '') : '';
}

/** Whether `from t, t.items i` means the elements of a column of `t`, and no table. */
function isElement({ from }: Source, { bounds, build }: Scope): boolean {
  if (from.kind !== 'table' || from.name.length < 2) return false;
  const [first] = from.name;
  const key = first === undefined ? '' : keyOf(first, build.dialect);
  return bounds.some(({ alias }) => alias === key) && build.context.relation(from.name) === null;
}

function elementOf(source: Source): Expression {
  const column = source.from.kind === 'table' ? source.from.name : [];
  return { kind: 'column', name: '', column, children: [], query: null, distinct: false, span: source.span };
}

function functionPiece(
  source: Source,
  name: string,
  expressions: readonly Expression[],
  scope: Scope,
  taken: Set<string>,
  ordinal: Identifier | null = null,
): Piece {
  const { dialect } = scope.build;
  const own = source.alias ?? (source.from.kind === 'table' ? (source.from.name.at(-1) ?? null) : null);
  const alias = fresh(name, taken, scope.depth);
  const named = [...source.columnAliases, ...(ordinal === null ? [] : [ordinal])];
  // The names are part of the meaning: terms read the columns by them.
  const keys = named.map((column) => keyOf(column, dialect));
  const element = own === null ? [] : [keyOf(own, dialect)];
  const columns = [...new Set([...keys, ...element])].map((key): Output => {
    const term = columnTerm(alias, keys.includes(key) ? key : '*', null);
    return { name: key, key, term };
  });
  const input: Input = {
    alias,
    source: {
      kind: 'function',
      name,
      terms: expressions.map((expression) => toTerm(expression, scope)),
      plan: null,
      text: `${keys.join(' ')} ${modifiersOf(source)} ${modifiersOf(source.join ?? {})}${ordinal === null ? '' : ` at ${ordinal.name}`}`,
      columns: null,
    },
    join: 'inner',
    on: [],
    span: source.span,
    written: writtenName(source),
  };
  return { inputs: [input], where: [], columns, stars: [{ input: alias, except: [], at: 0 }], ordered: false };
}

function pivotPiece(
  source: Source,
  from: Extract<Source['from'], { kind: 'pivot' | 'unpivot' }>,
  scope: Scope,
  taken: Set<string>,
): Piece {
  const { input: inside, ...rest } = from;
  const star = { kind: 'star', qualifier: [], except: [], replace: [], rename: [], span: null } as const;
  const select = {
    kind: 'select',
    distinct: false,
    distinctOn: [],
    projections: [star],
    sources: [{ ...inside, join: null }],
    where: null,
    groupBy: [],
    having: null,
    qualify: null,
    orderBy: [],
    windows: [],
  } as const;
  const bare = { ctes: [], recursive: false, orderBy: [], kind: 'query' } as const;
  const limit = null;
  const plan = planOf(
    { ...bare, limit, body: { ...select, limit } },
    { build: scope.build, env: scope.env, outer: scope.outer, depth: scope.depth },
  );
  const alias = fresh(from.kind, taken, scope.depth);
  const keys = source.columnAliases.map((column) => keyOf(column, scope.build.dialect));
  const input: Input = {
    alias,
    source: {
      kind: 'function',
      name: from.kind,
      terms: [],
      plan,
      text: `${treeText(rest)} ${keys.join(' ')} ${modifiersOf(source)}`,
      columns: null,
    },
    join: 'inner',
    on: [],
    span: source.span,
    written: writtenName(source),
  };
  if (keys.length > 0) fail(scope.build, reason('pivot', 'a pivot whose columns are renamed by position'));
  return { inputs: [input], where: [], columns: [], stars: [{ input: alias, except: [], at: 0 }], ordered: false };
}
