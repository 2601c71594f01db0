import {
  type Cursor,
  parseArguments,
  parseExpression,
  parseTuple,
  peeks,
  takeName,
  takes,
} from './parse-expression.ts';
import type { Expr, MacroNode, Target, TemplateNode } from './template-tree.ts';
import { type Segment, segmentsOf, tokensOf } from './tokens.ts';

/** Blocks may stand this deep in each other. */
const deepest = 60;

interface Reading {
  readonly segments: readonly Segment[];
  at: number;
  depth: number;
  failed: boolean;
}

/**
 * Jinja SQL as a tree; null for a template that does not parse. A tag that is not known inside is `unsupported`, an expression that
 * is not known makes its output or its block so: the rest of the template stays.
 */
export function parseTemplate(template: string): readonly TemplateNode[] | null {
  const segments = segmentsOf(template);
  if (segments === null) return null;
  const reading: Reading = { segments, at: 0, depth: 0, failed: false };
  const nodes = parseBody(reading, []);
  return reading.failed || reading.at < segments.length ? null : nodes;
}

/** Nodes up to one of the `until` tags, which is left where it is. */
function parseBody(reading: Reading, until: readonly string[]): readonly TemplateNode[] {
  const nodes: TemplateNode[] = [];
  if (++reading.depth > deepest) reading.failed = true;
  while (!reading.failed && reading.at < reading.segments.length) {
    const segment = reading.segments[reading.at];
    if (segment === undefined || (segment.kind === 'tag' && until.includes(tagOf(segment)))) break;
    reading.at++;
    if (segment.kind === 'text') nodes.push({ kind: 'text', text: segment.text, line: segment.line });
    else if (segment.kind === 'output') nodes.push(outputOf(segment));
    else nodes.push(...parseTag(reading, segment));
  }
  reading.depth--;
  return nodes;
}

function tagOf({ text }: Segment): string {
  return /^\s*(\w+)/.exec(text)?.[1] ?? '';
}

function cursorOf(source: string): Cursor {
  return { tokens: tokensOf(source) ?? [], at: 0, depth: 0 };
}

function isAtEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.tokens.length;
}

/** An expression that fills its tag; null for any other. */
function wholeOf(source: string): Expr | null {
  const cursor = cursorOf(source);
  const expression = parseTuple(cursor);
  return expression !== null && isAtEnd(cursor) ? expression : null;
}

function outputOf(segment: Segment): TemplateNode {
  const expression = wholeOf(segment.text);
  if (expression === null) return unsupported('expression', segment);
  return { kind: 'output', expression, line: segment.line };
}

function unsupported(tag: string, { text, line }: Segment, body: readonly TemplateNode[] = []): TemplateNode {
  return { kind: 'unsupported', tag, body, text, line };
}

function parseTag(reading: Reading, segment: Segment): readonly TemplateNode[] {
  const tag = tagOf(segment);
  const rest = segment.text.slice(segment.text.indexOf(tag) + tag.length);
  switch (tag) {
    case 'set':
      return [parseSet(reading, rest, segment)];
    case 'do':
      return [doOf(rest, segment)];
    case 'if':
      return [parseIf(reading, rest, segment)];
    case 'for':
      return [parseFor(reading, rest, segment)];
    case 'macro':
      return [parseMacro(reading, rest, segment)];
    case 'snapshot':
      return parseTransparent(reading);
    case 'call':
    case 'filter':
      return [unsupported(tag, segment, inside(reading, `end${tag}`))];
    default:
      reading.failed = true;
      return [];
  }
}

/** The body of a block and its end tag. */
function inside(reading: Reading, end: string): readonly TemplateNode[] {
  const body = parseBody(reading, [end]);
  if (reading.at >= reading.segments.length) reading.failed = true;
  reading.at++;
  return body;
}

function parseTransparent(reading: Reading): readonly TemplateNode[] {
  return inside(reading, 'endsnapshot');
}

function doOf(rest: string, segment: Segment): TemplateNode {
  const expression = wholeOf(rest);
  return expression === null ? unsupported('do', segment) : { kind: 'do', expression };
}

function parseSet(reading: Reading, rest: string, segment: Segment): TemplateNode {
  const cursor = cursorOf(rest);
  const target = parseTarget(cursor);
  if (target !== null && isAtEnd(cursor)) return { kind: 'set-block', target, body: inside(reading, 'endset') };
  if (target === null || !takes(cursor, '=')) {
    reading.failed = true;
    return unsupported('set', segment);
  }
  const expression = parseTuple(cursor);
  // An unknown expression leaves its variable unknown; what else it might do is nothing.
  const known = expression !== null && isAtEnd(cursor);
  return { kind: 'set', target, expression: known ? expression : { kind: 'name', name: '?' } };
}

function parseTarget(cursor: Cursor): Target | null {
  const first = takeName(cursor);
  if (first === null) return null;
  if (takes(cursor, '.')) {
    const field = takeName(cursor);
    return field === null ? null : { namespace: first, field };
  }
  const names = [first];
  while (takes(cursor, ',')) {
    const name = takeName(cursor);
    if (name === null) return null;
    names.push(name);
  }
  return { names };
}

function parseIf(reading: Reading, rest: string, segment: Segment): TemplateNode {
  const branches: { test: Expr; body: readonly TemplateNode[] }[] = [];
  let test = rest;
  for (;;) {
    const body = parseBody(reading, ['elif', 'else', 'endif']);
    branches.push({ test: wholeOf(test) ?? { kind: 'name', name: '?' }, body });
    const next = reading.segments[reading.at];
    if (next === undefined || reading.failed) {
      reading.failed = true;
      return unsupported('if', segment);
    }
    if (tagOf(next) !== 'elif') break;
    test = next.text.slice(next.text.indexOf('elif') + 4);
    reading.at++;
  }
  return { kind: 'if', branches, otherwise: parseElse(reading, 'endif') };
}

function parseElse(reading: Reading, end: string): readonly TemplateNode[] {
  const next = reading.segments[reading.at];
  if (next !== undefined && tagOf(next) === 'else') {
    reading.at++;
    return inside(reading, end);
  }
  reading.at++;
  return [];
}

function parseFor(reading: Reading, rest: string, segment: Segment): TemplateNode {
  const cursor = cursorOf(rest);
  const bracketed = takes(cursor, '(');
  const target = parseTarget(cursor);
  if (bracketed) takes(cursor, ')');
  const over = takes(cursor, 'in') ? parseOver(cursor) : null;
  const filter = takes(cursor, 'if') ? parseExpression(cursor) : null;
  const body = parseBody(reading, ['else', 'endfor']);
  if (reading.at >= reading.segments.length) reading.failed = true;
  const otherwise = parseElse(reading, 'endfor');
  if (target === null || 'namespace' in target || over === null || !isAtEnd(cursor))
    return unsupported('for', segment, [...body, ...otherwise]);
  return { kind: 'for', names: target.names, over, filter, body, otherwise };
}

/** What a loop goes over; `x if y` is its filter and no choice. */
function parseOver(cursor: Cursor): Expr | null {
  const end = cursor.tokens.findIndex(
    ({ kind, text }, at) => at > cursor.at && kind === 'name' && text === 'if' && isOutside(cursor, at),
  );
  if (end === -1) return parseTuple(cursor);
  const part: Cursor = { tokens: cursor.tokens.slice(0, end), at: cursor.at, depth: 0 };
  const over = parseTuple(part);
  cursor.at = end;
  return over !== null && isAtEnd(part) ? over : null;
}

function isOutside({ tokens }: Cursor, at: number): boolean {
  const count = (marks: string): number =>
    tokens.slice(0, at).filter(({ kind, text }) => kind === 'operator' && marks.includes(text)).length;
  return count('([{') === count(')]}');
}

function parseMacro(reading: Reading, rest: string, segment: Segment): TemplateNode {
  const cursor = cursorOf(rest);
  const name = takeName(cursor);
  const parameters = takes(cursor, '(') ? parseParameters(cursor) : null;
  const body = inside(reading, 'endmacro');
  if (name === null || parameters === null) {
    reading.failed = true;
    return unsupported('macro', segment);
  }
  return { kind: 'macro', name, parameters, body };
}

function parseParameters(cursor: Cursor): MacroNode['parameters'] | null {
  // The grammar is that of a call: bare names, and names with what they are without an argument.
  const given = parseArguments(cursor);
  if (given === null || peeks(cursor, ')')) return null;
  const bare = given.positional.map((one) => (one.kind === 'name' ? { name: one.name, fallback: null } : null));
  const known = bare.filter((one) => one !== null);
  if (known.length < bare.length) return null;
  return [...known, ...given.named.map(([name, fallback]) => ({ name, fallback }))];
}
