import type { Reason } from '#core/base';
import { type Expression, identifierKey, maskReason } from '#core/sql';
import { fold, render } from './logic.ts';
import { type Origin, originKey, type Relation, type Rowset, strengths, type Value } from './relation.ts';
import { type AliasUse, findSource, resolve, type Scope, type Trace } from './scope.ts';

/** What an expression's base columns are collected into. */
export interface Sink {
  readonly origins: Map<string, Origin>;
  /** How many ways lead to each base column. */
  readonly ways: Map<string, number>;
  unresolved: Reason | null;
  /** Strongest step, whether or not a base column is behind it. */
  made: number;
  /** Row sets of the subqueries inside. */
  readonly rowsets: Rowset[];
}

/** The steps between an expression's result and the operand at hand, outermost first. */
interface Way {
  readonly strength: number;
  readonly functions: readonly string[];
}

/** Where an expression stands. */
export interface Position {
  readonly scope: Scope;
  readonly trace: Trace;
  /** Whether it may read output aliases; by default it may not. */
  readonly aliases?: AliasUse;
}

/** What tracing an expression needs besides the expression. */
interface Context {
  readonly scope: Scope;
  readonly trace: Trace;
  readonly aliases: AliasUse;
  readonly sink: Sink;
}

const straight: Way = { strength: strengths.identity, functions: [] };

export function newSink(): Sink {
  return { origins: new Map(), ways: new Map(), unresolved: null, made: strengths.identity, rowsets: [] };
}

/** Collects the base columns of `expression` into `sink`; gives it back normalised. */
export function traceInto(sink: Sink, expression: Expression, at: Position): string {
  return visit(expression, straight, { aliases: 'no', ...at, sink });
}

/** What `expression` holds, and the row sets of its subqueries. */
export function traceValue(
  expression: Expression,
  scope: Scope,
  trace: Trace,
  aliases: AliasUse = 'no',
): { readonly value: Value; readonly rowsets: readonly Rowset[] } {
  if (expression.kind === 'column') {
    const { value, used } = resolve(expression, scope, trace, aliases);
    if (used === expression.column.length) return { value, rowsets: [] };
  }
  const sink = newSink();
  const logic = visit(expression, straight, { scope, trace, aliases, sink });
  const castType = expression.kind === 'cast' ? expression.name : null;
  const { origins, made, unresolved } = sink;
  return { value: { origins, logic, castType, type: castType, made, unresolved }, rowsets: sink.rowsets };
}

// eslint-disable-next-line complexity -- one case a kind
function visit(expression: Expression, way: Way, context: Context): string {
  switch (expression.kind) {
    case 'column':
      return visitColumn(expression, way, context);
    case 'literal':
    case 'parameter':
      return expression.name;
    case 'function':
      return visitFunction(expression, way, context);
    case 'aggregate':
      context.sink.made = Math.max(context.sink.made, strengths.aggregate);
      return call(expression, through(way, strengths.aggregate, expression.name), context);
    case 'window':
      return visitWindow(expression, way, context);
    case 'cast':
      return call(expression, through(way, strengths.cast), context);
    case 'path':
      return visitPath(expression, way, context);
    case 'case':
    case 'named':
      return call(expression, through(way, strengths.expression), context);
    case 'clause':
      return call(expression, through(way, way.strength, markOf(expression.name)), context);
    case 'lambda':
      return visitLambda(expression, way, context);
    case 'star':
      return visitStar(expression, way, context);
    case 'subquery':
    case 'exists':
    case 'in':
      return visitQuery(expression, way, context);
    case 'operator':
    case 'between':
      return call(expression, through(way, strengths.expression, expression.name), context);
    case 'other':
      return expression.name;
  }
}

/** The mark that a clause leaves on what it steers; ELSE holds a value and leaves none. */
function markOf(clause: string): string | null {
  if (clause === 'else') return null;
  return clause === 'when' || clause === 'case' ? 'case when' : clause;
}

function through(way: Way, strength: number, name: string | null = null): Way {
  const functions = name === null || way.functions.includes(name) ? way.functions : [...way.functions, name];
  return { strength: Math.max(way.strength, strength), functions };
}

function all(expressions: readonly Expression[], way: Way, context: Context): readonly string[] {
  return expressions.map((expression) => visit(expression, way, context));
}

function call(expression: Expression, way: Way, context: Context): string {
  return fold(render(expression, all(expression.children, way, context)));
}

/** Functions that make a struct of named fields. */
const structs: ReadonlySet<string> = new Set(['struct_pack', 'struct', 'object_construct', 'named_struct', 'row']);

/** A field of a struct that the statement itself has made is what was put there; of any other, it comes from the whole. */
function visitPath(expression: Expression, way: Way, context: Context): string {
  const own = through(way, strengths.expression);
  const [made] = expression.children;
  const fields = made?.kind === 'function' && structs.has(made.name) ? made.children : [];
  const name = expression.name.toLowerCase();
  const found = fields.every(({ kind }) => kind === 'named')
    ? fields.filter((one) => one.name.toLowerCase() === name)
    : [];
  const [field] = found;
  return field === undefined ? call(expression, own, context) : visit(field, own, context);
}

/** Functions that steer by their first argument and give one of the others. */
const steering: ReadonlySet<string> = new Set(['decode', 'nvl2', 'choose', 'elt', 'multiif']);

function visitFunction(expression: Expression, way: Way, context: Context): string {
  const own = through(way, strengths.expression, expression.name);
  context.sink.made = Math.max(context.sink.made, strengths.expression);
  context.sink.unresolved ??= maskReason(expression.name);
  if (!steering.has(expression.name)) return call(expression, own, context);
  const steered = through(own, strengths.expression, 'case when');
  const value = through(way, strengths.expression);
  return fold(
    render(
      expression,
      expression.children.map((child, at) => visit(child, at === 0 ? steered : value, context)),
    ),
  );
}

function visitWindow(expression: Expression, way: Way, context: Context): string {
  const own = through(way, strengths.window);
  context.sink.made = strengths.window;
  const [inner] = expression.children;
  if (inner === undefined) return '';
  const steering = through(own, strengths.window, inner.name);
  const children = expression.children.flatMap((child) =>
    child.name === 'window' ? namedWindow(child, context) : [child],
  );
  const parts = children.map((child, at) => visit(child, at === 0 ? own : steering, context));
  return fold(render({ ...expression, children }, parts));
}

/** The clauses of WINDOW that `over w` stands for. */
function namedWindow(clause: Expression, { scope }: Context): readonly Expression[] {
  const named = scope.windows.get(clause.children[0]?.name.toLowerCase() ?? '');
  return named?.children.filter((child) => child.name !== 'window') ?? [];
}

function visitLambda(expression: Expression, way: Way, context: Context): string {
  const { dialect } = context.trace;
  const own = expression.column.map((name) => identifierKey(name, dialect));
  const scope: Scope = { ...context.scope, parameters: new Set([...context.scope.parameters, ...own]) };
  return call(expression, way, { ...context, scope });
}

function visitColumn(expression: Expression, way: Way, context: Context): string {
  const { value, used } = resolve(expression, context.scope, context.trace, context.aliases);
  const fields = expression.column.slice(used);
  take(value, fields.length > 0 ? through(way, strengths.expression) : way, context);
  return fields.length === 0
    ? value.logic
    : fold(`field(${value.logic}, '${fields.map((field) => field.name).join('.')}')`);
}

/** Adds a value's base columns, each with the steps that lie between. */
function take(value: Value, way: Way, { sink, trace }: Context): void {
  sink.unresolved ??= value.unresolved;
  sink.made = Math.max(sink.made, value.made);
  trace.budget -= value.origins.size;
  if (trace.budget < 0) {
    sink.unresolved ??= { code: 'too-large', text: 'the statement has too many column uses to follow' };
    return;
  }
  for (const origin of value.origins.values()) {
    const unchanged = way === straight;
    const strength = Math.max(way.strength, origin.strength);
    addOrigin(sink, unchanged ? origin : { ...origin, strength, functions: joined(way.functions, origin.functions) });
  }
}

function joined(outer: readonly string[], inner: readonly string[]): readonly string[] {
  if (inner.length === 0) return outer;
  return outer.length === 0 ? inner : [...outer, ...inner.filter((name) => !outer.includes(name))];
}

/** Ways to one column that are told apart. Functions of functions of the same column can make thousands. */
const mostWays = 16;

/** Adds an origin; one way too many stands for all that are not told apart, as if it passed through nothing. */
function addOrigin({ origins, ways }: Sink, origin: Origin): void {
  const key = originKey(origin);
  if (origins.has(key)) {
    addPlain(origins, origin);
    return;
  }
  const column = `${origin.uniqueId}\n${origin.column}`;
  const count = ways.get(column) ?? 0;
  ways.set(column, count + 1);
  if (count < mostWays) origins.set(key, origin);
  else addPlain(origins, { ...origin, functions: [] });
}

function addPlain(origins: Map<string, Origin>, origin: Origin): void {
  const key = originKey(origin);
  if ((origins.get(key)?.strength ?? -1) < origin.strength) origins.set(key, origin);
}

function visitStar(expression: Expression, way: Way, context: Context): string {
  const found =
    expression.column.length === 0 ? null : findSource(expression.column, context.scope, context.trace.dialect);
  const sources = found === null ? context.scope.sources.filter((source) => source.visible) : [found.source];
  for (const { relation } of sources) {
    for (const column of relation.columns) take(column.value, way, context);
    if (relation.open !== null)
      context.sink.unresolved ??= { code: 'open-star', text: 'a star over columns that are not all known' };
  }
  return fold(`row(${sources.map((source) => source.relation.signature).join(', ')})`);
}

function visitQuery(expression: Expression, way: Way, context: Context): string {
  const own =
    expression.kind === 'subquery'
      ? through(way, strengths.expression)
      : through(way, strengths.expression, expression.name);
  const operands = all(expression.children, own, context);
  if (expression.query === null)
    return fold(`(${operands[0] ?? ''} ${expression.name} (${operands.slice(1).join(', ')}))`);
  const relation = context.trace.query(expression.query, context.scope.env, context.scope);
  context.sink.rowsets.push(relation.rowset);
  context.sink.made = Math.max(context.sink.made, strengths.expression);
  if (expression.kind !== 'exists') takeAll(relation, own, context);
  const query = `(${relation.signature})`;
  if (expression.kind === 'subquery') return fold(query);
  return fold(
    expression.kind === 'in' ? `(${operands.join(', ')} ${expression.name} ${query})` : `${expression.name} ${query}`,
  );
}

function takeAll(relation: Relation, way: Way, context: Context): void {
  for (const column of relation.columns) take(column.value, way, context);
}
