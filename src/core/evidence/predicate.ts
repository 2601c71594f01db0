import type { Expression, Identifier } from '#core/sql';
import type { SqlWriter } from './sql-writer.ts';
import { textHoldsQuote } from './sql-writer.ts';

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
/** Names of one type: each warehouse has its own. */
const textTypes: ReadonlySet<string> = new Set(['varchar', 'text', 'string']);
const binary: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'like', '+', '-', '*', '/']);
const chained: ReadonlySet<string> = new Set(['and', 'or']);
const after: ReadonlySet<string> = new Set(['is null', 'is not null']);
const deepest = 30;
const mostOperands = 500;

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
  return toKnown(expression, known, column);
}

function toKnown(
  { kind, name, column: written, query }: Expression,
  known: readonly Condition[],
  column: (name: readonly Identifier[]) => Identifier | null,
): Condition | null {
  switch (kind) {
    case 'column': {
      const found = column(written);
      return found === null ? null : { kind, column: found };
    }
    case 'literal':
      return toLiteral(name);
    case 'function':
      return toCall(name, known);
    case 'cast':
      return toCast(name, known);
    case 'in':
    case 'between':
      return query === null ? toOperator(kind, known) : null;
    case 'operator':
      return toOperator(name, known);
    default:
      return null;
  }
}

function toCall(name: string, operands: readonly Condition[]): Condition | null {
  return harmlessFunctions.includes(name) && operands.length > 0 ? { kind: 'call', name, operands } : null;
}

function toCast(type: string, [operand, ...others]: readonly Condition[]): Condition | null {
  return operand !== undefined && others.length === 0 && harmlessTypes.includes(type)
    ? { kind: 'cast', type, operand }
    : null;
}

function toOperator(written: string, operands: readonly Condition[]): Condition | null {
  const name = written === '!=' ? '<>' : written;
  const [least, most] = operandsOf(name);
  return operands.length >= least && operands.length <= most ? { kind: 'operator', name, operands } : null;
}

/** How many operands an operator takes; of one that is not known, none fits. */
function operandsOf(name: string): readonly [least: number, most: number] {
  if (binary.has(name)) return [2, 2];
  if (chained.has(name) || name === 'in') return [2, mostOperands];
  if (after.has(name) || name === 'not') return [1, 1];
  return name === 'between' ? [3, 3] : [1, 0];
}

/** Also `-1`, which is written as what is taken from 0: a sign may not begin an expression in our statements. */
export const numberForm = /^-?\d{1,30}(\.\d{1,30})?$/;

function toLiteral(written: string): Condition | null {
  const word = written.toLowerCase();
  if (word === 'true' || word === 'false' || word === 'null') return { kind: 'word', value: word };
  if (numberForm.test(written)) return { kind: 'number', value: written };
  const text = /^'((?:[^']|'')*)'$/s.exec(written)?.[1];
  return text === undefined ? null : { kind: 'text', value: text.replaceAll("''", "'") };
}

/** The condition as SQL, columns qualified by `alias`; null when a name or a text in it cannot be written safely. */
export function writeCondition(condition: Condition, writer: SqlWriter, alias: string): string | null {
  const write = (one: Condition): string | null => writeCondition(one, writer, alias);
  switch (condition.kind) {
    case 'column':
      return writeColumn(condition.column, writer, alias);
    case 'text':
      return writeText(condition.value, writer);
    case 'number':
      return condition.value.startsWith('-') ? `(0 - ${condition.value.slice(1)})` : condition.value;
    case 'word':
      return condition.value;
    case 'cast': {
      const operand = write(condition.operand);
      return operand === null
        ? null
        : `cast(${operand} as ${textTypes.has(condition.type) ? writer.textType : condition.type})`;
    }
    case 'call': {
      const operands = condition.operands.map(write);
      return operands.includes(null) ? null : `${condition.name}(${operands.join(', ')})`;
    }
    case 'operator':
      return writeOperator(condition.name, condition.operands.map(write));
  }
}

/** What a backslash means differs between warehouses, and control characters have no business here. */
function writeText(value: string, { dialect }: SqlWriter): string | null {
  if (/[\\\p{Cc}]/u.test(value) || (value.includes("'") && !textHoldsQuote(dialect))) return null;
  return `'${value.replaceAll("'", "''")}'`;
}

function writeColumn(column: Identifier, writer: SqlWriter, alias: string): string | null {
  const [from, name] = [writer.name(alias), writer.name(column)];
  return name === null || from === null ? null : `${from}.${name}`;
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
    case 'operator':
      return operatorText(condition.name, condition.operands.map(nested));
  }
}

function operatorText(name: string, [first = '', ...others]: readonly string[]): string {
  if (name === 'not') return `not ${first}`;
  if (after.has(name)) return `${first} ${name}`;
  if (name === 'in') return `${first} in (${others.join(', ')})`;
  if (name === 'between') return `${first} between ${others.join(' and ')}`;
  return [first, ...others].join(` ${name} `);
}

function nested(condition: Condition): string {
  const text = conditionText(condition);
  return condition.kind === 'operator' && chained.has(condition.name) ? `(${text})` : text;
}
