import type { Expression, Identifier, Query, Span } from '#core/sql';
import { type Depth, list, type Raw, record, text } from './build.ts';

/** A tree node of the engine: its tag and what is in it. */
export interface Tagged {
  readonly tag: string;
  readonly body: Raw;
}

/** What a translation carries along. */
export interface Translation {
  readonly dialect: string;
  readonly depth: Depth;
  /** UTF-16 offset of a code point. */
  readonly offset: (codePoint: number) => number;
  readonly query: (node: Tagged) => Query;
  /** Translates what stands where SQL wants one value. */
  readonly expression: (value: unknown) => Expression;
  /**
   * Set operations that the engine took for an operand (`a > (select …) union select …`): `left` of the outermost is
   * put back as the operand, and the rest waits here for the SELECT that it belongs to.
   */
  readonly swallowed: Tagged[];
  /** What of the statement the tree does not hold. */
  readonly lossy: Set<string>;
}

/** Objects with one field that are not tree nodes. */
const plainFields: ReadonlySet<string> = new Set(['this', 'expressions', 'name', 'data_type', 'args']);

/** `value` as a tree node; null when it is not one. Asked of every value in a tree: no list of its fields is made. */
export function tagged(value: unknown): Tagged | null {
  const body = record(value);
  if (body === null) return null;
  let tag = '';
  for (const key in body) {
    if (tag !== '') return null;
    tag = key;
  }
  const first = tag.charCodeAt(0);
  if (!(first >= 0x61 && first <= 0x7a) || plainFields.has(tag)) return null;
  const inner = body[tag];
  if (inner === null) return { tag, body: {} };
  const innerRecord = record(inner);
  return innerRecord === null ? null : { tag, body: innerRecord };
}

/** `value` as an identifier; null when it is not one. */
export function identifier(value: unknown): Identifier | null {
  const body = record(value);
  const name = body === null ? null : text(body['name']);
  return body === null || name === null ? null : { name, quoted: body['quoted'] === true };
}

/** The identifiers among `values`. */
export function identifiers(values: unknown): readonly Identifier[] {
  const found: Identifier[] = [];
  for (const value of list(values)) {
    const one = identifier(value);
    if (one !== null) found.push(one);
  }
  return found;
}

/** Where an engine's node stands, in UTF-16. */
export function span(value: unknown, translation: Translation): Span {
  const found = record(record(value)?.['span']);
  const start = found?.['start'];
  const end = found?.['end'];
  if (typeof start !== 'number' || typeof end !== 'number') return null;
  return { start: translation.offset(start), end: translation.offset(end) };
}
