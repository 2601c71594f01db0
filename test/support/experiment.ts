import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import type { UniqueId } from '#core/base';
import type { NodeLineage } from '#core/lineage';

/** A relation that a statement reads: its name as SQL writes it, and its columns. */
export interface ReadTable {
  readonly uniqueId: UniqueId;
  readonly relation: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** A query that DuckDB can run, and what lineage says of it. */
export interface Claimed {
  readonly sql: string;
  readonly tables: readonly ReadTable[];
  readonly lineage: NodeLineage;
}

/** What came of changing the columns of a statement's tables, one at a time. */
export interface Observed {
  /** Runs that DuckDB took. */
  readonly runs: number;
  /** Output columns that changed although the lineage does not name the column that was changed: `fct.total ← orders.note`. */
  readonly unnamed: readonly string[];
  /** Output columns that the lineage names and that no try changed. */
  readonly unmoved: readonly string[];
  /** Pairs of output and source column that the lineage names. */
  readonly named: number;
  /** What DuckDB said, where it took no run. */
  readonly error: string | null;
}

type Row = readonly string[];
type Data = ReadonlyMap<UniqueId, readonly Row[]>;

/** An empty DuckDB in memory that gives the same rows for the same data. */
export async function openLaboratory(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  return instance.connect();
}

/**
 * Runs a statement on small made-up tables (NULLs, ties, the literals of the statement itself), then again with one source
 * column's values changed, for every column and `tries` sets of tables. Rows aside, exactly the output columns that the lineage
 * names may change: where the column moves no rows, all others must come out as they were, together.
 */
export async function observe(db: DuckDBConnection, claimed: Claimed, tries: number): Promise<Observed> {
  const unnamed = new Set<string>();
  const still = new Set(
    claimed.tables.flatMap((table) =>
      table.columns.flatMap(({ name }) =>
        namedBy(claimed, table, name).map((column) => pair(claimed, column, table, name)),
      ),
    ),
  );
  const named = still.size;
  let runs = 0;
  let error: string | null = null;
  for (let at = 0; at < tries && (at < 2 || still.size > 0); at += 1) {
    const dice = diceOf(at + 1);
    const data: Data = new Map(claimed.tables.map((table) => [table.uniqueId, rowsOf(table, claimed.sql, dice)]));
    const before = await run(db, claimed, claimed.tables, data);
    const again = await run(db, claimed, [], data);
    if (typeof before === 'string' || typeof again === 'string') {
      error = typeof before === 'string' ? before : 'the second run failed';
      continue;
    }
    runs += 1;
    // What differs between two runs on the same data is no witness.
    const fickle = changedIn(before, again);
    for (const table of claimed.tables) {
      for (const { name } of table.columns) {
        const after = await run(db, claimed, [table], changed(data, table, name, claimed.sql, dice));
        if (typeof after === 'string') continue;
        const mine = namedBy(claimed, table, name);
        const others = before.names.filter((column) => !mine.includes(column) && !fickle.includes(column));
        // Beside what stays, so that values that change places are seen to change.
        for (const column of mine) {
          const beside = [...others, column];
          if (projected(before, beside) !== projected(after, beside)) still.delete(pair(claimed, column, table, name));
        }
        if (movesRows(claimed, table, name)) continue;
        if (projected(before, others) === projected(after, others)) continue;
        const alone = others.filter((column) => projected(before, [column]) !== projected(after, [column]));
        for (const column of alone.length > 0 ? alone : ['rows']) unnamed.add(pair(claimed, column, table, name));
      }
      await load(db, [table], data).catch(() => undefined);
    }
  }
  return { runs, unnamed: [...unnamed], unmoved: [...still], named, error: runs === 0 ? error : null };
}

function namedBy({ lineage }: Claimed, { uniqueId }: ReadTable, name: string): readonly string[] {
  return lineage.columns.flatMap(({ column, sources }) =>
    sources.some((one) => one.uniqueId === uniqueId && one.column.toLowerCase() === name.toLowerCase())
      ? [column.toLowerCase()]
      : [],
  );
}

function movesRows({ lineage }: Claimed, { uniqueId }: ReadTable, name: string): boolean {
  return lineage.rowset.some((use) => use.uniqueId === uniqueId && use.column.toLowerCase() === name.toLowerCase());
}

function pair({ lineage }: Claimed, column: string, table: ReadTable, name: string): string {
  return `${short(lineage.uniqueId)}.${column} ← ${short(table.uniqueId)}.${name.toLowerCase()}`;
}

function short(id: UniqueId): string {
  return id.split('.').at(-1) ?? id;
}

interface Output {
  readonly names: readonly string[];
  readonly rows: readonly Row[];
}

async function load(db: DuckDBConnection, tables: readonly ReadTable[], data: Data): Promise<void> {
  for (const table of tables) await db.run(creating(table, data.get(table.uniqueId) ?? []));
}

/** The statement's output after the tables that are fresh have been filled, or what DuckDB said. */
async function run(
  db: DuckDBConnection,
  { sql }: Claimed,
  fresh: readonly ReadTable[],
  data: Data,
): Promise<Output | string> {
  try {
    await load(db, fresh, data);
    const reader = await db.runAndReadAll(sql.replace(/;\s*$/, ''));
    const rows = reader.getRowsJson().map((row) => row.map((value) => JSON.stringify(value)));
    return { names: reader.columnNames().map((name) => name.toLowerCase()), rows };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function creating({ relation, columns }: ReadTable, rows: readonly Row[]): string {
  const cells = columns.map(({ name, type }, at) => `cast(c${String(at)} as ${type}) as "${name}"`);
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  const names = columns.map((_, at) => `c${String(at)}`).join(', ');
  return `create or replace table ${relation} as select ${cells.join(', ')} from (values ${values}) as t(${names})`;
}

/** The rows of some columns, whatever their order. */
function projected({ names, rows }: Output, columns: readonly string[]): string {
  const places = columns.map((column) => names.indexOf(column));
  return rows
    .map((row) => places.map((at) => row[at]).join('\t'))
    .sort()
    .join('\n');
}

function changedIn(before: Output, after: Output): readonly string[] {
  return before.names.filter((column) => projected(before, [column]) !== projected(after, [column]));
}

const rowCount = 24;

type Dice = () => number;

function rowsOf({ columns }: ReadTable, sql: string, dice: Dice): readonly Row[] {
  return Array.from({ length: rowCount }, () => columns.map((column) => valueOf(column, sql, dice)));
}

function changed(data: Data, table: ReadTable, name: string, sql: string, dice: Dice): Data {
  const at = table.columns.findIndex((column) => column.name === name);
  const column = table.columns[at] ?? { name, type: 'VARCHAR' };
  const rows = (data.get(table.uniqueId) ?? []).map((row) => row.with(at, valueOf(column, sql, dice)));
  return new Map([...data, [table.uniqueId, rows]]);
}

/** A literal of few values, so that there are ties and joins that meet; one in eight is NULL. */
function valueOf({ name, type }: ReadTable['columns'][number], sql: string, dice: Dice): string {
  if (dice() < 1 / 8) return 'NULL';
  const pick = (values: readonly string[]): string => values[Math.floor(dice() * values.length)] ?? 'NULL';
  const isDay = /^date/i.test(type) || /(?:_date|date)$/i.test(name);
  const days = datesIn(sql);
  const day =
    days.length > 0 && dice() < 0.7
      ? pick(days)
      : `2024-0${String(1 + Math.floor(dice() * 3))}-1${String(Math.floor(dice() * 4))}`;
  if (/^bool/i.test(type)) return pick(['true', 'false']);
  if (isDay && !/^timestamp|int/i.test(type)) return `'${day}'`;
  if (/^timestamp/i.test(type)) return `'${day} 0${String(Math.floor(dice() * 5))}:30:00'`;
  if (/^(?:decimal|numeric|double|float|real)/i.test(type))
    return pick(['0', '1.5', '2', '10.25', '-3', '0.07', ...numbersIn(sql)]);
  if (/int/i.test(type)) return pick(['1', '2', '3', '4', '5', '0', ...numbersIn(sql)]);
  return pick([...wordsIn(sql), `'a'`, `'B'`, `'a b'`, `'c@x.org'`, `'12'`]);
}

function wordsIn(sql: string): readonly string[] {
  return [...new Set(sql.match(/'[A-Za-z][\w -]{0,20}'/g))].slice(0, 12);
}

function datesIn(sql: string): readonly string[] {
  return [...new Set(sql.match(/\b\d{4}-\d{2}-\d{2}\b/g))];
}

function numbersIn(sql: string): readonly string[] {
  return [...new Set(sql.match(/(?<![\w.'"])\d{1,4}(?![\w.'"])/g))].slice(0, 6);
}

/** The same rolls for the same seed (mulberry32). */
function diceOf(seed: number): Dice {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
