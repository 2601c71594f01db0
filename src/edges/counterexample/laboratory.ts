import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import type { Dialect } from '#core/sql';
import { asTree, objectsIn, type Tree } from './tree.ts';
import { today } from './values.ts';

/** Names that DuckDB gave an error, or `time` when the statement was stopped. */
export interface Refused {
  readonly error: string;
  /** Place in the statement, where DuckDB knows it. */
  readonly position: number;
  readonly stopped: boolean;
}

/** Rows of a result. */
export interface Result {
  readonly names: readonly string[];
  readonly types: readonly string[];
  /** As DuckDB writes them in JSON. */
  readonly rows: readonly (readonly unknown[])[];
}

/** An empty DuckDB in memory that can reach nothing outside itself. */
export interface Laboratory {
  /** Runs statements of our own. */
  run(sql: string): Promise<Result | Refused>;
  /** The tree of a statement; refused is what is not exactly one SELECT. */
  treeOf(sql: string): Promise<Tree | Refused>;
  /** The statement of a tree. */
  sqlOf(tree: Tree): Promise<string | Refused>;
  /** Whether a statement can be run on the tables as they are. */
  check(sql: string): Promise<Refused | null>;
  /** Stops what is running, and refuses what comes after. */
  stop(): void;
  close(): void;
}

/** Whether an answer is no result. */
export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'stopped' in value;
}

/** Where `/` between whole numbers cuts off what is left. */
const wholeDivision: ReadonlySet<Dialect> = new Set(['postgres', 'redshift', 'tsql', 'trino', 'athena', 'sqlite']);

/** The moment at which every made-up world is, whatever it is called: a search gives the same on any day. */
const moments: readonly (readonly [string, string])[] = [
  ...['current_date', 'today', 'curdate'].map((name) => [name, `date '${today}'`] as const),
  ...[
    'now',
    'current_timestamp',
    'get_current_timestamp',
    'localtimestamp',
    'current_localtimestamp',
    'transaction_timestamp',
    'sysdate',
    'getdate',
  ].map((name) => [name, `timestamp '${today} 12:00:00'`] as const),
];

const confined = {
  enable_external_access: 'false',
  autoload_known_extensions: 'false',
  autoinstall_known_extensions: 'false',
  allow_community_extensions: 'false',
  memory_limit: '256MB',
  max_temp_directory_size: '0KB',
  threads: '1',
  errors_as_json: 'true',
};

/**
 * Opens a laboratory for SQL that may be hostile: no file, no network, no extension, no setting, little memory, one thread.
 * `catalogs` and `schemas` are those that relations are named in.
 */
export async function openLaboratory(dialect: Dialect): Promise<Laboratory> {
  const division = { integer_division: String(wholeDivision.has(dialect)) };
  const instance = await DuckDBInstance.create(':memory:', { ...confined, ...division });
  const connection = await instance.connect();
  for (const [name, value] of moments) await connection.run(`create macro ${name}() as ${value}`);
  await connection.run('set lock_configuration = true');
  let stopped = false;
  const within = async <Value>(work: () => Promise<Value>): Promise<Value | Refused> => {
    if (stopped) return { error: 'stopped', position: 0, stopped };
    try {
      return await work();
    } catch (error) {
      return refusal(error, stopped);
    }
  };
  return {
    run: (sql) => within(() => resultOf(connection, sql)),
    treeOf: (sql) => within(() => treeOf(connection, sql)),
    sqlOf: (tree) =>
      within(async () => {
        const { rows } = await resultOf(
          connection,
          `select json_deserialize_sql(${quoted(JSON.stringify(tree))}::json)`,
        );
        return String(rows[0]?.[0]);
      }),
    check: (sql) =>
      within(async () => {
        const prepared = await connection.prepare(sql);
        const isSelect = prepared.statementType === StatementType.SELECT;
        prepared.destroySync();
        return isSelect ? null : notOneSelect;
      }),
    stop() {
      stopped = true;
      connection.interrupt();
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const notOneSelect: Refused = { error: 'the statement is not one SELECT', position: 0, stopped: false };

async function resultOf(connection: DuckDBConnection, sql: string): Promise<Result> {
  const reader = await connection.runAndReadAll(sql);
  return {
    names: reader.columnNames(),
    types: reader.columnTypes().map((type) => type.toString()),
    rows: reader.getRowsJson(),
  };
}

/** DuckDB itself says what the statement is: what it runs is what it has read here. */
async function treeOf(connection: DuckDBConnection, sql: string): Promise<Tree | Refused> {
  const { rows } = await resultOf(connection, `select json_serialize_sql(${quoted(sql)})`);
  // Where there is no place it is the largest number of 64 bits, which JavaScript's numbers do not hold.
  const answer = JSON.parse(String(rows[0]?.[0]).replaceAll(/"query_location":\d+/g, '"query_location":0')) as Tree;
  if (answer['error'] === true)
    return { error: String(answer['error_message']), position: Number(answer['position'] ?? 0), stopped: false };
  return objectsIn(answer['statements']).length === 1 ? answer : notOneSelect;
}

/** A text in quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name in quotes. */
export function named(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The driver's errors come from native code and need not be this realm's `Error`. */
function refusal(thrown: unknown, stopped: boolean): Refused {
  const message = asTree(thrown)?.['message'];
  const text = typeof message === 'string' ? message : String(thrown);
  try {
    const said = JSON.parse(text) as Tree;
    return { error: String(said['exception_message']), position: Number(said['position'] ?? 0), stopped };
  } catch {
    return { error: text.split('\n')[0] ?? '', position: 0, stopped };
  }
}
