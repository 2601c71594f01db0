import { reason } from '#core/base';
import type { Expression, Identifier, Source } from '#core/sql';
import { type Build, fail, keyOf, modifiersOf, type Scope } from './build.ts';
import { toTerm } from './expression.ts';
import { type Attachment, apart, columnsOf, fresh, mergeable, nameOfPlan } from './merge.ts';
import type { Condition, Input, InputSource, Output, Plan, StarOutput } from './plan.ts';
import { columnTerm } from './term.ts';
import { treeText } from './tree-text.ts';

/** What one item of FROM comes to: inputs, and what can be read of them. */
export interface Piece {
  readonly inputs: readonly Input[];
  readonly where: readonly Condition[];
  readonly columns: readonly Output[];
  readonly stars: readonly StarOutput[];
  readonly ordered: boolean;
}

/** How a piece is put into a block. */
export interface Placing {
  readonly scope: Scope;
  /** `apart`: it is never merged. */
  readonly attachment: Attachment | 'apart';
  /** Aliases that the block has already. */
  readonly taken: Set<string>;
}

/** What an item of FROM comes to. */
export function pieceOf(source: Source, placing: Placing): Piece {
  const { from } = source;
  const { scope } = placing;
  switch (from.kind) {
    case 'table':
      return tablePiece(source, from.name, placing);
    case 'subquery': {
      const around = { build: scope.build, env: scope.env };
      if (!from.lateral)
        return planPiece(
          source,
          scope.build.planOf(from.query, { ...around, outer: scope.outer, depth: scope.depth }),
          placing,
        );
      const plan = scope.build.planOf(from.query, { ...around, outer: scope, depth: scope.depth + 1 });
      return planPiece(source, plan, { ...placing, attachment: 'apart' });
    }
    case 'values': {
      const names = from.rows[0]?.map((_, at) => `column${at + 1}`) ?? [];
      const rows = from.rows.map((row) => row.map((cell) => toTerm(cell, scope)));
      return planPiece(source, { kind: 'values', names, rows }, placing);
    }
    case 'table-function':
      return functionPiece(source, { ...from, name: from.name.toLowerCase() }, placing);
    case 'pivot':
    case 'unpivot':
      return pivotPiece(source, from, placing);
  }
}

function tablePiece(source: Source, name: readonly Identifier[], placing: Placing): Piece {
  const { scope } = placing;
  if (isElement(source, scope)) {
    const column: Expression = {
      kind: 'column',
      name: '',
      column: name,
      children: [],
      query: null,
      distinct: false,
      span: source.span,
    };
    return functionPiece(source, { name: 'unnest', expressions: [column], ordinal: null }, placing);
  }
  const [only, more] = name;
  const cte = only === undefined || more !== undefined ? undefined : scope.env.get(keyOf(only, scope.build.dialect));
  const plan = cte ?? (scope.build.writesOut ? writtenOut(name, scope) : undefined);
  return plan === undefined ? relationPiece(source, name, placing) : planPiece(source, plan, placing, false);
}

/** The plan of the SQL that makes a relation's rows, where that is known and understood. */
function writtenOut(name: readonly Identifier[], { build, depth }: Scope): Plan | undefined {
  const definition = build.context.definition?.(name) ?? null;
  if (definition === null) return undefined;
  const own: Build = { ...build, context: definition.context, failed: null };
  const plan = build.planOf(definition.query, { build: own, env: new Map(), outer: null, depth });
  build.budget = own.budget;
  return own.failed === null && plan.kind !== 'opaque' ? plan : undefined;
}

/** Whether `from t, t.items i` means the elements of a column of `t`, and no table. */
export function isElement({ from }: Source, { bounds, build }: Scope): boolean {
  if (from.kind !== 'table' || from.name.length < 2) return false;
  const [first] = from.name;
  const key = first === undefined ? '' : keyOf(first, build.dialect);
  return bounds.some(({ alias }) => alias === key) && build.context.relation(from.name) === null;
}

function inputOf(source: Source, alias: string, reads: InputSource): Input {
  const written = source.alias?.name ?? (source.from.kind === 'table' ? (source.from.name.at(-1)?.name ?? '') : '');
  return { alias, source: reads, join: 'inner', on: [], span: source.span, written };
}

/** A plan as part of the block where that means the same, else as an input. `correlated`: it may read what stands around it. */
function planPiece(
  source: Source,
  plan: Plan,
  placing: Placing,
  correlated = placing.scope.outer !== null || placing.attachment === 'apart',
): Piece {
  const { scope, attachment, taken } = placing;
  const joined = source.join?.modifiers ?? '';
  if (joined !== '') fail(scope.build, reason('join', `a join with ${joined} is not compared`));
  const isSampled = modifiersOf(source) !== '';
  const merged = attachment === 'apart' || isSampled ? null : mergeable(plan, attachment, scope.depth);
  if (merged !== null) {
    const block = apart(merged, taken, scope.depth, scope.build.dialect);
    scope.build.budget -= block.outputs.length + block.where.length + block.inputs.length;
    const { written } = inputOf(source, '', { kind: 'plan', plan, correlated });
    const inputs = block.inputs.map((input, at) => (at === 0 && input.written === '' ? { ...input, written } : input));
    return { inputs, where: block.where, columns: block.outputs, stars: block.stars, ordered: block.ordered };
  }
  const alias = fresh(nameOfPlan(plan), taken, scope.depth);
  const columns = columnsOf(plan, alias, (key) => columnTerm(alias, key, null));
  const sampled: Plan = { kind: 'opaque', reason: reason('sample', 'a sample of a query'), text: treeText(source) };
  if (isSampled && scope.env.size > 0) fail(scope.build, reason('sample', 'a sample of a query is not compared'));
  const input = inputOf(source, alias, { kind: 'plan', plan: isSampled ? sampled : plan, correlated });
  return { inputs: [input], where: [], ...columns, ordered: false };
}

function relationPiece(source: Source, name: readonly Identifier[], { scope, taken }: Placing): Piece {
  const { dialect, context } = scope.build;
  const parts = name.map((part) => keyOf(part, dialect));
  const full = parts.join('.');
  const known = context.relation(name) ?? { name: full, uniqueId: null, columns: null };
  const alias = fresh(/([^.:]+)$/.exec(known.name)?.[1] ?? full, taken, scope.depth);
  const keys = known.columns?.map((column) => column.toLowerCase()) ?? null;
  const modifiers = `${modifiersOf(source)}${modifiersOf(source.join ?? {})}`;
  const input = inputOf(source, alias, {
    kind: 'relation',
    name: known.name,
    uniqueId: known.uniqueId,
    columns: keys,
    modifiers,
  });
  const columns = (keys ?? []).map((key): Output => ({ name: key, key, term: columnTerm(alias, key, null) }));
  return { inputs: [input], where: [], columns, stars: keys === null ? [allOf(alias)] : [], ordered: false };
}

function allOf(alias: string): StarOutput {
  return { input: alias, except: [], at: 0 };
}

/** A function in FROM, or the elements of a column. Columns are read by their names, so that these are part of the meaning. */
function functionPiece(
  source: Source,
  {
    name,
    expressions,
    ordinal,
  }: Pick<Extract<Source['from'], { kind: 'table-function' }>, 'name' | 'expressions' | 'ordinal'>,
  { scope, taken }: Placing,
): Piece {
  const { dialect } = scope.build;
  const alias = fresh(name, taken, scope.depth);
  const own = source.alias ?? (source.from.kind === 'table' ? (source.from.name.at(-1) ?? null) : null);
  const keys = [...source.columnAliases, ...(ordinal === null ? [] : [ordinal])].map((column) =>
    keyOf(column, dialect),
  );
  const readable = new Set([...keys, ...(own === null ? [] : [keyOf(own, dialect)])]);
  const columns = [...readable].map((key): Output => {
    const term = columnTerm(alias, keys.includes(key) ? key : '*', null);
    return { name: key, key, term };
  });
  const counted = ordinal === null ? '' : ` at ${ordinal.name}`;
  const input = inputOf(source, alias, {
    kind: 'function',
    name,
    terms: expressions.map((expression) => toTerm(expression, scope)),
    plan: null,
    text: `${keys.join(' ')} ${modifiersOf(source)} ${modifiersOf(source.join ?? {})}${counted}`,
    columns: null,
  });
  return { inputs: [input], where: [], columns, stars: [allOf(alias)], ordered: false };
}

const everything = { kind: 'star', qualifier: [], except: [], replace: [], rename: [], span: null } as const;
const nothingElse = {
  distinct: false,
  distinctOn: [],
  where: null,
  groupBy: [],
  having: null,
  qualify: null,
  windows: [],
} as const;
const untailed = { orderBy: [], limit: null } as const;

/** PIVOT and UNPIVOT of a plan: what they do is kept as a text of their tree. */
function pivotPiece(
  source: Source,
  from: Extract<Source['from'], { kind: 'pivot' | 'unpivot' }>,
  { scope, taken }: Placing,
): Piece {
  const { input: inside, ...rest } = from;
  const select = {
    kind: 'select',
    ...nothingElse,
    ...untailed,
    projections: [everything],
    sources: [{ ...inside, join: null }],
  } as const;
  const { build, env, outer, depth } = scope;
  const plan = scope.build.planOf(
    { kind: 'query', ctes: [], recursive: false, ...untailed, body: select },
    { build, env, outer, depth },
  );
  if (source.columnAliases.length > 0) fail(build, reason('pivot', 'a pivot whose columns are renamed by position'));
  const alias = fresh(from.kind, taken, depth);
  const text = `${treeText(rest)} ${modifiersOf(source)}`;
  const input = inputOf(source, alias, { kind: 'function', name: from.kind, terms: [], plan, text, columns: null });
  return { inputs: [input], where: [], columns: [], stars: [allOf(alias)], ordered: false };
}
