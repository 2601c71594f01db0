import type { Reason } from '#core/base';
import type { HoleForm } from '#core/jinja';
import { type Dialect, maskWords, type SourceLines, type SqlAnswer, sourceLine, toDialect } from '#core/sql';
import type { SqlReader } from './ports.ts';
import { type PreparedPair, preparePair, type SqlPair } from './sql-pair.ts';

/** A prepared pair, with masks in forms in which an engine reads them where there are such. */
export interface ReadablePair extends PreparedPair {
  /** Why a text is not read, with its place in the file; null where both are. */
  readonly unread: Reason | null;
}

type Sides = Readonly<Record<'base' | 'head', SqlAnswer | null>>;

/** Forms that are tried, in order, for masks whose place does not tell the right one. */
const forms: readonly HoleForm[] = ['value', 'item', 'and', 'none', 'name', 'query'];
/** Readings that the search for forms may take. */
const mostTries = 24;
/** SQL that is read again, in UTF-16 units. */
const longestTried = 200_000;

/**
 * A pair as it was prepared at first. Where a text is not read, other forms are tried for its masks, but not for those that the other text has and is read
 * with: then it is the text's own fault.
 */
export async function prepareReadable(
  pair: SqlPair,
  first: PreparedPair,
  choices: ReadonlyMap<string, boolean>,
  sqlReader: SqlReader,
): Promise<ReadablePair> {
  const answers = await readSides(first, sqlReader);
  const length = (first.sql.base?.length ?? 0) + (first.sql.head?.length ?? 0);
  for (const more of length > longestTried ? [] : candidatesOf(first, answers)) {
    const other = preparePair(pair, { choices, forms: more });
    const again = await readSides(other, sqlReader);
    if (again.base?.ok === true && again.head?.ok === true) return { ...other, unread: null };
  }
  return { ...first, unread: unreadOf(first, answers) };
}

/** Other forms for the masks that may keep a text from being read: for all of them, then for each alone. */
function candidatesOf({ masks }: PreparedPair, { base, head }: Sides): readonly ReadonlyMap<string, HoleForm>[] {
  const good = new Set([...(base?.ok === true ? masks.base : []), ...(head?.ok === true ? masks.head : [])]);
  const bad = [...(base?.ok === false ? masks.base : []), ...(head?.ok === false ? masks.head : [])];
  const suspects = [...new Set(bad)].filter((identity) => !good.has(identity));
  if (suspects.length === 0) return [];
  const groups = suspects.length === 1 ? [suspects] : [suspects, ...suspects.map((one) => [one])];
  return groups
    .flatMap((group) => forms.map((form) => new Map(group.map((identity) => [identity, form] as const))))
    .slice(0, mostTries);
}

async function readSides({ sides, sql }: PreparedPair, sqlReader: SqlReader): Promise<Sides> {
  const dialect = toDialect(sides.head.project.metadata.adapterType);
  const statements = (['base', 'head'] as const).flatMap((key) => statementOf(key, sql[key], dialect));
  const answers = await sqlReader.read(statements);
  return { base: answers.get('base') ?? null, head: answers.get('head') ?? null };
}

function statementOf(
  key: string,
  sql: string | null,
  dialect: Dialect,
): readonly { readonly key: string; readonly sql: string; readonly dialect: Dialect }[] {
  return sql === null ? [] : [{ key, sql, dialect }];
}

function unreadOf({ sides, uniqueId }: PreparedPair, answers: Sides): Reason | null {
  for (const side of ['base', 'head'] as const) {
    const answer = answers[side];
    if (answer?.ok !== false) continue;
    return placed(answer.reason, side === 'base' ? 'BEFORE' : 'AFTER', sides[side].lines?.get(uniqueId));
  }
  return null;
}

/** The reason with the line of the file, where an engine gave a place in the SQL: `polyglot at 52:7: Expected …; …`. */
function placed(cause: Reason, file: string, lines: SourceLines | undefined): Reason {
  const [, line, column, words = ''] = /\bat (\d+):(\d+): ([^;]*)/.exec(cause.text) ?? [];
  if (line === undefined || lines === undefined) return { ...cause, text: `${file}: ${cause.text}` };
  const at = sourceLine(lines, offsetOf(lines.sql, Number(line), Number(column)));
  return { ...cause, text: `${file}:${at}: does not parse: ${maskWords(balanced(words.trim()))}` };
}

function offsetOf(sql: string, line: number, column: number): number {
  let at = 0;
  for (let left = line; left > 1; left--) {
    const next = sql.indexOf('\n', at);
    if (next === -1) break;
    at = next + 1;
  }
  return at + Math.max(0, column - 1);
}

/** Without the parenthesis that closes the reason's own. */
function balanced(words: string): string {
  const isOver = words.split(')').length > words.split('(').length;
  return isOver && words.endsWith(')') ? words.slice(0, -1) : words;
}
