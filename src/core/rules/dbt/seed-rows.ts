import type { Change } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { RuleInput } from '../rule.ts';

/** What the lines of a pull request say of a seed's keys. */
export interface SeedRows {
  /** The key's name, as the file or the project spells it. */
  readonly column: string;
  /** Keys of which a line is taken away and none is added. */
  readonly gone: readonly string[];
  /** Keys that an added line has and another line, too. */
  readonly repeated: readonly string[];
}

interface Row {
  readonly sign: '-' | '+' | ' ';
  readonly cells: readonly string[];
}

/** Null where no line of the file is known, or the columns stand otherwise than before. */
export function seedRows(input: RuleInput, node: DbtNode): SeedRows | null {
  const patch = patchOf(input.change, node.originalFilePath);
  if (patch === null) return null;
  const delimiter = typeof node.config['delimiter'] === 'string' ? node.config['delimiter'] : ',';
  const rows = rowsOf(patch, delimiter);
  const own = headerOf(patch, rows);
  const header = own ?? columnsAtBase(input, node);
  // An edited header moves columns: lines of before and after do not compare.
  if (header === null || isHeaderEdited(patch, rows)) return null;
  const key = keyIn(input, node, header);
  if (key === null) return null;
  const keyed = rows.slice(own === null ? 0 : 1).filter(({ cells }) => cells.length === header.length);
  return rowsByKey(keyed, key);
}

function columnsAtBase({ change }: RuleInput, node: DbtNode): readonly string[] | null {
  return change.base.catalog?.get(node.uniqueId)?.columns.map(({ name }) => name) ?? null;
}

interface Key {
  readonly column: string;
  /** Its place in a row. */
  readonly at: number;
  /** Whether the project says that it is a key. */
  readonly isTold: boolean;
}

/** The one column that is a key, else the first; null where a key has several. */
function keyIn({ facts }: RuleInput, node: DbtNode, header: readonly string[]): Key | null {
  const keys = [...facts.head.of(node.uniqueId).keys, ...facts.base.of(node.uniqueId).keys];
  const told = keys.find(({ columns }) => columns.length === 1)?.columns[0];
  if (told === undefined && keys.some(({ columns }) => columns.length > 1)) return null;
  const at = told === undefined ? 0 : header.findIndex((name) => name.toLowerCase() === told);
  const column = header[at];
  return column === undefined ? null : { column, at, isTold: told !== undefined };
}

function rowsByKey(keyed: readonly Row[], { column, at, isTold }: Key): SeedRows {
  const valuesOf = (...signs: readonly Row['sign'][]) =>
    keyed.filter(({ sign }) => signs.includes(sign)).map(({ cells }) => cells[at] ?? '');
  const [removed, added, after] = [valuesOf('-'), valuesOf('+'), valuesOf('+', ' ')];
  const repeats = (value: string): boolean => after.filter((other) => other === value).length > 1;
  return {
    column,
    gone: [...new Set(removed.filter((value) => value !== '' && !after.includes(value)))],
    // Without a word of the project, the first column need not be a key.
    repeated: !isTold ? [] : [...new Set(added.filter((value) => value !== '' && repeats(value)))],
  };
}

function patchOf({ pullRequest }: Change, path: string): string | null {
  const files = pullRequest?.changedFiles ?? [];
  const file = files.find((one) => one.path === path) ?? files.find((one) => one.path.endsWith(`/${path}`));
  return file?.patch ?? null;
}

function rowsOf(patch: string, delimiter: string): readonly Row[] {
  const rows: Row[] = [];
  for (const line of patch.split('\n')) {
    const sign = line.charAt(0);
    if (sign === '-' || sign === '+' || sign === ' ') rows.push({ sign, cells: cellsOf(line.slice(1), delimiter) });
  }
  return rows;
}

/** Names of the first line, where the patch begins with it. */
function headerOf(patch: string, rows: readonly Row[]): readonly string[] | null {
  return /^@@ -1(?:,\d+)? \+1(?:,\d+)? @@/.test(patch) && rows[0]?.sign === ' ' ? rows[0].cells : null;
}

function isHeaderEdited(patch: string, rows: readonly Row[]): boolean {
  return /^@@ -[01](?:,\d+)? \+[01](?:,\d+)? @@/.test(patch) && rows[0]?.sign !== ' ';
}

/** Cells of a line of CSV, quotes undone; a cell with a line break in it makes the line look shorter, and it is left out. */
function cellsOf(line: string, delimiter: string): readonly string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (line.charAt(at + 1) === '"') cell += line.charAt(++at);
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (char !== '\r') cell += char;
  }
  return [...cells, cell].map((text) => text.trim());
}
