import type { Expression, Identifier, Query, Span } from '#core/sql';
import { type Depth, list, notUnderstood, type Raw, record, spanOf, text } from './build.ts';

/** A variant of one of the engine's types: its name, and what it holds. */
export interface Variant {
  readonly tag: string;
  readonly value: unknown;
}

/** What a translation carries along. */
export interface Translation {
  readonly dialect: string;
  readonly depth: Depth;
  /** UTF-16 offset of a line and a column, both 1-based. */
  readonly offset: (line: number, column: number) => number;
  readonly query: (body: Raw) => Query;
  /** Translates what stands where SQL wants one value. */
  readonly expression: (value: unknown) => Expression;
}

/** `value` as a variant: text names one without content, an object with one field one with content. */
export function variant(value: unknown): Variant | null {
  if (typeof value === 'string') return { tag: value, value: null };
  const body = record(value);
  const [tag, ...more] = body === null ? [] : Object.keys(body);
  return body === null || tag === undefined || more.length > 0 ? null : { tag, value: body[tag] };
}

/** `value` as a variant that must be there. */
export function needVariant(value: unknown, what: string): Variant {
  const found = variant(value);
  if (found === null) throw notUnderstood(`${what} of unknown form`);
  return found;
}

/** `{ value, quote_style }` as an identifier; null when it is none. */
export function identifier(value: unknown): Identifier | null {
  const body = record(value);
  const name = text(body?.['value']);
  return name === null ? null : { name, quoted: text(body?.['quote_style']) !== null };
}

/** The identifiers among `values`. */
export function identifiers(values: unknown): readonly Identifier[] {
  return list(values).flatMap((value) => identifier(value) ?? []);
}

/** The parts of a name of several; a part that is a function call is not understood. */
export function nameParts(values: unknown): readonly Identifier[] {
  return list(values).map((value) => {
    const part = needVariant(value, 'a name');
    const found = part.tag === 'Identifier' ? identifier(part.value) : null;
    if (found === null) throw notUnderstood('a name that is not made of identifiers');
    return found;
  });
}

/** From the first to the last of the identifiers in `values`; `{ Identifier: … }` counts as well. */
export function spanOfNames(values: readonly unknown[], t: Translation): Span {
  return spanOf(values.map((value) => ({ span: span(record(record(value)?.['Identifier']) ?? value, t) })));
}

/** Where something of the engine's stands, in UTF-16. */
export function span(value: unknown, t: Translation): Span {
  const found = record(record(value)?.['span']);
  const [start, end] = [place(found?.['start'], t), place(found?.['end'], t)];
  return start === null || end === null ? null : { start, end };
}

/** The engine says 0:0 where it does not know. */
function place(value: unknown, t: Translation): number | null {
  const { line, column } = record(value) ?? {};
  return typeof line === 'number' && typeof column === 'number' && line > 0 ? t.offset(line, column) : null;
}

/** Offsets in `sql` of the engine's lines and columns; it counts columns in code points. */
export function offsetsIn(sql: string): (line: number, column: number) => number {
  const lines = sql.split('\n');
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  const plain = !/[\ud800-\udfff]/.test(sql);
  return (line, column) => {
    const start = starts[line - 1] ?? sql.length;
    if (plain) return Math.min(sql.length, start + column - 1);
    const before = Array.from(lines[line - 1] ?? '')
      .slice(0, column - 1)
      .join('');
    return start + before.length;
  };
}

/** A type as SQL names it, in lower case: `numeric(3,2)`, `varchar(10)`, `array<int64>`. */
export function typeText(value: unknown): string {
  const { tag, value: inner } = needVariant(value, 'a type');
  switch (tag) {
    case 'Custom':
      return `${nameParts(list(inner)[0]).at(-1)?.name.toLowerCase() ?? ''}${inParentheses(list(list(inner)[1]))}`;
    case 'Array':
      return `array<${elementType(inner)}>`;
    case 'Nullable':
      return `nullable(${typeText(inner)})`;
    case 'Map':
      return `map<${list(inner).map(typeText).join(',')}>`;
    case 'Struct':
      return `struct<${list(list(inner)[0]).map(fieldText).join(',')}>`;
    default:
      return plainType(tag, inner);
  }
}

/** Types whose names are written in several ways: one of them. */
const typeNames: Readonly<Record<string, string>> = {
  Integer: 'int',
  BigInt: 'bigint',
  SmallInt: 'smallint',
  TinyInt: 'tinyint',
  MediumInt: 'mediumint',
  Numeric: 'decimal',
  Dec: 'decimal',
  Bool: 'boolean',
  CharacterVarying: 'varchar',
  CharVarying: 'varchar',
  Character: 'char',
};

function plainType(tag: string, inner: unknown): string {
  const [size, zone] = typeof list(inner)[1] === 'string' ? list(inner) : [inner];
  const zoned = zone === 'WithTimeZone' || zone === 'Tz' ? ' with time zone' : '';
  return `${typeNames[tag] ?? tag.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}${inParentheses(numbersIn(size))}${zoned}`;
}

function inParentheses(sizes: readonly unknown[]): string {
  return sizes.length === 0 ? '' : `(${sizes.join(',')})`;
}

function fieldText(value: unknown): string {
  const field = record(value);
  return `${identifier(field?.['field_name'])?.name ?? ''} ${typeText(field?.['field_type'])}`.trim();
}

function elementType(value: unknown): string {
  const inner = variant(value)?.value;
  const element = Array.isArray(inner) ? (inner as readonly unknown[])[0] : inner;
  return element === null || element === undefined ? '' : typeText(element);
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(numbersIn);
  const body = record(value);
  return body === null ? [] : Object.values(body).flatMap(numbersIn);
}
