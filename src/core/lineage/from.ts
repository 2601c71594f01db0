import { type Expression, type Identifier, identifierKey, type Join, maskReason, type Source } from '#core/sql';
import { newSink, traceInto, traceValue } from './expression.ts';
import { namesOf, numberApart } from './function-names.ts';
import { fold } from './logic.ts';
import { namedFromEnd, pivotRelation, unpivotRelation } from './pivot.ts';
import {
  constant,
  maskedRelation,
  nothing,
  plain,
  type Relation,
  type RelationColumn,
  type Rowset,
  strengths,
  type Value,
} from './relation.ts';
import { type BoundSource, findColumn, newScope, type Scope, type Trace } from './scope.ts';

/** What joins say of the rows. */
export interface Joins {
  readonly conditions: readonly { readonly expression: Expression; readonly scope: Scope }[];
  /** Columns of USING and NATURAL, of both sides. */
  readonly shared: readonly Value[];
  readonly rowsets: readonly Rowset[];
  readonly signature: string;
}

/** Puts the sources of a SELECT into its scope, from left to right: each may see those before it. */
export function bindSources(sources: readonly Source[], scope: Scope, trace: Trace): Joins {
  const conditions: { expression: Expression; scope: Scope }[] = [];
  const shared: Value[] = [];
  const rowsets: Rowset[] = [];
  const signature: string[] = [];
  for (const source of sources) {
    const bound = bind(source, scope, trace, rowsets);
    const { join } = source;
    if (join !== null) shared.push(...mergeShared(join, bound, scope, trace));
    scope.sources.push(bound);
    const how = join === null ? ',' : `${join.kind} join`;
    signature.push(signature.length === 0 ? bound.relation.signature : `${how} ${bound.relation.signature}`);
    // A condition sees what stands to its left, and the joined source even where a semi join hides it from the SELECT.
    if (join?.on) conditions.push({ expression: join.on, scope: { ...scope, sources: [...scope.sources] } });
  }
  return { conditions, shared, rowsets, signature: fold(signature.join(' ')) };
}

function bind(source: Source, scope: Scope, trace: Trace, rowsets: Rowset[]): BoundSource {
  const { dialect } = trace;
  const relation = relationOf(source, scope, trace, rowsets);
  const path = source.from.kind === 'table' ? source.from.name.map((part) => identifierKey(part, dialect)) : [];
  const alias = source.alias === null ? (path.at(-1) ?? null) : identifierKey(source.alias, dialect);
  const hidden = source.join?.kind === 'semi' || source.join?.kind === 'anti';
  return {
    alias,
    path: source.alias === null ? path : [],
    relation: namedFromEnd(source, relation, trace) ?? renamed(relation, source.columnAliases, trace),
    visible: !hidden,
    isFunction: source.from.kind === 'table-function' || isElement(source, scope, trace),
  };
}

/** The columns of `relation` under other names, position by position. */
export function renamed(relation: Relation, names: readonly Identifier[], { dialect }: Trace): Relation {
  if (names.length === 0) return relation;
  const columns = relation.columns.map((column, at): RelationColumn => {
    const name = names[at];
    return name === undefined ? column : { ...column, name: name.name, key: identifierKey(name, dialect) };
  });
  if (relation.open === null || relation.columns.length >= names.length) return { ...relation, columns };
  const { open } = relation;
  const known = new Set(columns.map((column) => column.key));
  const unknown = names.slice(columns.length).flatMap((name): readonly RelationColumn[] => {
    const value = open(name);
    const key = identifierKey(name, dialect);
    return value === null || known.has(key) ? [] : [{ name: name.name, key, value }];
  });
  return { ...relation, columns: [...columns, ...unknown], open: null, parents: [] };
}

function relationOf(source: Source, scope: Scope, trace: Trace, rowsets: Rowset[]): Relation {
  const { from } = source;
  switch (from.kind) {
    case 'table':
      return isElement(source, scope, trace)
        ? elementOf(from.name, source, scope, trace)
        : tableOf(from.name, scope, trace);
    case 'subquery':
      return trace.query(from.query, scope.env, from.lateral || scope.outer !== null ? scope : null);
    case 'values':
      return valuesRelation(from.rows, scope, trace);
    case 'table-function':
      return functionRelation(from, source, { scope, trace, rowsets });
    case 'pivot':
    case 'unpivot': {
      const inner = newScope(scope.env, scope.outer);
      const input = bind({ ...from.input, join: null }, inner, trace, rowsets);
      inner.sources.push(input);
      return from.kind === 'pivot'
        ? pivotRelation(from, input.relation, inner, trace)
        : unpivotRelation(from, input.relation, trace);
    }
  }
}

function tableOf(name: readonly Identifier[], scope: Scope, trace: Trace): Relation {
  const [only] = name;
  if (only !== undefined && name.length === 1) {
    const ephemeral = trace.ephemeral(only);
    if (ephemeral !== null) return ephemeral;
    const cte = scope.env.get(identifierKey(only, trace.dialect));
    if (cte !== undefined) return cte;
  }
  return trace.table(name);
}

/** Whether `from t, t.items i` means the elements of a column of `t`, and no table. */
function isElement({ from }: Source, scope: Scope, trace: Trace): boolean {
  if (from.kind !== 'table' || from.name.length < 2) return false;
  const [first] = from.name;
  const key = first === undefined ? '' : identifierKey(first, trace.dialect);
  return scope.sources.some((source) => source.alias === key) && !trace.knows(from.name);
}

function elementOf(name: readonly Identifier[], source: Source, scope: Scope, trace: Trace): Relation {
  const array: Expression = {
    kind: 'column',
    name: '',
    column: name,
    children: [],
    query: null,
    distinct: false,
    span: source.span,
  };
  const from = { kind: 'table-function', name: 'unnest', expressions: [array], ordinal: null } as const;
  return functionRelation(
    from,
    { ...source, alias: source.alias ?? name.at(-1) ?? null },
    { scope, trace, rowsets: [] },
  );
}

interface FromContext {
  readonly scope: Scope;
  readonly trace: Trace;
  readonly rowsets: Rowset[];
}

/** Columns that a table function has whatever its argument. */
const functionColumns: Readonly<Record<string, readonly string[]>> = {
  flatten: ['seq', 'key', 'path', 'index', 'value', 'this'],
  split_to_table: ['seq', 'index', 'value'],
  strtok_split_to_table: ['seq', 'index', 'value'],
  jsonb_each: ['key', 'value'],
  jsonb_each_text: ['key', 'value'],
  json_each: ['key', 'value'],
  json_each_text: ['key', 'value'],
  openjson: ['key', 'value', 'type'],
  string_split: ['value', 'ordinal'],
};

/** Set-returning functions of one column, which goes by the alias. */
function functionRelation(
  from: Extract<Source['from'], { readonly kind: 'table-function' }>,
  source: Source,
  { scope, trace, rowsets }: FromContext,
): Relation {
  const file = fileName(from);
  if (file !== null && trace.knows([file])) return trace.table([file]);
  const mask = maskReason(from.name);
  if (mask !== null) return maskedRelation(mask);
  const sink = newSink();
  const logic = from.expressions.map((expression) => traceInto(sink, expression, { scope, trace })).join(', ');
  rowsets.push(...sink.rowsets);
  const origins = new Map(
    [...sink.origins].map(([key, origin]) => [
      key,
      { ...origin, strength: Math.max(origin.strength, strengths.expression) },
    ]),
  );
  const value: Value = {
    ...plain,
    origins,
    logic: fold(`${from.name}(${logic})`),
    made: strengths.expression,
    unresolved: sink.unresolved,
  };
  const fixed = functionColumns[from.name]?.map((name) => ({ name, quoted: false })) ?? [];
  const { names, ordinal } = numberApart(from, source, fixed.length > 0 ? fixed : namesOf(from.name, source));
  const columns = names.map(
    (name): RelationColumn => ({ name: name.name, key: identifierKey(name, trace.dialect), value }),
  );
  if (ordinal !== null)
    columns.push({ name: ordinal.name, key: identifierKey(ordinal, trace.dialect), value: constant('ordinal') });
  const closed = fixed.length > 0 || source.columnAliases.length > 0;
  return { columns, open: closed ? null : () => value, parents: [], rowset: nothing, signature: value.logic };
}

/** `read_csv('orders.csv')`, as the name of a relation: dbt-duckdb's external sources are such functions. */
function fileName(from: { readonly name: string; readonly expressions: readonly Expression[] }): Identifier | null {
  const [first] = from.expressions;
  return first?.kind === 'literal' && first.name.startsWith("'")
    ? { name: `${from.name}(${first.name}`, quoted: true }
    : null;
}

function valuesRelation(rows: readonly (readonly Expression[])[], scope: Scope, trace: Trace): Relation {
  const width = rows[0]?.length ?? 0;
  const first = trace.dialect === 'duckdb' ? 0 : 1;
  const prefix =
    trace.dialect === 'duckdb' ? 'col' : trace.dialect === 'spark' || trace.dialect === 'databricks' ? 'col' : 'column';
  const columns = Array.from({ length: width }, (_, at): RelationColumn => {
    const name = { name: `${prefix}${at + first}`, quoted: false };
    const values = rows.flatMap((row) => row[at] ?? []).map((expression) => traceValue(expression, scope, trace).value);
    const origins = new Map(values.flatMap((value) => [...value.origins]));
    const logic = fold(`values(${values.map((value) => value.logic).join(', ')})`);
    return {
      name: name.name,
      key: identifierKey(name, trace.dialect),
      value: { ...plain, origins, logic, made: Math.max(0, ...values.map((value) => value.made)) },
    };
  });
  return {
    columns,
    open: null,
    parents: [],
    rowset: nothing,
    signature: fold(columns.map((column) => column.value.logic).join(', ')),
  };
}

/** Makes the shared columns of USING and NATURAL one; gives both sides' values, which decide the rows. */
function mergeShared(join: Join, bound: BoundSource, scope: Scope, trace: Trace): readonly Value[] {
  const names = join.natural ? naturalNames(bound, scope, trace) : join.using;
  return names.flatMap((name) => {
    const key = identifierKey(name, trace.dialect);
    const left = scope.merged.get(key)?.value ?? leftValue(name, scope, trace);
    const right = findColumn(bound.relation, name, trace.dialect)?.value ?? bound.relation.open?.(name) ?? null;
    const merged = mergedValue(join, left, right);
    if (merged !== null) scope.merged.set(key, { name: leftName(name, scope, trace), key, value: merged });
    return [right, left].filter((value) => value !== null);
  });
}

/** What the one column holds: the side that no outer join fills with NULLs, or both. */
function mergedValue({ kind }: Join, left: Value | null, right: Value | null): Value | null {
  if (kind === 'right') return right;
  return kind === 'full' ? coalesced(left, right) : (left ?? right);
}

function leftName(name: Identifier, scope: Scope, { dialect }: Trace): string {
  for (const source of scope.sources) {
    const column = findColumn(source.relation, name, dialect);
    if (column !== null) return column.name;
  }
  return name.name;
}

function leftValue(name: Identifier, scope: Scope, { dialect }: Trace): Value | null {
  const visible = scope.sources.filter((source) => source.visible);
  for (const { relation } of visible) {
    const column = findColumn(relation, name, dialect);
    if (column !== null) return column.value;
  }
  for (const { relation } of visible) if (relation.open !== null) return relation.open(name);
  return null;
}

function naturalNames(bound: BoundSource, scope: Scope, { dialect }: Trace): readonly Identifier[] {
  return bound.relation.columns
    .map((column) => ({ name: column.name, quoted: true }))
    .filter((name) =>
      scope.sources.some((source) => source.visible && findColumn(source.relation, name, dialect) !== null),
    );
}

function coalesced(left: Value | null, right: Value | null): Value | null {
  if (left === null || right === null) return left ?? right;
  const origins = new Map([...left.origins, ...right.origins]);
  return {
    ...plain,
    origins,
    logic: fold(`coalesce(${left.logic}, ${right.logic})`),
    type: left.type === right.type ? left.type : null,
    made: strengths.expression,
    unresolved: left.unresolved ?? right.unresolved,
  };
}
