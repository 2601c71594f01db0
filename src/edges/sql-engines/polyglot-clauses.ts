import type { Expression } from '#core/sql';
import { clause, expression, list, needRecord, record } from './build.ts';
import { presentation } from './polyglot-names.ts';
import { identifier, type Tagged, type Translation, tagged } from './polyglot-node.ts';
import { fields, formOf, modified, restOf } from './polyglot-rest.ts';
import { typeText } from './polyglot-type.ts';

const ofOrdered = fields('this desc nulls_first');

/** ORDER BY items: a descending one is wrapped in an operator `desc`; where NULLs stand is a modifier. */
export function toOrder(values: unknown, translation: Translation): readonly Expression[] {
  return list(values).map((value) => {
    const item = needRecord(value, 'ORDER BY item');
    const inner = translation.expression(item['this']);
    const ordered = item['desc'] === true ? expression('operator', 'desc', { children: [inner] }) : inner;
    const nulls = item['nulls_first'];
    const placed = typeof nulls === 'boolean' ? modified(ordered, nulls ? 'nulls first' : 'nulls last') : ordered;
    return modified(placed, restOf('order by', item, ofOrdered, translation));
  });
}

/** CASE; END closes it, so no set operation can be swallowed inside. */
export function caseOf({ body }: Tagged, t: Translation): Expression {
  const children: Expression[] = [];
  if (tagged(body['operand']) !== null) children.push(clause('case', [t.expression(body['operand'])]));
  for (const branch of list(body['whens'])) {
    const [condition, value] = list(branch);
    children.push(clause('when', [t.expression(condition)]), t.expression(value));
  }
  if (tagged(body['else_']) !== null) children.push(clause('else', [t.expression(body['else_'])]));
  return expression('case', 'case', { children });
}

/** IF and IFF, as CASE. */
export function ifOf({ body }: Tagged, t: Translation): Expression {
  const children = [clause('when', [t.expression(body['condition'])]), t.expression(body['true_value'])];
  if (tagged(body['false_value']) !== null) children.push(clause('else', [t.expression(body['false_value'])]));
  return expression('case', 'case', { children });
}

/** A function with OVER. */
export function windowOf({ body }: Tagged, t: Translation): Expression {
  const inner = t.expression(body['this']);
  return expression('window', inner.name, { children: [inner, ...windowClauses(body['over'], t)] });
}

const ofOver = fields('window_name partition_by order_by frame');

/** The clauses of OVER (…) or of a named window. */
export function windowClauses(value: unknown, t: Translation): readonly Expression[] {
  const over = needRecord(value, 'OVER');
  const clauses: Expression[] = [];
  const name = identifier(over['window_name']);
  if (name !== null) clauses.push(clause('window', [expression('parameter', name.name)]));
  const partition = list(over['partition_by']).map(t.expression);
  if (partition.length > 0) clauses.push(clause('partition by', partition));
  const order = toOrder(over['order_by'], t);
  if (order.length > 0) clauses.push(clause('order by', order));
  const frame = record(over['frame']);
  if (frame !== null) clauses.push(modified(clause('frame', collect(frame, t)), formOf(frame, '')));
  const rest = restOf('over', over, ofOver, t);
  if (rest !== '') t.lossy.add(`over ${rest}`);
  return clauses;
}

/** An aggregate with WITHIN GROUP. */
export function withinGroup({ body }: Tagged, t: Translation): Expression {
  const inner = t.expression(body['this']);
  const children = [...inner.children, clause('within group', toOrder(body['order_by'], t))];
  return { ...inner, children };
}

/** The values inside an object of any form, in the order of its fields; flags and words become literals. */
export function collect(value: unknown, t: Translation): readonly Expression[] {
  const node = tagged(value);
  if (node !== null) return node.tag === 'data_type' ? [] : [t.expression(value)];
  if (Array.isArray(value)) return value.flatMap((item) => collect(item, t));
  if (typeof value === 'string' && value !== '') return [expression('literal', value.toLowerCase())];
  const body = record(value);
  if (body === null) return [];
  if (typeof body['data_type'] === 'string') return [expression('literal', typeText(body))];
  const name = identifier(body);
  if (name !== null && !('args' in body)) return [expression('literal', name.name)];
  return Object.entries(body).flatMap(([field, inner]) => {
    if (presentation.has(field)) return [];
    return inner === true ? [expression('literal', field)] : collect(inner, t);
  });
}
