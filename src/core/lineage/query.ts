import { type Cte, identifierKey, type Query, type SetOperation, type Values } from '#core/sql';
import { newSink, traceInto } from './expression.ts';
import { renamed } from './from.ts';
import type { RowsetUse } from './lineage.ts';
import { fold } from './logic.ts';
import {
  nothing,
  type Origin,
  originKey,
  type Relation,
  type RelationColumn,
  type Rowset,
  strengths,
  type Value,
} from './relation.ts';
import { type Environment, findColumn, newScope, type Scope, type Trace } from './scope.ts';
import { traceSelect } from './select.ts';

/** Rounds after which a recursive CTE is taken as it is; the base columns of real ones stand after two. */
const recursions = 8;

/** The output columns of a query and what moves its rows. Every CTE is traced once, whoever reads it. */
export function traceQuery(query: Query, env: Environment, outer: Scope | null, trace: Trace): Relation {
  const inner = withCtes(query, env, outer, trace);
  const body = traceBody(query.body, inner, outer, trace);
  if (query.orderBy.length > 0) return ordered(query, body, inner, trace);
  const { order = [] } = body;
  return query.limit !== null && order.length > 0
    ? { ...body, rowset: { uses: order, inputs: [body.rowset] }, order: [] }
    : body;
}

function traceBody(body: Query['body'], env: Environment, outer: Scope | null, trace: Trace): Relation {
  switch (body.kind) {
    case 'select':
      return traceSelect(body, env, outer, trace);
    case 'set-operation':
      return traceSetOperation(
        body,
        body.members.map((member) => traceQuery(member, env, outer, trace)),
        trace,
      );
    case 'values':
      return traceSelect(selectFrom(body), env, outer, trace);
    case 'query':
      return traceQuery(body, env, outer, trace);
  }
}

function selectFrom({ rows }: Values): Parameters<typeof traceSelect>[0] {
  return {
    kind: 'select',
    distinct: false,
    distinctOn: [],
    projections: [{ kind: 'star', qualifier: [], except: [], replace: [], rename: [], span: null }],
    sources: [{ from: { kind: 'values', rows }, alias: null, columnAliases: [], join: null, span: null }],
    where: null,
    groupBy: [],
    having: null,
    qualify: null,
    orderBy: [],
    limit: null,
    windows: [],
  };
}

function withCtes(query: Query, env: Environment, outer: Scope | null, trace: Trace): Environment {
  if (query.ctes.length === 0) return env;
  const inner = new Map(env);
  for (const cte of query.ctes) {
    if (trace.ephemeral(cte.name) !== null) continue;
    const key = identifierKey(cte.name, trace.dialect);
    const relation = recursiveMembers(cte, query)
      ? traceRecursive(cte, inner, outer, trace)
      : traceQuery(cte.query, inner, outer, trace);
    inner.set(key, renamed(relation, cte.columnAliases, trace));
  }
  return inner;
}

/** BigQuery, Snowflake and T-SQL allow recursion without the word in some places, so the shape decides too. */
function recursiveMembers(cte: Cte, query: Query): boolean {
  return cte.query.body.kind === 'set-operation' && (query.recursive || readsItself(cte));
}

function readsItself(cte: Cte): boolean {
  const name = cte.name.name.toLowerCase();
  const members = cte.query.body.kind === 'set-operation' ? cte.query.body.members : [];
  return members.some(
    (member) =>
      member.body.kind === 'select' &&
      member.body.sources.some(
        ({ from }) => from.kind === 'table' && from.name.length === 1 && from.name[0]?.name.toLowerCase() === name,
      ),
  );
}

/** The first member gives the columns; the others are traced with what is known so far until nothing is added. */
function traceRecursive(cte: Cte, env: Map<string, Relation>, outer: Scope | null, trace: Trace): Relation {
  const { body } = cte.query;
  if (body.kind !== 'set-operation') return traceQuery(cte.query, env, outer, trace);
  const key = identifierKey(cte.name, trace.dialect);
  const [first, ...rest] = body.members;
  if (first === undefined) return traceQuery(cte.query, env, outer, trace);
  const inner = new Map(withCtes({ ...cte.query, body: first }, env, outer, trace));
  const anchor = renamed(traceQuery(first, inner, outer, trace), cte.columnAliases, trace);
  let known = anchor;
  for (let round = 0; round < recursions; round += 1) {
    inner.set(key, stepOf(known, cte));
    const missing = trace.missing.length;
    const next = traceSetOperation(
      body,
      [anchor, ...rest.map((member) => traceQuery(member, inner, outer, trace))],
      trace,
    );
    const settled = sizeOf(next) === sizeOf(known);
    known = next;
    if (settled) break;
    trace.missing.splice(missing);
  }
  return known;
}

/** What a recursive member sees of its own CTE. Its logic is a name, or it would grow with every round. */
function stepOf(relation: Relation, cte: Cte): Relation {
  const columns = relation.columns.map(
    (column, at): RelationColumn => ({ ...column, value: { ...column.value, logic: `recursive(${at})` } }),
  );
  return { ...relation, columns, rowset: nothing, signature: `recursive(${cte.name.name.toLowerCase()})` };
}

function sizeOf(relation: Relation): number {
  const columns = new Set(
    relation.columns.flatMap((column, at) =>
      [...column.value.origins.values()].map((origin) => `${at}\n${origin.uniqueId}\n${origin.column}`),
    ),
  );
  return columns.size;
}

function ordered(query: Query, body: Relation, env: Environment, trace: Trace): Relation {
  const scope = newScope(env, null);
  scope.sources.push({ alias: null, path: [], relation: body, visible: true, isFunction: false });
  const sink = newSink();
  for (const item of query.orderBy) {
    const plain = item.kind === 'operator' && item.name === 'desc' ? item.children[0] : item;
    if (plain?.kind === 'literal')
      body.columns[Number(plain.name) - 1]?.value.origins.forEach((origin, key) => sink.origins.set(key, origin));
    else traceInto(sink, item, { scope, trace });
  }
  const uses = [...sink.origins.values()].map(
    ({ uniqueId, column }): RowsetUse => ({ uniqueId, column, clause: 'order' }),
  );
  const inputs = [body.rowset, ...sink.rowsets];
  return query.limit !== null
    ? { ...body, rowset: { uses, inputs }, order: [] }
    : { ...body, rowset: { uses: [], inputs }, order: uses };
}

function traceSetOperation(operation: SetOperation, members: readonly Relation[], trace: Trace): Relation {
  const [first, ...others] = members;
  if (first === undefined) return { columns: [], open: null, parents: [], rowset: nothing, signature: '' };
  const giving = operation.operator === 'except' ? [first] : members;
  const open = members.filter((member) => member.open !== null);
  const columns = operation.byName
    ? byName(giving, operation)
    : open.length === 0
      ? byPosition(first, giving, operation)
      : byLikelyName(first, giving, operation, trace);
  return {
    columns,
    open:
      open.length === 0
        ? null
        : (name) =>
            merged(
              giving.flatMap((member) => findColumn(member, name, trace.dialect)?.value ?? member.open?.(name) ?? []),
              operation,
            ),
    parents:
      open.length === 0 && others.every((member) => member.parents.length === 0)
        ? first.parents
        : members.flatMap((member) => member.parents),
    rowset: rowsetOf(operation, members),
    signature: fold(
      `${operation.operator}${operation.all ? ' all' : ''}(${members.map((member) => member.signature).join(', ')})`,
    ),
  };
}

function rowsetOf(operation: SetOperation, members: readonly Relation[]): Rowset {
  const inputs = members.map((member) => member.rowset);
  if (operation.operator === 'union' && operation.all) return { uses: [], inputs };
  const clause = operation.operator === 'union' ? 'distinct' : 'where';
  const uses = members.flatMap((member) =>
    member.columns.flatMap((column) =>
      [...column.value.origins.values()].map(
        ({ uniqueId, column: name }): RowsetUse => ({ uniqueId, column: name, clause }),
      ),
    ),
  );
  return { uses, inputs };
}

function byPosition(first: Relation, members: readonly Relation[], operation: SetOperation): readonly RelationColumn[] {
  return first.columns.map((column, at) => {
    const values = members.flatMap((member) => member.columns[at]?.value ?? []);
    return { ...column, value: merged(values, operation) ?? column.value };
  });
}

/** Positions do not tell while a star is not expanded; the names of such unions agree in practice. */
function byLikelyName(
  first: Relation,
  members: readonly Relation[],
  operation: SetOperation,
  { dialect }: Trace,
): readonly RelationColumn[] {
  return first.columns.map((column) => {
    const name = { name: column.name, quoted: true };
    const values = members.flatMap((member) => findColumn(member, name, dialect)?.value ?? member.open?.(name) ?? []);
    return { ...column, value: merged(values, operation) ?? column.value };
  });
}

function byName(members: readonly Relation[], operation: SetOperation): readonly RelationColumn[] {
  const named = new Map<string, { readonly column: RelationColumn; readonly values: Value[] }>();
  for (const column of members.flatMap((member) => member.columns)) {
    const known = named.get(column.key);
    if (known === undefined) named.set(column.key, { column, values: [column.value] });
    else known.values.push(column.value);
  }
  return [...named.values()].map(({ column, values }) => ({
    ...column,
    value: merged(values, operation) ?? column.value,
  }));
}

/** One value for what the members of a set operation put into one column. */
function merged(values: readonly Value[], operation: SetOperation): Value | null {
  const [first, ...others] = values;
  if (first === undefined || others.length === 0) return first ?? null;
  const origins = new Map(first.origins);
  for (const origin of others.flatMap((value) => [...value.origins.values()])) {
    const own: Origin =
      operation.operator === 'intersect'
        ? { ...origin, strength: Math.max(origin.strength, strengths.setOperation) }
        : origin;
    if (!origins.has(originKey(own))) origins.set(originKey(own), own);
  }
  const logics = [...new Set(values.map((value) => value.logic))];
  const alike = logics.length === 1;
  return {
    origins,
    logic: alike ? first.logic : fold(`${operation.operator}(${logics.join(', ')})`),
    castType: shared(values.map((value) => value.castType)),
    type: shared(values.map((value) => value.type)),
    made: alike ? first.made : Math.max(strengths.setOperation, ...values.map((value) => value.made)),
    unresolved: values.find((value) => value.unresolved !== null)?.unresolved ?? null,
  };
}

/** What all give; null when they differ. */
function shared(types: readonly (string | null)[]): string | null {
  const [first = null] = types;
  return types.every((type) => type === first) ? first : null;
}
