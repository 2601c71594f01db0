import type { Expression } from '#core/sql';
import { isAggregate } from '#core/sql';
import {
  clause,
  conditional,
  deeper,
  expression,
  list,
  needRecord,
  notUnderstood,
  type Raw,
  record,
  text,
  withDatePart,
} from './build.ts';
import { caseOf, identifier, identifiers, type Translation, toOrder, withOver } from './node-sql-parser-clauses.ts';

/** Translates what stands where SQL wants one value. */
export function toExpression(value: unknown, t: Translation): Expression {
  return deeper(t.depth, () => translate(needRecord(value, 'expression'), t));
}

/** Translates a list of values, or an `expr_list`. */
export function toExpressions(values: unknown, t: Translation): readonly Expression[] {
  const items = record(values)?.['type'] === 'expr_list' ? record(values)?.['value'] : values;
  return list(items).map((item) => toExpression(item, t));
}

/** A query in parentheses, in any of the engine's forms; null when `value` is none. */
export function queryOf(value: unknown): Raw | null {
  const body = record(value);
  if (body === null) return null;
  if (body['type'] === 'select') return body;
  const inner = record(body['ast']);
  if (inner?.['type'] === 'select') return inner;
  const [only, ...more] = body['type'] === 'expr_list' ? list(body['value']) : [];
  return only === undefined || more.length > 0 ? null : queryOf(only);
}

type Translator = (body: Raw, t: Translation) => Expression;

const translators: Readonly<Record<string, Translator>> = {
  column_ref: columnReference,
  double_quote_string: (body) => expression('column', '', { column: [{ name: String(body['value']), quoted: true }] }),
  single_quote_string: (body) => expression('literal', `'${String(body['value'])}'`),
  string: (body) => expression('literal', `'${String(body['value'])}'`),
  number: (body) => expression('literal', String(body['value'])),
  bigint: (body) => expression('literal', String(body['value'])),
  bool: (body) => expression('literal', String(body['value'])),
  null: () => expression('literal', 'null'),
  star: () => expression('literal', 'star'),
  origin: (body) => expression('parameter', String(body['value']).toLowerCase()),
  date: typedLiteral,
  timestamp: typedLiteral,
  datetime: typedLiteral,
  time: typedLiteral,
  param: (body) => expression('parameter', String(body['value'])),
  var: (body) => expression('parameter', text(body['name']) ?? ''),
  expr: (body, t) => toExpression(body['expr'], t),
  expr_list: (body, t) => rowOrOne(body, t),
  binary_expr: binary,
  unary_expr: unary,
  case: caseOf,
  cast: castOf,
  interval: (body, t) =>
    expression('function', 'interval', {
      children: [toExpression(body['expr'], t), expression('parameter', text(body['unit'])?.toLowerCase() ?? '')],
    }),
  extract: (body, t) => {
    const args = needRecord(body['args'], 'EXTRACT');
    const field = expression('literal', text(args['field'])?.toLowerCase() ?? '');
    return expression('function', 'extract', { children: [toExpression(args['source'], t), field] });
  },
  function: functionOf,
  aggr_func: functionOf,
  window_func: functionOf,
  struct: (body, t) => expression('function', 'struct', { children: named(body['expr_list'], t) }),
  array: arrayOf,
};

function translate(body: Raw, t: Translation): Expression {
  const query = body['type'] === 'expr_list' ? null : queryOf(body);
  if (query !== null) return expression('subquery', '', { query: t.query(query), span: null });
  const type = text(body['type']) ?? '';
  const translator = Object.hasOwn(translators, type) ? translators[type] : undefined;
  if (translator === undefined) throw notUnderstood(`an expression of type ${type === '' ? 'unknown' : type}`);
  return translator(body, t);
}

function columnReference(body: Raw, t: Translation): Expression {
  const qualifier = identifiers([body['db'], body['schema'], body['table']]);
  if (body['column'] === '*') return expression('star', '*', { column: qualifier });
  const name = identifier(body['column']);
  if (name === null) throw notUnderstood('a column without a name');
  const fields = list(body['subFields']).flatMap((field) => identifier(field) ?? []);
  const column = expression('column', '', { column: [...qualifier, name, ...fields] });
  const elements = list(record(body['column'])?.['offset']);
  if (elements.length === 0) return column;
  return expression('path', '[]', { children: [column, ...elements.map((item) => offsetOf(item, t))] });
}

function offsetOf(value: unknown, t: Translation): Expression {
  const item = needRecord(value, 'array element');
  return expression('function', text(item['name'])?.toLowerCase() ?? 'offset', {
    children: [toExpression(item['value'], t)],
  });
}

function typedLiteral(body: Raw): Expression {
  return expression('literal', `${String(body['type'])} '${String(body['value'])}'`);
}

function rowOrOne(body: Raw, t: Translation): Expression {
  const items = toExpressions(body, t);
  const [only, ...more] = items;
  return only !== undefined && more.length === 0 ? only : expression('function', 'tuple', { children: items });
}

function binary(body: Raw, t: Translation): Expression {
  const operator = text(body['operator'])?.toLowerCase().replace(/\s+/g, ' ') ?? '';
  switch (operator) {
    case 'in':
    case 'not in':
      return inList(body, operator, t);
    case 'between':
    case 'not between':
      return expression('between', operator, {
        children: [toExpression(body['left'], t), ...toExpressions(body['right'], t)],
      });
    case 'is':
    case 'is not': {
      const right = toExpression(body['right'], t);
      return expression('operator', `${operator} ${right.name}`, { children: [toExpression(body['left'], t)] });
    }
    default:
      return expression('operator', operator === '!=' ? '<>' : operator, { children: chainOf(body, operator, t) });
  }
}

const chains: ReadonlySet<string> = new Set(['and', 'or', '+', '*', '||']);

/** Operands; chains of one operator are flattened, so that a long chain is not a deep tree. */
function chainOf(body: Raw, operator: string, t: Translation): readonly Expression[] {
  const children: Expression[] = [];
  const pending: unknown[] = [body['right'], body['left']];
  while (pending.length > 0) {
    const value = pending.pop();
    const inner = record(value);
    const same = inner?.['type'] === 'binary_expr' && text(inner['operator'])?.toLowerCase() === operator;
    if (same && chains.has(operator)) pending.push(inner['right'], inner['left']);
    else children.push(toExpression(value, t));
  }
  return children;
}

function inList(body: Raw, operator: string, t: Translation): Expression {
  const left = toExpression(body['left'], t);
  const query = queryOf(body['right']);
  if (query !== null) return expression('in', operator, { children: [left], query: t.query(query) });
  return expression('in', operator, { children: [left, ...toExpressions(body['right'], t)] });
}

function unary(body: Raw, t: Translation): Expression {
  const operator = text(body['operator'])?.toLowerCase() ?? '';
  const query = queryOf(body['expr']);
  if (query !== null && operator.endsWith('exists'))
    return expression('exists', operator, { query: t.query(query), span: null });
  return expression('operator', operator === '-' ? 'neg' : operator, { children: [toExpression(body['expr'], t)] });
}

function castOf(body: Raw, t: Translation): Expression {
  const keyword = text(body['keyword'])?.toLowerCase() ?? 'cast';
  const prefix = keyword === 'cast' ? '' : `${keyword.replace('_cast', '')} `;
  let made = toExpression(body['expr'], t);
  for (const target of list(body['target'])) {
    made = expression('cast', `${prefix}${typeText(record(target))}`, { children: [made] });
  }
  return made;
}

function typeText(type: Raw | null): string {
  const sizes = [type?.['length'], type?.['scale']].filter((size) => typeof size === 'number');
  const suffix = list(type?.['suffix'])
    .filter((word) => typeof word === 'string')
    .join(' ')
    .toLowerCase();
  const size = sizes.length === 0 ? '' : `(${sizes.join(',')})`;
  return `${text(type?.['dataType'])?.toLowerCase() ?? ''}${size}${suffix === '' ? '' : ` ${suffix}`}`;
}

function functionName(value: unknown): string {
  if (typeof value === 'string') return value.toLowerCase();
  const body = record(value);
  const parts = identifiers(list(body?.['name']));
  const name = parts.at(-1) ?? identifier(body?.['schema']);
  if (name === null) throw notUnderstood('a function without a name');
  return name.name.toLowerCase();
}

function functionOf(body: Raw, t: Translation): Expression {
  const name = functionName(body['name']);
  const args = record(body['args']);
  const children = [...withDatePart(name, argumentsOf(args, t), t.dialect)];
  if (name === 'if' || name === 'iff') return withOver(conditional(children), body, t);
  const order = toOrder(args?.['orderby'], t);
  if (order.length > 0) children.push(clause('order by', order));
  const within = toOrder(body['within_group_orderby'], t);
  if (within.length > 0) children.push(clause('within group', within));
  const filter = record(body['filter']);
  if (filter !== null) children.push(clause('filter', [toExpression(filter['where'] ?? filter['expr'] ?? filter, t)]));
  const distinct = args?.['distinct'] === 'DISTINCT';
  return withOver(expression(isAggregate(name) ? 'aggregate' : 'function', name, { children, distinct }), body, t);
}

function argumentsOf(args: Raw | null, t: Translation): readonly Expression[] {
  if (args === null) return [];
  if (args['type'] === 'expr_list') return toExpressions(args, t);
  const separator = record(record(args['separator'])?.['delimiter']);
  const values = args['expr'] === undefined ? [] : [args['expr']];
  return [...values, ...(separator === null ? [] : [separator])].flatMap((value) =>
    record(value)?.['type'] === 'expr_list' ? toExpressions(value, t) : [toExpression(value, t)],
  );
}

function named(values: unknown, t: Translation): readonly Expression[] {
  return list(values).map((value) => {
    const item = needRecord(value, 'field');
    const made = toExpression(item['expr'], t);
    const name = identifier(item['as']);
    return name === null ? made : expression('named', name.name, { children: [made] });
  });
}

function arrayOf(body: Raw, t: Translation): Expression {
  const items = Array.isArray(body['array_path']) ? named(body['array_path'], t) : toExpressions(body['expr_list'], t);
  return expression('function', 'array', { children: items });
}
