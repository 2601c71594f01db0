import type { Arguments, Expr } from './template-tree.ts';
import type { Token } from './tokens.ts';

/** A place in the tokens of one tag. `depth` keeps hostile nesting off the stack. */
export interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

/** Expressions may stand this deep in each other. */
const deepest = 60;
const none: Arguments = { positional: [], named: [] };

const literals: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** Whether the next token is this name or operator. */
export function peeks(cursor: Cursor, ...texts: readonly string[]): boolean {
  const token = cursor.tokens[cursor.at];
  return token !== undefined && (token.kind === 'operator' || token.kind === 'name') && texts.includes(token.text);
}

/** Goes past the next token when it is this one. */
export function takes(cursor: Cursor, text: string): boolean {
  if (!peeks(cursor, text)) return false;
  cursor.at++;
  return true;
}

/** A name that is next; null for anything else. */
export function takeName(cursor: Cursor): string | null {
  const token = cursor.tokens[cursor.at];
  if (token?.kind !== 'name') return null;
  cursor.at++;
  return token.text;
}

/** The expression at the cursor, or null where there is none that this grammar knows. */
export function parseExpression(cursor: Cursor): Expr | null {
  if (cursor.depth >= deepest) return null;
  cursor.depth++;
  const found = parseChoice(cursor);
  cursor.depth--;
  return found;
}

/** Like `parseExpression`, and commas make a tuple. */
export function parseTuple(cursor: Cursor): Expr | null {
  const first = parseExpression(cursor);
  if (first === null || !peeks(cursor, ',')) return first;
  const items = [first];
  while (takes(cursor, ',')) {
    if (cursor.at >= cursor.tokens.length || peeks(cursor, ')', 'recursive', '=')) break;
    const item = parseExpression(cursor);
    if (item === null) return null;
    items.push(item);
  }
  return { kind: 'list', items, tuple: true };
}

function parseChoice(cursor: Cursor): Expr | null {
  const then = parseLevel(cursor, 0);
  if (then === null || !takes(cursor, 'if')) return then;
  const test = parseLevel(cursor, 0);
  if (test === null) return null;
  if (!takes(cursor, 'else')) return { kind: 'choice', test, then, otherwise: null };
  const otherwise = parseExpression(cursor);
  return otherwise === null ? null : { kind: 'choice', test, then, otherwise };
}

/** Binary operators, loosest first; `not` stands between `and` and comparisons. */
const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['not'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['~'],
  ['*', '/', '//', '%'],
];

function parseLevel(cursor: Cursor, level: number): Expr | null {
  const operators = levels[level];
  if (operators === undefined) return parseUnary(cursor);
  if (operators[0] === 'not') return parseNot(cursor, level);
  let left = parseLevel(cursor, level + 1);
  let compared = 0;
  while (left !== null) {
    const operator = takeOperator(cursor, operators);
    if (operator === null) return left;
    // `a < b < c` means `a < b and b < c`: rare enough to be left alone.
    if (operators.includes('==') && ++compared > 1) return null;
    const right = parseLevel(cursor, level + 1);
    if (right === null) return null;
    left =
      operator === 'not in'
        ? { kind: 'unary', operator: 'not', on: { kind: 'binary', operator: 'in', left, right } }
        : { kind: 'binary', operator, left, right };
  }
  return null;
}

function takeOperator(cursor: Cursor, operators: readonly string[]): string | null {
  const next = cursor.tokens[cursor.at + 1];
  if (operators.includes('in') && peeks(cursor, 'not') && next?.text === 'in' && next.kind === 'name') {
    cursor.at += 2;
    return 'not in';
  }
  if (!peeks(cursor, ...operators)) return null;
  const text = cursor.tokens[cursor.at]?.text ?? null;
  cursor.at++;
  return text;
}

function parseNot(cursor: Cursor, level: number): Expr | null {
  if (!takes(cursor, 'not')) return parseLevel(cursor, level + 1);
  if (cursor.depth >= deepest) return null;
  cursor.depth++;
  const on = parseNot(cursor, level);
  cursor.depth--;
  return on === null ? null : { kind: 'unary', operator: 'not', on };
}

function parseUnary(cursor: Cursor): Expr | null {
  const sign = peeks(cursor, '-', '+') ? (cursor.tokens[cursor.at]?.text ?? '') : '';
  if (sign !== '') {
    cursor.at++;
    // A sign binds closer than a filter: `-1|abs` is `(-1)|abs`.
    const on = parsePostfix(cursor, parsePrimary(cursor), false);
    return on === null ? null : parsePostfix(cursor, { kind: 'unary', operator: sign, on }, true);
  }
  const power = parsePostfix(cursor, parsePrimary(cursor), true);
  return peeks(cursor, '**') ? null : power;
}

function parsePrimary(cursor: Cursor): Expr | null {
  const token = cursor.tokens[cursor.at];
  if (token === undefined) return null;
  cursor.at++;
  switch (token.kind) {
    case 'string':
      return { kind: 'literal', value: joinedStrings(cursor, token.text) };
    case 'int':
      return intLiteral(token.text);
    case 'float':
      return { kind: 'float', number: Number(token.text.replaceAll('_', '')) };
    case 'name':
      return literals.has(token.text)
        ? { kind: 'literal', value: literals.get(token.text) ?? null }
        : { kind: 'name', name: token.text };
    case 'operator':
      return parseBracketed(cursor, token.text);
  }
}

function intLiteral(text: string): Expr | null {
  const value = Number(text.replaceAll('_', ''));
  return Number.isSafeInteger(value) ? { kind: 'literal', value } : null;
}

/** Texts that stand side by side are one, as in Python. */
function joinedStrings(cursor: Cursor, first: string): string {
  let text = first;
  for (let next = cursor.tokens[cursor.at]; next?.kind === 'string'; next = cursor.tokens[cursor.at]) {
    text += next.text;
    cursor.at++;
  }
  return text;
}

function parseBracketed(cursor: Cursor, open: string): Expr | null {
  if (open === '[') {
    const items = parseItems(cursor, ']');
    return items === null ? null : { kind: 'list', items, tuple: false };
  }
  if (open === '{') return parseDict(cursor);
  if (open !== '(') return null;
  if (takes(cursor, ')')) return { kind: 'list', items: [], tuple: true };
  const inside = parseTuple(cursor);
  return takes(cursor, ')') ? inside : null;
}

function parseItems(cursor: Cursor, close: string): readonly Expr[] | null {
  const items: Expr[] = [];
  while (!takes(cursor, close)) {
    const item = parseExpression(cursor);
    if (item === null || !(takes(cursor, ',') || peeks(cursor, close))) return null;
    items.push(item);
  }
  return items;
}

function parseDict(cursor: Cursor): Expr | null {
  const pairs: (readonly [Expr, Expr])[] = [];
  while (!takes(cursor, '}')) {
    const key = parseExpression(cursor);
    if (key === null || !takes(cursor, ':')) return null;
    const value = parseExpression(cursor);
    if (value === null || !(takes(cursor, ',') || peeks(cursor, '}'))) return null;
    pairs.push([key, value]);
  }
  return { kind: 'dict', pairs };
}

/** Attributes, items and calls, and with `all` filters and tests, in the order in which they are written. */
function parsePostfix(cursor: Cursor, start: Expr | null, all: boolean): Expr | null {
  let on = start;
  while (on !== null) {
    if (takes(cursor, '.')) on = parseAttribute(cursor, on);
    else if (takes(cursor, '[')) on = parseItem(cursor, on);
    else if (takes(cursor, '(')) on = withArguments(cursor, on);
    else if (all && takes(cursor, '|')) on = parseFilter(cursor, on);
    else if (all && takes(cursor, 'is')) on = parseTest(cursor, on);
    else return on;
  }
  return null;
}

function parseAttribute(cursor: Cursor, on: Expr): Expr | null {
  const token = cursor.tokens[cursor.at];
  if (token?.kind === 'int') {
    cursor.at++;
    return { kind: 'item', on, key: { kind: 'literal', value: Number(token.text) } };
  }
  const name = takeName(cursor);
  return name === null ? null : { kind: 'attribute', on, name };
}

function parseItem(cursor: Cursor, on: Expr): Expr | null {
  const from = peeks(cursor, ':') ? null : parseExpression(cursor);
  if (takes(cursor, ':')) {
    const to = peeks(cursor, ']') ? null : parseExpression(cursor);
    return takes(cursor, ']') ? { kind: 'slice', on, from, to } : null;
  }
  return from !== null && takes(cursor, ']') ? { kind: 'item', on, key: from } : null;
}

function withArguments(cursor: Cursor, on: Expr): Expr | null {
  const given = parseArguments(cursor);
  return given === null ? null : { kind: 'call', on, given };
}

/** What stands between parentheses of a call, the closing one included. `*args` and `**kwargs` are not known. */
export function parseArguments(cursor: Cursor): Arguments | null {
  const positional: Expr[] = [];
  const named: (readonly [string, Expr])[] = [];
  while (!takes(cursor, ')')) {
    const name = cursor.tokens[cursor.at];
    const isNamed =
      name?.kind === 'name' &&
      cursor.tokens[cursor.at + 1]?.text === '=' &&
      cursor.tokens[cursor.at + 1]?.kind === 'operator';
    if (isNamed) cursor.at += 2;
    const value = parseExpression(cursor);
    if (value === null || !(takes(cursor, ',') || peeks(cursor, ')'))) return null;
    if (isNamed) named.push([name.text, value]);
    else positional.push(value);
  }
  return { positional, named };
}

function parseFilter(cursor: Cursor, on: Expr): Expr | null {
  const name = takeName(cursor);
  const given = takes(cursor, '(') ? parseArguments(cursor) : none;
  return name === null || given === null ? null : { kind: 'filter', on, name, given };
}

function parseTest(cursor: Cursor, on: Expr): Expr | null {
  const not = takes(cursor, 'not');
  const name = takeName(cursor);
  if (name === null) return null;
  if (takes(cursor, '(')) {
    const given = parseArguments(cursor);
    return given === null ? null : { kind: 'test', on, name, given, not };
  }
  const next = cursor.tokens[cursor.at];
  const takesOne = next !== undefined && (next.kind === 'string' || next.kind === 'int') && name !== 'defined';
  const one = takesOne ? parsePrimary(cursor) : null;
  return { kind: 'test', on, name, given: one === null ? none : { positional: [one], named: [] }, not };
}
