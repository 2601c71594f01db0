import type { Expression, Identifier } from '#core/sql';
import type { SqlWriter } from './sql-writer.ts';

/** A condition on the rows of one relation: a tree of what is known to read and nothing else. */
export type Condition =
  | { readonly kind: 'column'; readonly column: Identifier }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'word'; readonly value: 'true' | 'false' | 'null' }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Condition[] }
  | { readonly kind: 'operator'; readonly name: string; readonly operands: readonly Condition[] }
  | { readonly kind: 'cast'; readonly type: string; readonly operand: Condition };

/** Functions that read their arguments and nothing else. */
export const harmlessFunctions: readonly string[] = ['lower', 'upper', 'trim', 'abs', 'length', 'coalesce', 'nullif'];
/** Types that a condition may be cast to. */
export const harmlessTypes: readonly string[] = [
  'date',
  'timestamp',
  'varchar',
  'text',
  'string',
  'integer',
  'int',
  'bigint',
  'numeric',
  'decimal',
  'boolean',
];
const binary: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'like', '+', '-', '*', '/']);
const chained: ReadonlySet<string> = new Set(['and', 'or']);
const after: ReadonlySet<string> = new Set(['is null', 'is not null']);
const deepest = 30;

/**
 * An expression as a condition on one relation; null when any part of it is not known to be harmless and the same in every
 * warehouse. `column` gives the relation's column for a name as written, or null.
 */
export function toCondition(
  expression: Expression,
  column: (name: readonly Identifier[]) => Identifier | null,
  depth = 0,
): Condition | null {
  if (depth > deepest) return null;
  const operands = expression.children.map((child) => toCondition(child, column, depth + 1));
  const known = operands.filter((operand) => operand !== null);
  if (known.length !== operands.length) return null;
  switch (expression.kind) {
    case 'column': {
      const found = column(expression.column);
      return found === null ? null : { kind: 'column', column: found };
    }
    case 'literal':
      return toLiteral(expression.name);
    case 'function':
      return harmlessFunctions.includes(expression.name) && known.length > 0
        ? { kind: 'call', name: expression.name, operands: known }
        : null;
    case 'cast': {
      const [operand] = known;
      const isKnown = operand !== undefined && known.length === 1 && harmlessTypes.includes(expression.name);
      return isKnown ? { kind: 'cast', type: expression.name, operand } : null;
    }
    case 'in':
      return expression.query === null && known.length > 1 ? { kind: 'operator', name: 'in', operands: known } : null;
    case 'between':
      return known.length === 3 ? { kind: 'operator', name: 'between', operands: known } : null;
    case 'operator':
      return toOperator(expression.name, known);
    default:
      return null;
  }
}

function toOperator(written: string, operands: readonly Condition[]): Condition | null {
  const name = written === '!=' ? '<>' : written;
  const fits =
    (binary.has(name) && operands.length === 2) ||
    (chained.has(name) && operands.length > 1) ||
    ((after.has(name) || name === 'not') && operands.length === 1);
  return fits ? { kind: 'operator', name, operands } : null;
}

function toLiteral(written: string): Condition | null {
  const word = written.toLowerCase();
  if (word === 'true' || word === 'false' || word === 'null') return { kind: 'word', value: word };
  if (/^\d{1,30}(\.\d{1,30})?$/.test(written)) return { kind: 'number', value: written };
  const text = /^'((?:[^']|'')*)'$/s.exec(written)?.[1];
  return text === undefined ? null : { kind: 'text', value: text.replaceAll("''", "'") };
}

/** The condition as SQL, columns qualified by `alias`; null when a name or a text in it cannot be written safely. */
export function writeCondition(condition: Condition, writer: SqlWriter, alias: string): string | null {
  const write = (one: Condition): string | null => writeCondition(one, writer, alias);
  switch (condition.kind) {
    case 'column': {
      const name = writer.name(condition.column);
      const from = writer.name(alias);
      return name === null || from === null ? null : `${from}.${name}`;
    }
    case 'text':
      // What a backslash means differs between warehouses, and control characters have no business here.
      return /[\\\p{Cc}]/u.test(condition.value) ? null : `'${condition.value.replaceAll("'", "''")}'`;
    case 'number':
    case 'word':
      return condition.value;
    case 'cast': {
      const operand = write(condition.operand);
      return operand === null ? null : `cast(${operand} as ${condition.type})`;
    }
    case 'call': {
      const operands = condition.operands.map(write);
      return operands.includes(null) ? null : `${condition.name}(${operands.join(', ')})`;
    }
    case 'operator':
      return writeOperator(condition.name, condition.operands.map(write));
  }
}

function writeOperator(name: string, operands: readonly (string | null)[]): string | null {
  if (operands.includes(null)) return null;
  const [first = '', ...others] = operands;
  if (name === 'not') return `(not ${first})`;
  if (after.has(name)) return `(${first} ${name})`;
  if (name === 'in') return `(${first} in (${others.join(', ')}))`;
  if (name === 'between') return `(${first} between ${others.join(' and ')})`;
  return `(${operands.join(` ${name} `)})`;
}

/** The condition for a reader: `status <> 'void'`. */
export function conditionText(condition: Condition): string {
  const text = (one: Condition): string => conditionText(one);
  switch (condition.kind) {
    case 'column':
      return condition.column.name;
    case 'text':
      return `'${condition.value}'`;
    case 'number':
    case 'word':
      return condition.value;
    case 'cast':
      return `${text(condition.operand)}::${condition.type}`;
    case 'call':
      return `${condition.name}(${condition.operands.map(text).join(', ')})`;
    case 'operator': {
      const [first = '', ...others] = condition.operands.map((one) => nested(one));
      if (condition.name === 'not') return `not ${first}`;
      if (after.has(condition.name)) return `${first} ${condition.name}`;
      if (condition.name === 'in') return `${first} in (${others.join(', ')})`;
      if (condition.name === 'between') return `${first} between ${others.join(' and ')}`;
      return [first, ...others].join(` ${condition.name} `);
    }
  }
}

function nested(condition: Condition): string {
  const text = conditionText(condition);
  return condition.kind === 'operator' && chained.has(condition.name) ? `(${text})` : text;
}
