import type { Expression } from '#core/sql';
import { isAggregate } from '#core/sql';
import {
  clause,
  conditional,
  expression,
  list,
  needRecord,
  notUnderstood,
  type Raw,
  record,
  withDatePart,
} from './build.ts';
import { identifier, nameParts, needVariant, type Translation, variant } from './sqlparser-node.ts';

/** ORDER BY items: a descending one is wrapped in an operator `desc`. */
export function toOrder(values: unknown, t: Translation): readonly Expression[] {
  return list(values).map((value) => {
    const item = needRecord(value, 'ORDER BY item');
    const inner = t.expression(item['expr']);
    const { asc } = record(item['options']) ?? {};
    return asc === false ? expression('operator', 'desc', { children: [inner] }) : inner;
  });
}

/** A call, with its clauses and OVER. */
export function functionOf(body: Raw, t: Translation): Expression {
  const name = nameParts(body['name']).at(-1)?.name.toLowerCase() ?? '';
  const { operands, clauses, distinct } = argumentsOf(body['args'], t);
  const children = [...withDatePart(name, operands, t.dialect), ...clauses];
  if (name === 'if' || name === 'iff') return withOver(conditional(children), body, t);
  const within = toOrder(body['within_group'], t);
  if (within.length > 0) children.push(clause('within group', within));
  if (variant(body['filter']) !== null) children.push(clause('filter', [t.expression(body['filter'])]));
  return withOver(expression(isAggregate(name) ? 'aggregate' : 'function', name, { children, distinct }), body, t);
}

interface Arguments {
  readonly operands: readonly Expression[];
  readonly clauses: readonly Expression[];
  readonly distinct: boolean;
}

function argumentsOf(value: unknown, t: Translation): Arguments {
  const { tag, value: held } = needVariant(value, 'arguments');
  if (tag === 'None') return { operands: [], clauses: [], distinct: false };
  const body = needRecord(held, 'arguments');
  if (tag === 'Subquery') {
    return {
      operands: [expression('subquery', '', { query: t.query(body), span: null })],
      clauses: [],
      distinct: false,
    };
  }
  return {
    operands: list(body['args']).map((item) => argument(item, t)),
    clauses: list(body['clauses']).flatMap((item) => argumentClause(item, t)),
    distinct: body['duplicate_treatment'] === 'Distinct',
  };
}

/** One argument, named or not. */
export function argument(value: unknown, t: Translation): Expression {
  const { tag, value: held } = needVariant(value, 'an argument');
  if (tag === 'Unnamed') return argumentValue(held, t);
  const body = needRecord(held, 'an argument');
  const name = identifier(body['name'])?.name ?? '';
  return expression('named', name, { children: [argumentValue(body['arg'], t)] });
}

function argumentValue(value: unknown, t: Translation): Expression {
  const { tag, value: held } = needVariant(value, 'an argument');
  if (tag === 'Expr') return t.expression(held);
  if (tag === 'Wildcard' || tag === 'WildcardWithOptions') return expression('literal', 'star');
  if (tag === 'QualifiedWildcard') return expression('star', '*', { column: nameParts(held) });
  throw notUnderstood(`an argument of type ${tag}`);
}

function argumentClause(value: unknown, t: Translation): readonly Expression[] {
  const { tag, value: held } = needVariant(value, 'a clause');
  switch (tag) {
    case 'OrderBy':
      return [clause('order by', toOrder(held, t))];
    case 'Having':
      return [clause('having', [t.expression(list(held)[1])])];
    case 'Limit':
    case 'Separator':
    case 'IgnoreOrRespectNulls':
    case 'OnOverflow':
    case 'JsonNullClause':
    case 'JsonReturningClause':
      return [];
    default:
      throw notUnderstood(`a clause of type ${tag} inside a call`);
  }
}

function withOver(made: Expression, body: Raw, t: Translation): Expression {
  const over = body['over'];
  if (variant(over) === null) return made;
  return expression('window', made.name, { children: [made, ...windowClauses(over, t)] });
}

/** The clauses of OVER (…) or of a named window. */
export function windowClauses(value: unknown, t: Translation): readonly Expression[] {
  const { tag, value: held } = needVariant(value, 'OVER');
  if (tag === 'NamedWindow') return [clause('window', [expression('parameter', identifier(held)?.name ?? '')])];
  const specification = needRecord(held, 'OVER');
  const clauses: Expression[] = [];
  const name = identifier(specification['window_name']);
  if (name !== null) clauses.push(clause('window', [expression('parameter', name.name)]));
  const partition = list(specification['partition_by']).map(t.expression);
  if (partition.length > 0) clauses.push(clause('partition by', partition));
  const order = toOrder(specification['order_by'], t);
  if (order.length > 0) clauses.push(clause('order by', order));
  const frame = record(specification['window_frame']);
  if (frame !== null) clauses.push(clause('frame', [expression('literal', frameText(frame))]));
  return clauses;
}

/** A frame as text that tells it from others. */
function frameText(frame: Raw): string {
  return JSON.stringify(frame, (key, value: unknown) => (key === 'span' ? undefined : value)).toLowerCase();
}
