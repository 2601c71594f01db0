import type { Expression, Limit, Query } from '#core/sql';
import { type Raw, record } from './build.ts';
import { toOrder } from './polyglot-clauses.ts';
import { operand } from './polyglot-expression.ts';
import { type Translation, tagged } from './polyglot-node.ts';
import { fields, modified, note, restOf } from './polyglot-rest.ts';

/** What stands at the end of a query. */
export function tail(body: Raw, t: Translation): Pick<Query, 'orderBy' | 'limit'> {
  return { orderBy: orderOf(body['order_by'], t), limit: limitOf(body, t) };
}

const ofOrder = fields('expressions');
const ofCount = fields('this count rows direction');

/** ORDER BY. */
export function orderOf(value: unknown, t: Translation): readonly Expression[] {
  const body = record(value);
  if (body === null) return [];
  note('order by', body, ofOrder, t);
  return toOrder(body['expressions'], t);
}

/** LIMIT, TOP or FETCH, and OFFSET; null where there is none. */
export function limitOf(body: Raw, t: Translation): Limit | null {
  const [count, ...more] = [body['limit'], body['top'], body['fetch']].filter((clause) => record(clause) !== null);
  if (more.length > 0) t.lossy.add('a limit twice');
  const offset = record(body['offset']);
  if (count === undefined && offset === null) return null;
  const clause = tagged(count) === null ? (record(count) ?? {}) : { this: count };
  const limit = {
    count: valueOf(clause['this'] ?? clause['count'], t),
    offset: valueOf(offset !== null && tagged(offset) === null ? offset['this'] : offset, t),
  };
  return modified<Limit>(limit, restOf('limit', clause, ofCount, t));
}

function valueOf(value: unknown, t: Translation): Expression | null {
  return tagged(value) === null ? null : operand(value, t);
}
