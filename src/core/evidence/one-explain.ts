import type { Brand, Reason } from '#core/base';
import { reason } from '#core/base';
import type { Dialect } from '#core/sql';

/** A statement that shows the plan of one SELECT and runs nothing of it. */
export type OneExplain = Brand<'OneExplain'>;

interface Way {
  /** Ahead of a SELECT these show its plan; none of them runs it. */
  readonly words: string;
  /** A piece of SQL that ends elsewhere in this dialect, or that joins a second statement on. */
  readonly refuses?: RegExp;
}

/** `"a"` is a text there, with escapes, and three quotes begin one of several lines; `|>` begins what is done with the rows. */
const texts = /^"(?:[^"]*\\|[^"]*"")|^'[^']*''|^\|>/;

/** By each warehouse's manual. BigQuery has no such word: its driver asks for a dry run, and what it is given would be refused if it were run. */
const ways: Partial<Readonly<Record<Dialect, Way>>> = {
  postgres: { words: 'explain (format json, verbose)' },
  duckdb: { words: 'explain (format json)' },
  redshift: { words: 'explain' },
  // `->>` hands the result of one statement to the next.
  snowflake: { words: 'explain using json', refuses: /^->>/ },
  bigquery: { words: 'explain', refuses: texts },
  databricks: { words: 'explain cost', refuses: texts },
  trino: { words: 'explain (type distributed, format json)' },
};

/**
 * The statement that shows how a SELECT of a dbt project would be run; or why there is none. The SELECT is read from its first to its last
 * character: it begins with SELECT or WITH, holds no semicolon, no word that writes (INSERT, UPDATE, DELETE, MERGE, INTO, a lock), no
 * parameter, no text or comment of which dialects disagree where it ends, and closes every parenthesis that it opens. Comments are left out.
 */
export function toOneExplain(select: string, dialect: Dialect): OneExplain | Reason {
  const way = ways[dialect];
  if (way === undefined) return reason('no-plan-here', `how to ask ${dialect} for a plan is not known`);
  const read = select.length <= longest ? readSelect(select, way) : 'is longer than 500,000 characters';
  return typeof read === 'string'
    ? reason('not-one-select', `the SQL ${read}, so it was not sent`)
    : (`${way.words} ${read.text}` as OneExplain);
}

const longest = 500_000;
const deepest = 400;
const token =
  /([ \t\n\r\f]+|--[^\n]*|\/\*(?:(?!\/\*|\*\/)[^])*\*\/)|('(?:[^'\\\0]|''|\\(?!'))*'(?!'))|("(?:[^"\0]|"")+")|(`[^`\\\0]+`)|(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w.]))|([A-Za-z_]\w*)|(<=|>=|<>|!=|\|\||::|\/(?![/*])|-(?!-)|[-+*%<>=!(),.[\]:~^&|{}?@])/y;
/** Each begins what writes or locks, wherever it stands as a word of its own. */
const writes: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge', 'into']);
const locks: ReadonlySet<string> = new Set(['share', 'no', 'key']);

/** The SELECT without comments; or what is wrong with it. */
function readSelect(select: string, way: Way): { readonly text: string } | string {
  const pieces: string[] = [];
  let [depth, last] = [0, ''];
  for (let at = 0; at < select.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(select);
    if (match === null) return unclear;
    const [piece, space, , , , , name] = match;
    const word = name?.toLowerCase() ?? piece;
    const problem = isRefused(select, match, way) ? unclear : wrongIn(match, word, last);
    if (problem !== null) return problem;
    pieces.push(space === undefined ? piece : spaceFor(piece));
    if (space !== undefined) continue;
    depth += depthOf(word);
    if (!isWithin(depth)) return 'has parentheses that do not close, or too many';
    last = word;
  }
  return last === '' || depth !== 0 ? 'is empty or ends too early' : { text: pieces.join('').trim() };
}

const unclear = 'holds a sign that cannot be read the same everywhere';

function wrongIn([piece, space, , , , , name]: RegExpExecArray, word: string, last: string): string | null {
  return space === undefined ? problemOf(word, last, name !== undefined) : hint(piece);
}

/** Signs are read one by one: what begins with this one is looked at as a whole. Comments are not sent. */
function isRefused(select: string, { 0: piece, 1: space, index }: RegExpExecArray, { refuses }: Way): boolean {
  const whole = piece.length === 1 ? select.slice(index, index + 3) : piece;
  return space === undefined && refuses?.test(whole) === true;
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
