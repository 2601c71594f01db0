const space = /[ \t\n\r\f\v]/;
const punctuation = /^[(),]$/;

/**
 * `sql` without comments, with white space folded and with the types of casts in lower case, outside strings and quoted
 * names; two texts that normalize alike mean the same in every dialect. Where dialects read a text differently (`#`, `//`, nested comments, backslashes and
 * tripled quotes in strings) the text is returned as it is, so that a difference is never explained away.
 */
export function normalizeSqlText(sql: string): string {
  const pieces: string[] = [];
  const lowerTypes = typesInLowerCase();
  for (let at = 0; at < sql.length; ) {
    const token = readToken(sql, at);
    if (token === null) return sql;
    pieces.push(token.isSpace ? ' ' : lowerTypes(sql.slice(at, token.end)));
    at = token.end;
  }
  return foldSpace(pieces);
}

const casts: ReadonlySet<string> = new Set(['cast', 'safe_cast', 'try_cast']);

/** Takes tokens in turn; what follows AS directly inside a cast is a type, which no dialect tells apart by its case. */
function typesInLowerCase(): (token: string) => string {
  const open: { readonly isCast: boolean; isType: boolean }[] = [];
  let last = '';
  return (token) => {
    const word = /^\w/.test(token) ? token.toLowerCase() : token;
    const within = open.at(-1);
    const isType = within?.isCast === true && within.isType;
    if (token === '(') open.push({ isCast: casts.has(last), isType: false });
    else if (token === ')') open.pop();
    else if (word === 'as' && within !== undefined) within.isType = true;
    last = word;
    return isType ? word : token;
  };
}

interface Token {
  readonly end: number;
  /** White space and comments. */
  readonly isSpace: boolean;
}

/** The token at `at`; null when dialects do not agree where it ends. */
function readToken(sql: string, at: number): Token | null {
  const char = sql.charAt(at);
  const two = sql.slice(at, at + 2);
  if (space.test(char)) return { end: endOfSpace(sql, at), isSpace: true };
  if (two === '--') return { end: endOfLine(sql, at), isSpace: true };
  if (two === '/*') return readComment(sql, at);
  if (char === '#' || two === '//') return null;
  if (char === "'" || char === '"' || char === '`') return readQuoted(sql, at, char);
  if (char === '$') return readDollarQuoted(sql, at);
  const word = /[\w$]+|[^]/y;
  word.lastIndex = at;
  word.test(sql);
  return { end: word.lastIndex, isSpace: false };
}

function endOfSpace(sql: string, from: number): number {
  let at = from;
  while (at < sql.length && space.test(sql.charAt(at))) at++;
  return at;
}

function endOfLine(sql: string, from: number): number {
  const end = sql.indexOf('\n', from);
  return end === -1 ? sql.length : end;
}

/** A block comment is white space, but for hints (`/*+`, `/*!`), which engines obey. */
function readComment(sql: string, at: number): Token | null {
  const end = sql.indexOf('*/', at + 2);
  if (end === -1) return null;
  const inside = sql.slice(at + 2, end);
  if (inside.includes('/*')) return null;
  return { end: end + 2, isSpace: !/^[+!]/.test(inside) };
}

function readQuoted(sql: string, at: number, mark: string): Token | null {
  if (sql.startsWith(mark.repeat(3), at)) return null;
  let end = sql.indexOf(mark, at + 1);
  while (end !== -1 && sql.charAt(end + 1) === mark) end = sql.indexOf(mark, end + 2);
  if (end === -1 || sql.slice(at, end).includes('\\')) return null;
  return { end: end + 1, isSpace: false };
}

/** PostgreSQL's `$tag$ … $tag$`; a dollar that opens none is a character like others. */
function readDollarQuoted(sql: string, at: number): Token | null {
  const tag = /\$(?:[A-Za-z_]\w*)?\$/y;
  tag.lastIndex = at;
  const opening = tag.exec(sql)?.[0];
  if (opening === undefined) return { end: at + 1, isSpace: false };
  const close = sql.indexOf(opening, at + opening.length);
  return close === -1 ? null : { end: close + opening.length, isSpace: false };
}

/** One space for each run of it; none at the ends and none beside parentheses and commas. */
function foldSpace(pieces: readonly string[]): string {
  const folded: string[] = [];
  let pending = false;
  for (const piece of pieces) {
    if (piece === ' ') {
      pending = true;
      continue;
    }
    const last = folded.at(-1) ?? '(';
    if (pending && !punctuation.test(piece) && !punctuation.test(last)) folded.push(' ');
    folded.push(piece);
    pending = false;
  }
  return folded.join('');
}
