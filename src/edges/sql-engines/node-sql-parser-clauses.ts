import type { Expression, Identifier, Query } from '#core/sql';
import { clause, type Depth, expression, list, needRecord, type Raw, record, text } from './build.ts';

/** What a translation carries along. */
export interface Translation {
  readonly dialect: string;
  readonly depth: Depth;
  readonly query: (ast: Raw) => Query;
  /** Translates what stands where SQL wants one value. */
  readonly expression: (value: unknown) => Expression;
}

/** A name in any of the engine's forms: text, `{ value }`, `{ expr: { type, value } }`. */
export function identifier(value: unknown): Identifier | null {
  if (typeof value === 'string') return value === '' ? null : { name: value, quoted: false };
  const body = record(value);
  if (body === null) return null;
  if (body['expr'] !== undefined) return identifier(body['expr']);
  const name = text(body['value']);
  const quoted = /quote_string|backticks/.test(text(body['type']) ?? '');
  return name === null ? null : { name, quoted };
}

/** The names among `values`. */
export function identifiers(values: readonly unknown[]): readonly Identifier[] {
  return values.flatMap((value) => identifier(value) ?? []);
}

/** ORDER BY items. */
export function toOrder(values: unknown, t: Translation): readonly Expression[] {
  return list(values).map((value) => {
    const item = needRecord(value, 'ORDER BY item');
    const inner = t.expression(item['expr']);
    return item['type'] === 'DESC' ? expression('operator', 'desc', { children: [inner] }) : inner;
  });
}

/** CASE. */
export function caseOf(body: Raw, t: Translation): Expression {
  const children: Expression[] = [];
  if (record(body['expr']) !== null) children.push(clause('case', [t.expression(body['expr'])]));
  for (const value of list(body['args'])) {
    const branch = needRecord(value, 'CASE branch');
    if (branch['type'] === 'else') children.push(clause('else', [t.expression(branch['result'])]));
    else children.push(clause('when', [t.expression(branch['cond'])]), t.expression(branch['result']));
  }
  return expression('case', 'case', { children });
}

/** `made`, with the clauses of OVER where there are any. */
export function withOver(made: Expression, body: Raw, t: Translation): Expression {
  const over = record(body['over']);
  if (over === null) return made;
  return expression('window', made.name, { children: [made, ...windowClauses(over['as_window_specification'], t)] });
}

/** The clauses of OVER (…), or the name of a named window. */
export function windowClauses(value: unknown, t: Translation): readonly Expression[] {
  if (typeof value === 'string') return [clause('window', [expression('parameter', value)])];
  const specification = record(record(value)?.['window_specification']);
  if (specification === null) return [];
  const clauses: Expression[] = [];
  const name = identifier(specification['name']);
  if (name !== null) clauses.push(clause('window', [expression('parameter', name.name)]));
  const partition = list(specification['partitionby']).map((item) => t.expression(record(item)?.['expr']));
  if (partition.length > 0) clauses.push(clause('partition by', partition));
  const order = toOrder(specification['orderby'], t);
  if (order.length > 0) clauses.push(clause('order by', order));
  const frame = specification['window_frame_clause'];
  if (record(frame) !== null)
    clauses.push(clause('frame', [expression('literal', JSON.stringify(frame).toLowerCase())]));
  return clauses;
}
