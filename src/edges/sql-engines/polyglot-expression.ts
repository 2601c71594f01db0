import type { Expression, Identifier } from '#core/sql';
import { isAggregate } from '#core/sql';
import { clause, deeper, dottedParts, expression, list, notUnderstood, type Raw, text, withDatePart } from './build.ts';
import { caseOf, collect, ifOf, toOrder, windowOf, withinGroup } from './polyglot-clauses.ts';
import { binaryOperators, chains, functionName } from './polyglot-names.ts';
import { identifier, identifiers, span, type Tagged, type Translation, tagged } from './polyglot-node.ts';
import { complete, completeOperator, formOf, modified, typeForm } from './polyglot-rest.ts';
import { typeText } from './polyglot-type.ts';

const queryTags: ReadonlySet<string> = new Set(['select', 'union', 'intersect', 'except', 'values']);
const setOperations: ReadonlySet<string> = new Set(['union', 'intersect', 'except']);

/** Translates what stands where SQL wants one value. */
export function toExpression(value: unknown, translation: Translation): Expression {
  const node = tagged(value);
  if (node === null) throw notUnderstood('an expression of unknown form');
  return deeper(translation.depth, () => translate(node, translation));
}

/** Translates a list of values. */
export function toExpressions(values: unknown, translation: Translation): readonly Expression[] {
  return list(values).map((value) => toExpression(value, translation));
}

type Translator = (node: Tagged, translation: Translation) => Expression;

const translators: Readonly<Record<string, Translator>> = {
  column: columnReference,
  dot: columnReference,
  identifier: ({ body }, t) => expression('column', '', { column: identifiers([body]), span: span(body, t) }),
  paren: ({ body }, t) => toExpression(body['this'], t),
  annotated: ({ body }, t) => toExpression(body['this'], t),
  literal: ({ body }) => literal(body),
  boolean: ({ body }) => expression('literal', String(body['value'])),
  null: () => expression('literal', 'null'),
  var: ({ body }) => expression('parameter', text(body['this'])?.toLowerCase() ?? ''),
  parameter: ({ body }) => expression('parameter', text(body['name']) ?? ''),
  placeholder: () => expression('parameter', '?'),
  star: starArgument,
  alias: ({ body }, t) => named(body, body['this'], t),
  named_argument: ({ body }, t) => named({ alias: body['name'] }, body['value'], t),
  lambda: ({ body }, t) =>
    expression('lambda', '->', { column: identifiers(body['parameters']), children: [toExpression(body['body'], t)] }),
  cast: castTo,
  try_cast: castTo,
  safe_cast: castTo,
  case: caseOf,
  if_func: ifOf,
  in: inList,
  between: ({ body }, t) =>
    expression('between', negated(body, 'between'), {
      children: operands([body['this'], body['low'], body['high']], t),
    }),
  not: ({ body }, t) => expression('operator', 'not', { children: operands([body['this']], t) }),
  neg: ({ body }, t) => expression('operator', 'neg', { children: operands([body['this']], t) }),
  is_null: ({ body }, t) =>
    expression('operator', negated(body, 'null', 'is '), { children: operands([body['this']], t) }),
  is_true: ({ body }, t) =>
    expression('operator', negated(body, 'true', 'is '), { children: operands([body['this']], t) }),
  is_false: ({ body }, t) =>
    expression('operator', negated(body, 'false', 'is '), { children: operands([body['this']], t) }),
  any: quantified,
  all: quantified,
  exists: existsOf,
  subquery: ({ body, tag }, t) => expression('subquery', '', { query: t.query({ tag, body }), span: null }),
  window_function: windowOf,
  within_group: withinGroup,
  subscript: ({ body }, t) => expression('path', '[]', { children: operands([body['this'], body['index']], t) }),
  function: namedFunction,
  aggregate_function: namedFunction,
  method_call: methodCall,
};

function translate(node: Tagged, t: Translation): Expression {
  const special = translators[node.tag];
  if (special !== undefined) return complete(special(node, t), node, t);
  if (queryTags.has(node.tag)) return expression('subquery', '', { query: t.query(node), span: null });
  const operator = binaryOperators[node.tag];
  if (operator !== undefined && 'left' in node.body) return completeOperator(binary(node, operator, t), node, t);
  const name = functionName(node.tag);
  // The engine drops DISTINCT and IGNORE NULLS of ClickHouse's f(p)(x).
  if (node.tag.endsWith('parameterized_agg')) t.lossy.add('f(p)(x)');
  // What is called by another name than its node's may share it with another node.
  return modified(generic(node, name, t), name === node.tag ? '' : `node=${node.tag}`);
}

function binary(node: Tagged, operator: string, t: Translation): Expression {
  const children: Expression[] = [];
  const pending: unknown[] = [node.body['right'], node.body['left']];
  while (pending.length > 0) {
    const value = pending.pop();
    const inner = tagged(value);
    if (inner?.tag === node.tag && chains.has(node.tag)) pending.push(inner.body['right'], inner.body['left']);
    else children.push(operand(value, t));
  }
  const escape = node.body['escape'];
  if (tagged(escape) !== null) children.push(operand(escape, t));
  return expression('operator', node.body['not'] === true ? `not ${operator}` : operator, { children });
}

function operands(values: readonly unknown[], t: Translation): readonly Expression[] {
  return values.map((value) => operand(value, t));
}

/**
 * An operand, or a whole projection. A set operation cannot stand here without parentheses: the engine has swallowed what
 * follows a scalar subquery, and its leftmost member is the subquery that was meant.
 */
export function operand(value: unknown, t: Translation): Expression {
  const node = tagged(value);
  if (node === null || !setOperations.has(node.tag)) return toExpression(value, t);
  let leftmost = node;
  while (setOperations.has(leftmost.tag)) {
    const left = tagged(leftmost.body['left']);
    if (left === null) break;
    leftmost = left;
  }
  if (leftmost.tag !== 'subquery' || t.swallowed.length > 0)
    throw notUnderstood('a set operation inside an expression');
  t.swallowed.push(node);
  return toExpression({ subquery: leftmost.body }, t);
}

function columnReference(node: Tagged, t: Translation): Expression {
  const fields: Identifier[] = [];
  let at: Tagged | null = node;
  while (at?.tag === 'dot') {
    fields.unshift(...identifiers([at.body['field']]));
    at = tagged(at.body['this']);
  }
  if (at === null) throw notUnderstood('a dot after something unknown');
  if (at.tag === 'column') {
    const own = dottedParts(identifiers([at.body['table'], at.body['name']]), t.dialect, false);
    const column = [...own, ...fields];
    return expression('column', '', { column, span: span(at.body, t) });
  }
  const inner = toExpression({ [at.tag]: at.body }, t);
  return expression('path', fields.map((field) => field.name).join('.'), { children: [inner] });
}

function literal(body: Raw): Expression {
  const value = typeof body['value'] === 'string' ? body['value'] : String(body['value']);
  const type = text(body['literal_type']) ?? 'string';
  if (type === 'number') return expression('literal', value);
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return expression('literal', type === 'string' ? quoted : `${type} ${quoted}`);
}

function starArgument({ body }: Tagged, t: Translation): Expression {
  return expression('star', '*', { column: identifiers([body['table']]), span: span(body, t) });
}

function named(body: Raw, value: unknown, t: Translation): Expression {
  const name = identifier(body['alias'])?.name ?? '';
  return expression('named', name, { children: [toExpression(value, t)] });
}

function castTo({ tag, body }: Tagged, t: Translation): Expression {
  const type = typeText(body['to']);
  const made = expression('cast', tag === 'cast' ? type : `${tag.replace('_cast', '')} ${type}`, {
    children: operands([body['this']], t),
  });
  return modified(made, typeForm(body['to']));
}

function inList({ body }: Tagged, t: Translation): Expression {
  const children = [toExpression(body['this'], t), ...toExpressions(body['expressions'], t)];
  if (tagged(body['unnest']) !== null) children.push(toExpression(body['unnest'], t));
  const query = tagged(body['query']);
  return expression('in', negated(body, 'in'), { children, query: query === null ? null : t.query(query) });
}

function quantified({ tag, body }: Tagged, t: Translation): Expression {
  const operator = text(body['op'])?.toLowerCase() ?? '=';
  return expression('operator', `${binaryOperators[operator] ?? operator} ${tag}`, {
    children: [toExpression(body['this'], t), toExpression(body['subquery'], t)],
  });
}

function existsOf({ body }: Tagged, t: Translation): Expression {
  const query = tagged(body['this']);
  if (query === null) throw notUnderstood('EXISTS of unknown form');
  return expression('exists', negated(body, 'exists'), { query: t.query(query), span: null });
}

function namedFunction(node: Tagged, t: Translation): Expression {
  const name = text(node.body['name'])?.toLowerCase() ?? node.tag;
  return generic(node, name.split('.').at(-1) ?? name, t);
}

/** `schema.f(x)` is f(x); DuckDB's `x.f()` is f(x) too. */
function methodCall({ body }: Tagged, t: Translation): Expression {
  const name = identifier(body['method'])?.name.toLowerCase() ?? '';
  const receiver = tagged(body['this']);
  const qualified =
    receiver !== null && (receiver.tag === 'column' || receiver.tag === 'dot') && t.dialect !== 'duckdb';
  const children = [...(qualified ? [] : [toExpression(body['this'], t)]), ...toExpressions(body['args'], t)];
  const made = expression(isAggregate(name) ? 'aggregate' : 'function', name, {
    children: withDatePart(name, children, t.dialect),
  });
  const path = qualified ? toExpression(body['this'], t).column.map((part) => part.name.toLowerCase()) : [];
  return modified(made, path.length === 0 ? '' : `name=${JSON.stringify([...path, name].join('.'))}`);
}

function generic(node: Tagged, name: string, t: Translation): Expression {
  const { filter, order_by: order, distinct, name: written, ...rest } = node.body;
  const children = [...withDatePart(name, collect(rest, t), t.dialect)];
  if (Array.isArray(order) && order.length > 0) children.push(clause('order by', toOrder(order, t)));
  if (tagged(filter) !== null) children.push(clause('filter', [toExpression(filter, t)]));
  const kind = isAggregate(name) ? 'aggregate' : 'function';
  const made = expression(kind, name, { children, distinct: distinct === true });
  return modified(made, formOf({ name: written, ...rest }, name));
}

function negated(body: Raw, operator: string, prefix = ''): string {
  return body['not'] === true ? `${prefix}not ${operator}` : `${prefix}${operator}`;
}
