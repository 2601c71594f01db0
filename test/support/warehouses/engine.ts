import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { twoBuilds } from '../../edges/warehouse/two-builds.ts';

/** What came of a statement; `never`: it runs until it is cancelled. */
export type Outcome =
  | { readonly kind: 'row'; readonly row: readonly (string | number | null)[] }
  | { readonly kind: 'absent' | 'denied' | 'invalid' | 'never' };

/** What stands behind a double of a service: an engine that really counts. */
export interface Engine {
  run(sql: string): Promise<Outcome>;
  /** Whether a SELECT can be planned: an empty row; nothing is run. */
  plan(sql: string): Promise<Outcome>;
  tables(): Promise<readonly string[]>;
  close(): void;
}

/** The relations of the contract in DuckDB's memory. Whatever names `slow` never ends, whatever names `denied` may not be read. */
export async function startEngine(): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const made = [
    "attach ':memory:' as analytics",
    'use analytics',
    'create schema shop',
    'create table shop.orders as select * from range(3)',
    'create table shop.empty (id int)',
    'create table shop."Odd ""Name" as select 1 as id',
    ...twoBuilds,
  ];
  for (const statement of made) await connection.run(statement);
  return {
    run: (sql) => runIn(connection, inOwnWords(sql)),
    async plan(sql) {
      const outcome = await runIn(connection, `explain ${inOwnWords(sql)}`);
      return outcome.kind === 'row' ? { kind: 'row', row: [] } : outcome;
    },
    async tables() {
      const reader = await connection.runAndReadAll('select table_name from information_schema.tables order by 1');
      return reader.getRows().map(([name]) => String(name));
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function runIn(connection: DuckDBConnection, sql: string): Promise<Outcome> {
  if (sql.includes('"slow"')) return { kind: 'never' };
  if (sql.includes('"denied"')) return { kind: 'denied' };
  try {
    const [row = []] = (await connection.runAndReadAll(sql)).getRows();
    return { kind: 'row', row: row.map((value) => (value === null ? null : String(value as bigint))) };
  } catch (error) {
    return { kind: /Catalog Error/.test((error as Error).message) ? 'absent' : 'invalid' };
  }
}

/** As services name the list of columns: in a database, or under one quoted name. DuckDB has one of all databases. */
const columnList = /"\w+"\."information_schema"\."columns"|"[\w.]+\.INFORMATION_SCHEMA\.COLUMNS"/i;

function inOwnWords(sql: string): string {
  return inDoubleQuotes(sql).replace(columnList, 'information_schema.columns');
}

/** Names in back quotes as standard SQL quotes them: all that tells these dialects' statements from DuckDB's. */
export function inDoubleQuotes(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`((?:[^`]|``)*)`/g, (written, name?: string) =>
    name === undefined ? written : `"${name.replaceAll('``', '`').replaceAll('"', '""')}"`,
  );
}
