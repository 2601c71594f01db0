// Compares every answer that the demo's pull requests ask for with SQL written by hand, on DuckDB and on PostgreSQL, and feeds
// the row-count gate with the counts of really executed pull requests.
// usage: npm run conformance:data   (PostgreSQL where WEIRKEEPER_TEST_DATABASE_URL names a scratch database)
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import type { DataQuestion } from '#core/evidence';
import { conditionText } from '#core/evidence';
import { createSqlReader } from '#edges/sql-engines';
import { openWarehouse, type Warehouse } from '#edges/warehouse';
import { localRequest, measure } from '#review';
import { filePorts } from '../../src/cli/file-ports.ts';
import { checkExecuted } from './executed.ts';

const demo = fileURLToPath(new URL('../../demo', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-data-'));

/** Runs one SELECT and gives its first value. */
type Ask = (sql: string) => Promise<unknown>;

/** Conditions of the demo's changes, and how a person asks for the rows that fail them. */
const failing: Readonly<Record<string, { readonly failing: string; readonly undecided: string }>> = {
  is_latest: { failing: 'is_latest is null or is_latest = false', undecided: 'is_latest is null' },
  "sale_channel <> 'market_stall'": {
    failing: "sale_channel is null or sale_channel = 'market_stall'",
    undecided: 'sale_channel is null',
  },
};

/** The statements of a person, none of them like the product's: a count each. */
function byHand(question: DataQuestion): Readonly<Record<string, string>> {
  const list = (names: readonly { readonly name: string }[], alias = ''): string =>
    names.map(({ name }) => `${alias}"${name}"`).join(', ');
  const whole = (names: readonly { readonly name: string }[]): string =>
    names.map(({ name }) => `"${name}" is not null`).join(' and ');
  const repeated = (relation: string, names: readonly { readonly name: string }[]): string =>
    `select count(*) from (select ${list(names)} from ${relation} where ${whole(names)} group by ${list(names)} having count(*) > 1) x`;
  switch (question.kind) {
    case 'row-count':
      return { rows: `select sum(1) from (select 1 from ${question.relation}) x` };
    case 'failing-rows': {
      const written = failing[conditionText(question.condition)];
      if (written === undefined) return {};
      const { relation } = question;
      return {
        rows: `select count(1) from ${relation}`,
        failing: `select count(1) from ${relation} where ${written.failing}`,
        undecided: `select count(1) from ${relation} where ${written.undecided}`,
      };
    }
    case 'column-profile':
      return Object.fromEntries(
        question.columns.flatMap(({ name }) => [
          [`nulls.${name}`, `select count(1) from ${question.relation} where "${name}" is null`],
          [
            `distinct.${name}`,
            `select count(1) from (select "${name}" from ${question.relation} where "${name}" is not null group by 1) x`,
          ],
        ]),
      );
    case 'key-profile': {
      const { relation, columns } = question;
      const distinct = `select count(1) from (select distinct ${list(columns)} from ${relation} where ${whole(columns)}) x`;
      return {
        keys: distinct,
        repeated: repeated(relation, columns),
        nulls: `select count(1) from ${relation} where not (${whole(columns)})`,
        extra: `select (select count(1) from ${relation} where ${whole(columns)}) - (${distinct})`,
      };
    }
    case 'key-diff': {
      const { base, head, columns } = question;
      const side = (relation: string): string => `select ${list(columns)} from ${relation} where ${whole(columns)}`;
      const sets = (operator: string, a: string, b: string): string =>
        `select count(1) from (${side(a)} ${operator} ${side(b)}) x`;
      return {
        onlyBase: sets('except', base, head),
        onlyHead: sets('except', head, base),
        both: sets('intersect', base, head),
        repeatedBase: repeated(base, columns),
        repeatedHead: repeated(head, columns),
        nullsBase: `select count(1) from ${base} where not (${whole(columns)})`,
        nullsHead: `select count(1) from ${head} where not (${whole(columns)})`,
      };
    }
    case 'value-match': {
      const { base, head, on, columns } = question;
      const joined = `${base} x inner join ${head} y using (${list(on)})`;
      return Object.fromEntries([
        ['common', `select count(1) from ${joined}`],
        ...columns.map(({ name }) => [
          `equal.${name}`,
          `select count(1) from ${joined} where x."${name}" is not distinct from y."${name}"`,
        ]),
      ]);
    }
    default:
      return {};
  }
}

interface Tally {
  questions: number;
  answered: number;
  compared: number;
  readonly differ: string[];
  readonly open: string[];
}

async function compare(artifacts: string, warehouse: Warehouse, ask: Ask): Promise<Tally> {
  const tally: Tally = { questions: 0, answered: 0, compared: 0, differ: [], open: [] };
  const sqlReader = createSqlReader({ timeout: 60_000 });
  for (const number of [1, 2, 3, 4]) {
    const files = {
      base: { path: join(artifacts, 'base') },
      head: { path: join(artifacts, `pr-${number}`) },
      policy: null,
      evidence: null,
      pullRequest: null,
    };
    const ports = filePorts(files, sqlReader, [warehouse]);
    const { questions, answers } = await measure(localRequest(null, 'standard'), ports);
    for (const question of questions) {
      tally.questions += 1;
      const answer = answers.get(question.key);
      if (answer?.known !== true || answer.kind === 'claims' || answer.kind === 'counterexample') {
        tally.open.push(`#${number} ${question.key}: ${answer?.known === false ? answer.reason.text : 'not asked'}`);
        continue;
      }
      tally.answered += 1;
      const figures: Readonly<Record<string, number>> =
        answer.kind === 'row-count' ? { rows: answer.rows } : answer.figures;
      const statements = Object.entries(byHand(question));
      if (statements.length === 0) tally.open.push(`#${number} ${question.key}: no SQL by hand`);
      for (const [name, sql] of statements) {
        tally.compared += 1;
        const expected = Number((await ask(sql)) ?? 0);
        const had = figures[name];
        if (had !== expected) tally.differ.push(`#${number} ${question.key} ${name}: ${had}, by hand ${expected}`);
      }
    }
  }
  await sqlReader.close();
  return tally;
}

function report(engine: string, tally: Tally): void {
  const { questions, answered, compared, differ, open } = tally;
  console.log(
    `${engine}: ${answered} of ${questions} questions answered, ${compared} figures compared, ${differ.length} differ`,
  );
  for (const line of [...differ, ...open]) console.log(`  ${line}`);
  if (differ.length + open.length > 0) process.exitCode = 1;
}

async function onDuckDb(): Promise<void> {
  const file = join(demo, 'warehouse/cinderhouse.duckdb');
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const warehouse = openWarehouse(file);
  const ask: Ask = async (sql) => (await connection.runAndReadAll(sql)).getRows()[0]?.[0];
  report('DuckDB', await compare(join(demo, 'artifacts'), warehouse, ask));
  await warehouse.close();
  connection.closeSync();
  instance.closeSync();
}

/** PostgreSQL holds a copy of what dbt built: every table and view of the DuckDB file as a table of the same name. */
async function onPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const database = String((await client.query('select current_database() as name')).rows[0].name);
  const schemas = await copyDemo(client);
  const artifacts = join(folder, 'artifacts');
  for (const side of ['base', 'pr-1', 'pr-2', 'pr-3', 'pr-4']) copyArtifacts(side, artifacts, database);
  const warehouse = openWarehouse(url);
  const ask: Ask = async (sql) => (await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0];
  report('PostgreSQL', await compare(artifacts, warehouse, ask));
  await warehouse.close();
  for (const schema of schemas) await client.query(`drop schema "${schema}" cascade`);
  await client.end();
}

async function copyDemo(client: pg.Client): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(join(demo, 'warehouse/cinderhouse.duckdb'), {
    access_mode: 'READ_ONLY',
  });
  const connection = await instance.connect();
  const all = async (sql: string) =>
    (await connection.runAndReadAll(sql))
      .getRowsJson()
      .map((row) => row.map((cell) => (typeof cell === 'string' ? cell : JSON.stringify(cell))));
  const tables = await all(
    "select table_schema, table_name from information_schema.tables where table_schema <> 'main'",
  );
  const schemas = [...new Set(tables.map(([schema = '']) => schema))];
  for (const schema of schemas)
    await client.query(`drop schema if exists "${schema}" cascade; create schema "${schema}"`);
  for (const [schema = '', table = ''] of tables) {
    const name = `"${schema}"."${table}"`;
    const columns = await all(
      `select column_name, data_type from information_schema.columns where table_schema = '${schema}' and table_name = '${table}' order by ordinal_position`,
    );
    const types = columns.map(([column, type]) => `"${column ?? ''}" ${toPostgres(type ?? '')}`);
    await client.query(`create table ${name} (${types.join(', ')})`);
    const rows = await all(`select to_json(t) from ${name} t`);
    const json = `[${rows.map(([row = '']) => row).join(',')}]`;
    await client.query(`insert into ${name} select * from json_populate_recordset(null::${name}, $1)`, [json]);
  }
  connection.closeSync();
  instance.closeSync();
  return schemas;
}

function toPostgres(type: string): string {
  if (type === 'DOUBLE') return 'double precision';
  if (type.startsWith('TIMESTAMP')) return 'timestamp';
  if (type === 'HUGEINT') return 'numeric';
  if (type === 'TINYINT' || type === 'UTINYINT') return 'smallint';
  return type.startsWith('ENUM') ? 'varchar' : type.toLowerCase();
}

function copyArtifacts(side: string, into: string, database: string): void {
  const target = join(into, side);
  mkdirSync(target, { recursive: true });
  for (const name of ['manifest', 'catalog', 'run_results']) {
    const text = gunzipSync(readFileSync(join(demo, 'artifacts', side, `${name}.json.gz`))).toString();
    const own = text.replaceAll('\\"cinderhouse\\".', `\\"${database}\\".`);
    writeFileSync(join(target, `${name}.json`), own);
  }
}

await onDuckDb();
const url = process.env['WEIRKEEPER_TEST_DATABASE_URL'];
if (url === undefined) console.log('PostgreSQL: skipped, because WEIRKEEPER_TEST_DATABASE_URL is not set');
else await onPostgres(url);
checkExecuted();
rmSync(folder, { recursive: true });
