// Builds the demo's base and pull requests with dbt, on DuckDB and on PostgreSQL, compares every answer that they ask for with SQL
// written by hand, and feeds the row-count gate with the counts of really executed pull requests.
// usage: npm run conformance:data -- [--install]   (PostgreSQL where WEIRKEEPER_TEST_DATABASE_URL names a scratch database)
// --install makes the Python environment where the cache (see state.ts) has none; without it the DuckDB file that is committed is asked.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import type { DataQuestion } from '#core/evidence';
import { conditionText } from '#core/evidence';
import { createSqlReader } from '#edges/sql-engines';
import { openWarehouse, type Warehouse } from '#edges/warehouse';
import { localRequest, measure } from '#review';
import { filePorts } from '../../src/cli/file-ports.ts';
import { cache } from './dbt-environment.ts';
import { checkExecuted } from './executed.ts';

const demo = fileURLToPath(new URL('../../demo', import.meta.url));
const { values } = parseArgs({ options: { install: { type: 'boolean' } } });
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
    case 'columns':
      return { columns: columnsByHand(question.relation) };
    default:
      return {};
  }
}

/** How many columns a relation has, from the catalog that both engines have. */
function columnsByHand(relation: string): string {
  const [table, schema] = relation.replaceAll('"', '').split('.').reverse();
  const ofTable = `c.relname = '${table ?? ''}' and n.nspname = '${schema ?? ''}'`;
  return `select count(1) from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${ofTable} and a.attnum > 0`;
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

/** Python with the demo's dbt and that for PostgreSQL; null, and a line that says so, where it is not there and may not be made. */
function dbtPython(): string | null {
  const venv = join(cache, 'venv-demo');
  const python = join(venv, 'bin/python');
  if (existsSync(join(venv, 'bin/dbt'))) return python;
  if (values.install !== true) {
    console.log(`dbt: skipped, because ${venv} is not there (--install makes it)`);
    return null;
  }
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  const packages = ['-r', join(demo, 'requirements.txt'), 'dbt-postgres>=1.10,<1.11'];
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', ...packages], { stdio: 'inherit' });
  return python;
}

/** Builds all sides with dbt and gives the folder of their artifacts. */
async function build(
  python: string,
  engine: 'duckdb' | 'postgres',
  server: Readonly<Record<string, string>> = {},
): Promise<string> {
  const started = performance.now();
  const work = join(folder, engine);
  const script = join(import.meta.dirname, 'build-demo.py');
  await promisify(execFile)(python, [script, engine, work], { env: { ...process.env, ...server } });
  console.log(
    `${engine}: base and four pull requests built by dbt in ${((performance.now() - started) / 1_000).toFixed(0)} s`,
  );
  return work;
}

async function onDuckDb(python: string | null): Promise<void> {
  const built = python === null ? null : await build(python, 'duckdb');
  const file = built === null ? join(demo, 'warehouse/cinderhouse.duckdb') : join(built, 'cinderhouse.duckdb');
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const warehouse = openWarehouse(file);
  const ask: Ask = async (sql) => (await connection.runAndReadAll(sql)).getRows()[0]?.[0];
  report('DuckDB', await compare(join(built ?? demo, 'artifacts'), warehouse, ask));
  await warehouse.close();
  connection.closeSync();
  instance.closeSync();
}

/** What the demo's SQL calls by DuckDB's names, so that the same files are built on PostgreSQL. */
const duckdbNames: readonly string[] = [
  'create domain public.double as double precision',
  "create function public.range(a bigint, b bigint) returns setof bigint language sql immutable as 'select generate_series(a, b - 1)'",
  "create function public.round(a double precision, b integer) returns double precision language sql immutable as 'select round(a::numeric, b)::double precision'",
];
const withoutNames: readonly string[] = [
  'drop function if exists public.range(bigint, bigint)',
  'drop function if exists public.round(double precision, integer)',
  'drop domain if exists public.double cascade',
];

async function onPostgres(connectionString: string, python: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const clean = async (): Promise<void> => {
    const made = await client.query<{ name: string }>(
      "select nspname as name from pg_namespace where nspname ~ '^(prod|pr_[1-4])(_|$)' or nspname = 'landing'",
    );
    for (const { name } of made.rows) await client.query(`drop schema "${name}" cascade`);
    for (const sql of withoutNames) await client.query(sql);
  };
  await clean();
  for (const sql of duckdbNames) await client.query(sql);
  const { hostname, port, username, password, pathname } = new URL(connectionString);
  const login = { PGHOST: hostname, PGPORT: port === '' ? '5432' : port, PGUSER: decodeURIComponent(username) };
  const server = { ...login, PGPASSWORD: decodeURIComponent(password), PGDATABASE: pathname.slice(1) };
  const built = await build(python, 'postgres', server);
  const warehouse = openWarehouse(connectionString);
  const ask: Ask = async (sql) => (await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0];
  report('PostgreSQL', await compare(join(built, 'artifacts'), warehouse, ask));
  await warehouse.close();
  await clean();
  await client.end();
}

const python = dbtPython();
const url = process.env['WEIRKEEPER_TEST_DATABASE_URL'];
if (url === undefined) console.log('PostgreSQL: skipped, because WEIRKEEPER_TEST_DATABASE_URL is not set');
// dbt builds on both at once: each takes one core.
await Promise.all([onDuckDb(python), url === undefined || python === null ? null : onPostgres(url, python)]);
checkExecuted();
rmSync(folder, { recursive: true });
