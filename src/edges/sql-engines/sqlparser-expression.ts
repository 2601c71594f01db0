import type { Expression } from '#core/sql';
import {
  clause,
  deeper,
  dottedParts,
  expression,
  list,
  needRecord,
  notUnderstood,
  type Raw,
  record,
  text,
} from './build.ts';
import { functionOf } from './sqlparser-function.ts';
import { chains, operatorName, tests, unaryName } from './sqlparser-names.ts';
import {
  identifier,
  identifiers,
  nameParts,
  needVariant,
  span,
  spanOfNames,
  type Translation,
  typeText,
  type Variant,
  variant,
} from './sqlparser-node.ts';

/** Translates what stands where SQL wants one value. */
export function toExpression(value: unknown, t: Translation): Expression {
  return deeper(t.depth, () => translate(needVariant(value, 'an expression'), t));
}

function all(values: unknown, t: Translation): readonly Expression[] {
  return list(values).map(t.expression);
}

type Translator = (body: Raw, t: Translation) => Expression;

/** Variants that hold a record. */
const ofRecords: Readonly<Record<string, Translator>> = {
  Identifier: (body, t) => expression('column', '', { column: identifiers([body]), span: span(body, t) }),
  CompoundFieldAccess: fieldAccess,
  JsonAccess: jsonAccess,
  Value: (body) => literal(body['value']),
  TypedString: (body) => {
    const made = literal(record(body['value'])?.['value']);
    return expression('literal', `${typeText(body['data_type'])} ${made.name}`);
  },
  Interval: intervalOf,
  Cast: castOf,
  Case: caseOf,
  Function: functionOf,
  BinaryOp: binary,
  UnaryOp: (body, t) => expression('operator', unaryName(body['op']), { children: [t.expression(body['expr'])] }),
  InList: (body, t) =>
    expression('in', negated(body, 'in'), { children: [t.expression(body['expr']), ...all(body['list'], t)] }),
  InSubquery: (body, t) => {
    const query = t.query(needRecord(body['subquery'], 'IN'));
    return expression('in', negated(body, 'in'), { children: [t.expression(body['expr'])], query });
  },
  InUnnest: (body, t) =>
    expression('in', negated(body, 'in'), { children: all([body['expr'], body['array_expr']], t) }),
  Between: (body, t) =>
    expression('between', negated(body, 'between'), { children: all([body['expr'], body['low'], body['high']], t) }),
  Like: (body, t) => matching('like', body, t),
  ILike: (body, t) => matching('ilike', body, t),
  SimilarTo: (body, t) => matching('similar to', body, t),
  RLike: (body, t) => matching('rlike', body, t),
  Exists: (body, t) =>
    expression('exists', negated(body, 'exists'), {
      query: t.query(needRecord(body['subquery'], 'EXISTS')),
      span: null,
    }),
  Subquery: (body, t) => expression('subquery', '', { query: t.query(body), span: null }),
  Array: (body, t) => expression('function', 'array', { children: all(body['elem'], t) }),
  Struct: (body, t) => expression('function', 'struct', { children: all(body['values'], t) }),
  Named: (body, t) => named(body['name'], body['expr'], t),
  Lambda: lambda,
  Extract: (body, t) =>
    expression('function', 'extract', { children: [t.expression(body['expr']), word(body['field'])] }),
  Ceil: (body, t) => called('ceil', [body['expr']], t),
  Floor: (body, t) => called('floor', [body['expr']], t),
  Position: (body, t) => called('position', [body['expr'], body['in']], t),
  Substring: (body, t) => called('substring', [body['expr'], body['substring_from'], body['substring_for']], t),
  Trim: (body, t) => called('trim', [body['expr'], body['trim_what'], ...list(body['trim_characters'])], t),
  Overlay: (body, t) =>
    called('overlay', [body['expr'], body['overlay_what'], body['overlay_from'], body['overlay_for']], t),
  AtTimeZone: (body, t) => called('at_time_zone', [body['timestamp'], body['time_zone']], t),
  Collate: (body, t) => called('collate', [body['expr']], t),
  Convert: (body, t) => {
    const type = variant(body['data_type']) === null ? 'convert' : typeText(body['data_type']);
    return expression('cast', type, { children: [t.expression(body['expr'])] });
  },
  AnyOp: (body, t) => quantified('any', body, t),
  AllOp: (body, t) => quantified('all', body, t),
};

/** Variants that hold a list of values. */
const ofLists: Readonly<Record<string, (values: readonly unknown[], t: Translation) => Expression>> = {
  CompoundIdentifier: (parts, t) =>
    expression('column', '', {
      column: dottedParts(identifiers(parts), t.dialect, false),
      span: spanOfNames(parts, t),
    }),
  Tuple: (values, t) => expression('function', 'tuple', { children: all(values, t) }),
  Dictionary: (fields, t) =>
    expression('function', 'struct', {
      children: fields.map((field) => named(record(field)?.['key'], record(field)?.['value'], t)),
    }),
  IsDistinctFrom: (values, t) => expression('operator', 'is distinct from', { children: all(values, t) }),
  IsNotDistinctFrom: (values, t) => expression('operator', 'is not distinct from', { children: all(values, t) }),
  Rollup: (sets, t) => grouping('rollup', sets, t),
  Cube: (sets, t) => grouping('cube', sets, t),
  GroupingSets: (sets, t) => grouping('grouping_sets', sets, t),
};

function translate({ tag, value }: Variant, t: Translation): Expression {
  if (tag === 'Nested') return toExpression(value, t);
  if (tag === 'QualifiedWildcard') return expression('star', '*', { column: nameParts(list(value)[0]) });
  if (tag === 'Wildcard') return expression('star', '*');
  const test = Object.hasOwn(tests, tag) ? tests[tag] : undefined;
  if (test !== undefined) return expression('operator', test, { children: [t.expression(value)] });
  const ofList = Object.hasOwn(ofLists, tag) ? ofLists[tag] : undefined;
  if (ofList !== undefined) return ofList(list(value), t);
  const ofRecord = Object.hasOwn(ofRecords, tag) ? ofRecords[tag] : undefined;
  if (ofRecord === undefined) throw notUnderstood(`an expression of type ${tag}`);
  return ofRecord(needRecord(value, tag), t);
}

function called(name: string, operands: readonly unknown[], t: Translation): Expression {
  return expression('function', name, {
    children: all(
      operands.filter((value) => value !== null && value !== undefined),
      t,
    ),
  });
}

function named(name: unknown, value: unknown, t: Translation): Expression {
  return expression('named', identifier(name)?.name ?? '', { children: [t.expression(value)] });
}

function grouping(name: string, sets: readonly unknown[], t: Translation): Expression {
  return expression('function', name, { children: sets.flatMap((set) => all(set, t)) });
}

function word(value: unknown): Expression {
  const found = variant(value);
  const custom = identifier(found?.value)?.name ?? found?.tag ?? '';
  return expression('literal', custom.toLowerCase());
}

function negated(body: Raw, operator: string): string {
  return body['negated'] === true ? `not ${operator}` : operator;
}

function matching(operator: string, body: Raw, t: Translation): Expression {
  const escape = record(body['escape_char']);
  const children = [
    ...all([body['expr'], body['pattern']], t),
    ...(escape === null ? [] : [literal(escape['value'] ?? escape)]),
  ];
  return expression('operator', negated(body, operator), { children });
}

function literal(value: unknown): Expression {
  const { tag, value: held } = needVariant(value, 'a literal');
  if (tag === 'Number') return expression('literal', String(list(held)[0]));
  if (tag === 'Placeholder') return expression('parameter', String(held));
  if (tag === 'Boolean') return expression('literal', String(held));
  if (tag === 'Null') return expression('literal', 'null');
  const content = typeof held === 'string' ? held : (text(record(held)?.['value']) ?? '');
  return expression('literal', `'${content.replaceAll("'", "''")}'`);
}

function intervalOf(body: Raw, t: Translation): Expression {
  const unit = variant(body['leading_field']);
  const part = unit === null ? [] : [expression('parameter', unit.tag.toLowerCase())];
  return expression('function', 'interval', { children: [t.expression(body['value']), ...part] });
}

function castOf(body: Raw, t: Translation): Expression {
  const kind = body['kind'];
  const prefix = kind === 'TryCast' ? 'try ' : kind === 'SafeCast' ? 'safe ' : '';
  return expression('cast', `${prefix}${typeText(body['data_type'])}`, { children: [t.expression(body['expr'])] });
}

function caseOf(body: Raw, t: Translation): Expression {
  const children: Expression[] = [];
  if (variant(body['operand']) !== null) children.push(clause('case', [t.expression(body['operand'])]));
  for (const value of list(body['conditions'])) {
    const branch = needRecord(value, 'WHEN');
    children.push(clause('when', [t.expression(branch['condition'])]), t.expression(branch['result']));
  }
  if (variant(body['else_result']) !== null) children.push(clause('else', [t.expression(body['else_result'])]));
  return expression('case', 'case', { children });
}

function lambda(body: Raw, t: Translation): Expression {
  const { value } = needVariant(body['params'], 'parameters');
  const parameters = Array.isArray(value) ? value : [value];
  const column = parameters.flatMap(
    (parameter) => identifier(record(parameter)?.['name']) ?? identifier(parameter) ?? [],
  );
  return expression('lambda', '->', { column, children: [t.expression(body['body'])] });
}

function fieldAccess(body: Raw, t: Translation): Expression {
  let made = t.expression(body['root']);
  for (const step of list(body['access_chain'])) {
    const { tag, value } = needVariant(step, 'an access');
    if (tag === 'Dot') made = field(made, t.expression(value));
    else made = expression('path', '[]', { children: [made, ...subscripts(value, t)] });
  }
  return made;
}

/** A field of a column is part of its name; a field of anything else is a path. */
function field(of: Expression, step: Expression): Expression {
  if (step.kind !== 'column') return expression('path', step.name, { children: [of, step] });
  if (of.kind === 'column') return expression('column', '', { column: [...of.column, ...step.column], span: of.span });
  return expression('path', step.column.map(({ name }) => name).join('.'), { children: [of] });
}

function subscripts(value: unknown, t: Translation): readonly Expression[] {
  const { value: inner } = needVariant(value, 'a subscript');
  return Object.values(needRecord(inner, 'a subscript'))
    .filter((bound) => bound !== null)
    .map(t.expression);
}

function jsonAccess(body: Raw, t: Translation): Expression {
  const steps = list(record(body['path'])?.['path']).map((step) => {
    const { tag, value } = needVariant(step, 'a path');
    const key = record(value)?.['key'];
    return tag === 'Dot' ? { name: text(key) ?? '', index: [] } : { name: '[]', index: [t.expression(key)] };
  });
  return expression('path', steps.map(({ name }) => name).join('.'), {
    children: [t.expression(body['value']), ...steps.flatMap(({ index }) => index)],
  });
}

/** Operands; chains of one operator are flattened, so that a long chain is not a deep tree. */
function binary(body: Raw, t: Translation): Expression {
  const operator = variant(body['op'])?.tag ?? '';
  const children: Expression[] = [];
  const pending: unknown[] = [body['right'], body['left']];
  while (pending.length > 0) {
    const value = pending.pop();
    const inner = record(record(value)?.['BinaryOp']);
    if (inner?.['op'] === operator && chains.has(operator)) pending.push(inner['right'], inner['left']);
    else children.push(t.expression(value));
  }
  return expression('operator', operatorName(body['op']), { children });
}

function quantified(word: string, body: Raw, t: Translation): Expression {
  return expression('operator', `${operatorName(body['compare_op'])} ${word}`, {
    children: all([body['left'], body['right']], t),
  });
}
