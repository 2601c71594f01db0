import type { Brand, Reason } from '#core/base';
import { reason } from '#core/base';
import type { Dialect } from '#core/sql';

/** A statement that shows the plan of one SELECT and runs nothing of it. */
export type OneExplain = Brand<'OneExplain'>;

/** Ahead of a SELECT these show its plan as JSON; none of them runs it. Other dialects cannot be asked yet. */
const words: Partial<Readonly<Record<Dialect, string>>> = {
  postgres: 'explain (format json, verbose)',
  duckdb: 'explain (format json)',
};

/**
 * The statement that shows how a SELECT of a dbt project would be run; or why there is none. The SELECT is read from its first to its last
 * character: it begins with SELECT or WITH, holds no semicolon, no word that writes (INSERT, UPDATE, DELETE, MERGE, INTO, a lock), no
 * parameter, no text or comment of which dialects disagree where it ends, and closes every parenthesis that it opens. Comments are left out.
 */
export function toOneExplain(select: string, dialect: Dialect): OneExplain | Reason {
  const explain = words[dialect];
  if (explain === undefined) {
    return reason('no-plan-here', `plans are asked of PostgreSQL and DuckDB only, not of ${dialect}`);
  }
  const read = select.length <= longest ? readSelect(select) : 'is longer than 500,000 characters';
  return typeof read === 'string'
    ? reason('not-one-select', `the SQL ${read}, so it was not sent`)
    : (`${explain} ${read.text}` as OneExplain);
}

const longest = 500_000;
const deepest = 400;
const token =
  /([ \t\n\r\f]+|--[^\n]*|\/\*(?:(?!\/\*|\*\/)[^])*\*\/)|('(?:[^'\\\0]|''|\\(?!'))*'(?!'))|("(?:[^"\0]|"")+")|(`[^`\\\0]+`)|(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w.]))|([A-Za-z_]\w*)|(<=|>=|<>|!=|\|\||::|\/(?![/*])|-(?!-)|[-+*%<>=!(),.[\]:~^&|{}?@])/y;
/** Each begins what writes or locks, wherever it stands as a word of its own. */
const writes: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge', 'into']);
const locks: ReadonlySet<string> = new Set(['share', 'no', 'key']);

/** The SELECT without comments; or what is wrong with it. */
function readSelect(select: string): { readonly text: string } | string {
  const pieces: string[] = [];
  let [depth, last] = [0, ''];
  for (let at = 0; at < select.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(select);
    if (match === null) return 'holds a sign that cannot be read the same everywhere';
    const [piece, space, , , , , name] = match;
    const word = name?.toLowerCase() ?? piece;
    const problem = space === undefined ? problemOf(word, last, name !== undefined) : hint(piece);
    if (problem !== null) return problem;
    pieces.push(space === undefined ? piece : spaceFor(piece));
    if (space !== undefined) continue;
    depth += depthOf(word);
    if (!isWithin(depth)) return 'has parentheses that do not close, or too many';
    last = word;
  }
  return last === '' || depth !== 0 ? 'is empty or ends too early' : { text: pieces.join('').trim() };
}

function problemOf(word: string, last: string, isName: boolean): string | null {
  if (last === '' && word !== 'select' && word !== 'with') return 'does not begin with SELECT or WITH';
  if (!isName || last === '.') return null;
  return writes.has(word) || (last === 'for' && locks.has(word)) ? `holds the word ${word.toUpperCase()}` : null;
}

function hint(comment: string): string | null {
  return /^\/\*[+!]/.test(comment) ? 'holds a hint' : null;
}

/** A comment of one line ends it; one of several stands for a space. */
function spaceFor(piece: string): string {
  return piece.startsWith('-') ? '\n' : piece.startsWith('/') ? ' ' : piece;
}

function isWithin(depth: number): boolean {
  return depth >= 0 && depth <= deepest;
}

function depthOf(word: string): number {
  return word === '(' ? 1 : word === ')' ? -1 : 0;
}
