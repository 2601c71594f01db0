import type { Reason, UniqueId } from '#core/base';
import {
  dialectRules,
  type Expression,
  type Identifier,
  identifierKey,
  maskReason,
  type Projection,
  type Select,
  type Star,
} from '#core/sql';
import { newSink, traceInto, traceValue } from './expression.ts';
import { bindSources } from './from.ts';
import type { RowsetUse } from './lineage.ts';
import { fold } from './logic.ts';
import { outputName } from './output-name.ts';
import { type Relation, type RelationColumn, type Rowset, unknownValue, type Value } from './relation.ts';
import {
  type AliasUse,
  type BoundSource,
  type Environment,
  findSource,
  newScope,
  resolve,
  type Scope,
  type Trace,
} from './scope.ts';

/** What one SELECT has gathered. */
interface Gathered {
  readonly columns: RelationColumn[];
  readonly uses: Map<string, RowsetUse>;
  readonly inputs: Rowset[];
  readonly clauses: string[];
  readonly parents: Set<UniqueId>;
  /** Stars that could not be expanded: each gives a column by name. */
  readonly open: ((name: Identifier) => Value | null)[];
}

/** The output columns of a SELECT, and the base columns that move its rows. */
export function traceSelect(select: Select, env: Environment, outer: Scope | null, trace: Trace): Relation {
  const windows = new Map(select.windows.map((window) => [window.name.name.toLowerCase(), window.expression]));
  const scope = newScope(env, outer, windows);
  const gathered: Gathered = { columns: [], uses: new Map(), inputs: [], clauses: [], parents: new Set(), open: [] };
  const joins = bindSources(select.sources, scope, trace);
  for (const source of scope.sources) gathered.inputs.push(source.relation.rowset);
  gathered.inputs.push(...joins.rowsets);
  for (const { expression, scope: at } of joins.conditions)
    clause('join', expression, at, { trace, gathered, aliases: 'no' });
  for (const value of joins.shared) useValue('join', value, gathered);
  for (const projection of select.projections) project(projection, scope, trace, gathered);
  if (select.where !== null) clause('where', select.where, scope, { trace, gathered, aliases: 'no' });
  groupClauses(select, scope, trace, gathered);
  const { uses, order } = usesAndOrder(select, scope, gathered);
  return {
    columns: gathered.columns,
    open: opened(gathered),
    parents: [...gathered.parents],
    rowset: { uses, inputs: gathered.inputs },
    order,
    signature: fold(
      `select ${select.distinct ? 'distinct ' : ''}${gathered.columns.map((column) => column.value.logic).join(', ')} from ${joins.signature} ${gathered.clauses.join(' ')}`,
    ),
  };
}

/** ORDER BY moves rows where LIMIT or DISTINCT ON takes the first of them, be it in the query around. */
function usesAndOrder(
  select: Select,
  { sources }: Scope,
  gathered: Gathered,
): { readonly uses: readonly RowsetUse[]; readonly order: readonly RowsetUse[] } {
  const all = [...gathered.uses.values()];
  const [only, ...others] = sources;
  const keepsOrder = others.length === 0 && select.groupBy.length === 0 && !select.distinct;
  const given = select.orderBy.length === 0 && keepsOrder ? (only?.relation.order ?? []) : [];
  if (select.limit !== null) return { uses: [...all, ...given], order: [] };
  if (select.distinctOn.length > 0) return { uses: all, order: [] };
  return {
    uses: all.filter((use) => use.clause !== 'order'),
    order: [...given, ...all.filter((use) => use.clause === 'order')],
  };
}

function opened({ open }: Gathered): Relation['open'] {
  const [first, second] = open;
  if (first === undefined) return null;
  if (second === undefined) return first;
  return (name) =>
    unknownValue(
      {
        code: 'ambiguous-column',
        text: `column ${name.name} could come from any of ${open.length} stars that could not be expanded`,
      },
      `?${name.name.toLowerCase()}`,
    );
}

interface ClauseContext {
  readonly trace: Trace;
  readonly gathered: Gathered;
  readonly aliases: AliasUse;
}

function clause(name: RowsetUse['clause'], expression: Expression, scope: Scope, context: ClauseContext): void {
  const sink = newSink();
  const logic = traceInto(sink, expression, { scope, trace: context.trace, aliases: context.aliases });
  context.gathered.clauses.push(`${name} ${logic}`);
  context.gathered.inputs.push(...sink.rowsets);
  for (const origin of sink.origins.values()) use(name, origin.uniqueId, origin.column, context.gathered);
}

function use(name: RowsetUse['clause'], uniqueId: UniqueId, column: string, gathered: Gathered): void {
  gathered.uses.set(`${name}\n${uniqueId}\n${column.toLowerCase()}`, { uniqueId, column, clause: name });
}

function useValue(name: RowsetUse['clause'], value: Value, gathered: Gathered): void {
  for (const origin of value.origins.values()) use(name, origin.uniqueId, origin.column, gathered);
}

function groupClauses(select: Select, scope: Scope, trace: Trace, gathered: Gathered): void {
  const written = gathered.columns.slice();
  const last: ClauseContext = { trace, gathered, aliases: 'last' };
  for (const item of select.groupBy) {
    if (item.kind === 'other') groupAll(select, scope, trace, gathered);
    else if (!positional('group', item, written, gathered)) clause('group', item, scope, last);
  }
  if (select.having !== null) clause('having', select.having, scope, last);
  if (select.qualify !== null) clause('qualify', select.qualify, scope, last);
  if (select.distinct) for (const column of written) useValue('distinct', column.value, gathered);
  for (const item of select.distinctOn) clause('distinct', item, scope, last);
  for (const item of select.orderBy) {
    if (!positional('order', item, written, gathered))
      clause('order', item, scope, { trace, gathered, aliases: 'first' });
  }
}

/** GROUP BY ALL: every projection without an aggregate. */
function groupAll(select: Select, scope: Scope, trace: Trace, gathered: Gathered): void {
  for (const projection of select.projections) {
    if (projection.kind === 'column' && !hasAggregate(projection.expression)) {
      clause('group', projection.expression, scope, { trace, gathered, aliases: 'no' });
    }
  }
}

function hasAggregate(expression: Expression): boolean {
  return expression.kind === 'aggregate' || expression.children.some(hasAggregate);
}

/** `group by 1`, `order by 2 desc`: the column of that number. */
function positional(
  name: 'group' | 'order',
  item: Expression,
  columns: readonly RelationColumn[],
  gathered: Gathered,
): boolean {
  const plain = item.kind === 'operator' && item.name === 'desc' ? item.children[0] : item;
  if (plain?.kind !== 'literal' || !/^\d+$/.test(plain.name)) return false;
  const column = columns[Number(plain.name) - 1];
  if (column !== undefined) useValue(name, column.value, gathered);
  gathered.clauses.push(`${name} ${item.name === 'desc' ? 'desc ' : ''}${column?.value.logic ?? plain.name}`);
  return true;
}

function project(projection: Projection, scope: Scope, trace: Trace, gathered: Gathered): void {
  if (projection.kind === 'star') {
    expandStar(projection, scope, trace, gathered);
    return;
  }
  const mask = projection.alias === null ? maskReason(projection.expression.name) : null;
  if (mask !== null) {
    // Nobody knows how many columns a masked part gives, or which.
    gathered.open.push(({ name }) => unknownValue(mask, `?${name.toLowerCase()}`));
    return;
  }
  const { value, rowsets } = traceValue(projection.expression, scope, trace);
  gathered.inputs.push(...rowsets);
  const name = projection.alias ?? outputName(projection.expression, gathered.columns.length, trace.dialect);
  add(name, value, scope, { trace, gathered });
}

function add(
  name: Identifier,
  value: Value,
  scope: Scope,
  { trace, gathered }: Pick<ClauseContext, 'trace' | 'gathered'>,
): void {
  const key = identifierKey(name, trace.dialect);
  gathered.columns.push({ name: name.name, key, value });
  if (!scope.aliases.has(key)) scope.aliases.set(key, value);
}

/** A star on its way to columns. */
interface Expansion {
  readonly star: Star;
  /** Lower-case names that EXCEPT leaves out. */
  readonly dropped: ReadonlySet<string>;
  readonly scope: Scope;
  readonly trace: Trace;
  readonly gathered: Gathered;
}

function expandStar(star: Star, scope: Scope, trace: Trace, gathered: Gathered): void {
  const found = star.qualifier.length === 0 ? null : findSource(star.qualifier, scope, trace.dialect);
  if (star.qualifier.length > 0 && found === null) {
    expandStruct(star, scope, trace, gathered);
    return;
  }
  const dropped = new Set(star.except.map((name) => name.name.toLowerCase()));
  const expansion: Expansion = { star, dropped, scope, trace, gathered };
  if (found !== null) {
    expandSource(found.source, expansion, () => 'own');
    return;
  }
  const first = dialectRules(trace.dialect).usingColumnsFirst;
  if (first) for (const column of scope.merged.values()) emit(column, expansion);
  for (const source of scope.sources) {
    if (!source.visible) continue;
    const leads = !first && source === scope.sources[0];
    expandSource(source, expansion, (key) => (!scope.merged.has(key) ? 'own' : leads ? 'merged' : 'none'));
  }
}

/** Gives a source's columns; `as` says for each whether as they are, as the one column of USING, or not at all. */
function expandSource(
  { relation, isFunction }: BoundSource,
  expansion: Expansion,
  as: (key: string) => 'own' | 'merged' | 'none',
): void {
  const { scope, gathered, dropped } = expansion;
  for (const parent of relation.parents) gathered.parents.add(parent);
  for (const column of relation.columns) {
    const how = as(column.key);
    if (how === 'own') emit(column, expansion);
    else if (how === 'merged') emit(scope.merged.get(column.key) ?? column, expansion);
  }
  const { open } = relation;
  if (open !== null && (!isFunction || relation.columns.length === 0)) {
    gathered.open.push((name) => (dropped.has(name.name.toLowerCase()) ? null : open(name)));
  }
}

function emit(column: RelationColumn, { star, dropped, scope, trace, gathered }: Expansion): void {
  const lower = column.name.toLowerCase();
  if (dropped.has(lower) || trace.budget < 0) return;
  trace.budget -= 1;
  const replaced = star.replace.find((item) => item.name.name.toLowerCase() === lower);
  const name = star.rename.find((item) => item.from.name.toLowerCase() === lower)?.to ?? null;
  if (replaced === undefined && name === null) {
    gathered.columns.push(column);
    if (!scope.aliases.has(column.key)) scope.aliases.set(column.key, column.value);
    return;
  }
  const value = replaced === undefined ? column.value : traceValue(replaced.expression, scope, trace).value;
  add(name ?? { name: column.name, quoted: true }, value, scope, { trace, gathered });
}

/** `s.*` where `s` is a struct: its fields are not known, but they all come from it. */
function expandStruct(star: Star, scope: Scope, trace: Trace, gathered: Gathered): void {
  const column: Expression = {
    kind: 'column',
    name: '',
    column: star.qualifier,
    children: [],
    query: null,
    distinct: false,
    span: star.span,
  };
  const { value } = resolve(column, scope, trace, 'no');
  const text = `the fields of ${star.qualifier.map((name) => name.name).join('.')} are not known`;
  const unresolved: Reason = value.unresolved ?? { code: 'open-star', text };
  add({ name: '*', quoted: true }, { ...value, unresolved }, scope, { trace, gathered });
  gathered.open.push(() => value);
}
