import type { Brand } from '#core/base';
import type { Dialect } from '#core/sql';
import { harmlessFunctions, harmlessTypes } from './predicate.ts';
import { isQuotedAs, textHoldsQuote } from './sql-writer.ts';

/** A statement that has been read from its first to its last character and is one SELECT. Drivers take nothing else. */
export type OneSelect = Brand<'OneSelect'>;

/**
 * Takes a statement for one SELECT if the small grammar below reads all of it: a select list from quoted relations, joins,
 * sub-queries, UNION ALL, conditions, CASE, a handful of functions. No comment, no semicolon, no bare name, no other word, so
 * nothing that writes, locks, calls or reads a file can be said in it. Null for anything else. In a dialect, names and texts must be
 * quoted as it does; without one, as any does.
 */
export function toOneSelect(sql: string, dialect: Dialect | null = null): OneSelect | null {
  const tokens = sql.length <= longest ? tokensOf(sql) : null;
  if (tokens === null || tokens.length > mostTokens) return null;
  if (dialect !== null && !tokens.every((token) => isOf(dialect, token))) return null;
  const end = query({ tokens, depth: 0 }, 0);
  return end === tokens.length ? (sql as OneSelect) : null;
}

const longest = 200_000;
const mostTokens = 40_000;
const deepest = 60;
const token =
  /[ \n]*(?:("(?:[^"\0]|"")+"|`(?:[^`\0\\]|``)+`|\[(?:[^\]\0]|\]\])+\])|('(?:[^'\\\p{Cc}]|'')*')|(\d+(?:\.\d+)?)(?![\w.])|([a-z]+)(?![\w$])|(<>|<=|>=|[=<>+*/(),.]|-(?!-)))/uy;

interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'word' | 'sign';
  readonly text: string;
}

/** The same signs mean other things elsewhere: `"a"` is a text in BigQuery, and three single quotes begin one of several lines. */
function isOf(dialect: Dialect, { kind, text }: Token): boolean {
  if (kind === 'name') return isQuotedAs(dialect, text);
  return kind !== 'text' || textHoldsQuote(dialect) || !text.slice(1, -1).includes("'");
}

function tokensOf(sql: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const text = sql.replace(/[ \n]+$/, '');
  let at = 0;
  while (at < text.length) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) return null;
    const [, name, string, number, word] = match;
    const kind =
      name !== undefined
        ? 'name'
        : string !== undefined
          ? 'text'
          : number !== undefined
            ? 'number'
            : word !== undefined
              ? 'word'
              : 'sign';
    tokens.push({ kind, text: match[0].trimStart() });
    at = token.lastIndex;
    // `/*` would open a comment: a slash and a star never stand together.
    if (tokens.at(-2)?.text === '/' && text.charAt(at - 1) === '*') return null;
  }
  return tokens;
}

interface Reading {
  readonly tokens: readonly Token[];
  readonly depth: number;
}

/** Each rule gives the place after what it has read, or null. */
type Place = number | null;

const functions: ReadonlySet<string> = new Set(['count', 'sum', 'min', 'max', ...harmlessFunctions]);
const types: ReadonlySet<string> = new Set(harmlessTypes);
const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'like']);
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/']);

function is({ tokens }: Reading, at: Place, ...words: readonly string[]): boolean {
  const found = at === null ? undefined : tokens[at];
  return found !== undefined && (found.kind === 'word' || found.kind === 'sign') && words.includes(found.text);
}

/** After exactly these words and signs. */
function past(reading: Reading, at: Place, ...words: readonly string[]): Place {
  let place = at;
  for (const word of words) {
    if (place === null || !is(reading, place, word)) return null;
    place += 1;
  }
  return place;
}

function name({ tokens }: Reading, at: Place): Place {
  return at !== null && tokens[at]?.kind === 'name' ? at + 1 : null;
}

function listOf(reading: Reading, at: Place, rule: (reading: Reading, at: Place) => Place): Place {
  let place = rule(reading, at);
  while (is(reading, place, ',')) place = rule(reading, past(reading, place, ','));
  return place;
}

function query({ tokens, depth }: Reading, at: Place): Place {
  if (depth > deepest) return null;
  const reading = { tokens, depth: depth + 1 };
  let place = select(reading, at);
  while (is(reading, place, 'union')) place = select(reading, past(reading, place, 'union', 'all'));
  return place;
}

function select(reading: Reading, at: Place): Place {
  let place = past(reading, at, 'select');
  if (is(reading, place, 'distinct')) place = past(reading, place, 'distinct');
  place = listOf(reading, place, item);
  place = source(reading, past(reading, place, 'from'));
  while (is(reading, place, 'join', 'cross')) place = join(reading, place);
  if (is(reading, place, 'where')) place = condition(reading, past(reading, place, 'where'));
  if (is(reading, place, 'group')) place = listOf(reading, past(reading, place, 'group', 'by'), condition);
  return is(reading, place, 'having') ? condition(reading, past(reading, place, 'having')) : place;
}

function item(reading: Reading, at: Place): Place {
  if (is(reading, at, '*')) return past(reading, at, '*');
  const place = condition(reading, at);
  return is(reading, place, 'as') ? name(reading, past(reading, place, 'as')) : place;
}

function source(reading: Reading, at: Place): Place {
  const place = is(reading, at, '(')
    ? past(reading, query(reading, past(reading, at, '(')), ')')
    : qualified(reading, at, 3);
  return is(reading, place, 'as') ? name(reading, past(reading, place, 'as')) : place;
}

function join(reading: Reading, at: Place): Place {
  if (is(reading, at, 'cross')) return source(reading, past(reading, at, 'cross', 'join'));
  const place = source(reading, past(reading, at, 'join'));
  return condition(reading, past(reading, place, 'on'));
}

function qualified(reading: Reading, at: Place, most: number): Place {
  let place = name(reading, at);
  for (let parts = 1; parts < most && is(reading, place, '.'); parts += 1)
    place = name(reading, past(reading, place, '.'));
  return place;
}

function condition(reading: Reading, at: Place): Place {
  if (reading.depth > deepest) return null;
  const inner = { ...reading, depth: reading.depth + 1 };
  let place = negated(inner, at);
  while (is(inner, place, 'and', 'or')) place = negated(inner, place === null ? null : place + 1);
  return place;
}

function negated(reading: Reading, at: Place): Place {
  return is(reading, at, 'not') ? negated(reading, past(reading, at, 'not')) : compared(reading, at);
}

function compared(reading: Reading, at: Place): Place {
  const { tokens } = reading;
  const place = sum(reading, at);
  const sign = place === null ? undefined : tokens[place];
  if (place === null || sign === undefined || sign.kind === 'name') return place;
  if (comparisons.has(sign.text)) return sum(reading, place + 1);
  if (is(reading, place, 'between')) return sum(reading, past(reading, sum(reading, place + 1), 'and'));
  if (is(reading, place, 'in')) return past(reading, listOf(reading, past(reading, place, 'in', '('), condition), ')');
  if (!is(reading, place, 'is')) return place;
  return past(reading, is(reading, place + 1, 'not') ? place + 2 : place + 1, 'null');
}

function sum(reading: Reading, at: Place): Place {
  let place = operand(reading, at);
  while (place !== null && reading.tokens[place]?.kind === 'sign' && arithmetic.has(reading.tokens[place]?.text ?? ''))
    place = operand(reading, place + 1);
  return place;
}

function operand(reading: Reading, at: Place): Place {
  const found = at === null ? undefined : reading.tokens[at];
  if (at === null || found === undefined) return null;
  switch (found.kind) {
    case 'name':
      return qualified(reading, at, 2);
    case 'text':
    case 'number':
      return at + 1;
    case 'sign':
      return found.text === '(' ? past(reading, inParentheses(reading, at + 1), ')') : null;
    case 'word':
      return word(reading, at, found.text);
  }
}

function inParentheses(reading: Reading, at: number): Place {
  return is(reading, at, 'select') ? query(reading, at) : condition(reading, at);
}

function word(reading: Reading, at: number, text: string): Place {
  if (text === 'true' || text === 'false' || text === 'null') return at + 1;
  if (text === 'case') return cases(reading, at + 1);
  if (text === 'cast') return cast(reading, at);
  return functions.has(text) ? call(reading, at, text) : null;
}

function cast(reading: Reading, at: number): Place {
  const place = past(reading, condition(reading, past(reading, at, 'cast', '(')), 'as');
  const type = place === null ? undefined : reading.tokens[place];
  return place !== null && type?.kind === 'word' && types.has(type.text) ? past(reading, place + 1, ')') : null;
}

function call(reading: Reading, at: number, text: string): Place {
  const place = past(reading, at + 1, '(');
  if (is(reading, place, '*')) return text === 'count' ? past(reading, place, '*', ')') : null;
  const inside = is(reading, place, 'distinct') ? past(reading, place, 'distinct') : place;
  return past(reading, listOf(reading, inside, condition), ')');
}

function cases(reading: Reading, at: number): Place {
  let place: Place = at;
  do {
    place = condition(reading, past(reading, place, 'when'));
    place = condition(reading, past(reading, place, 'then'));
  } while (is(reading, place, 'when'));
  if (is(reading, place, 'else')) place = condition(reading, past(reading, place, 'else'));
  return past(reading, place, 'end');
}
