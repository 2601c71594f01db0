// Changes models by mutation operators and by rewrites, runs both on DuckDB, and holds what comes out against what the rules say.
//
//   npm run conformance:mutants -- [--limit 4] [--show]
//
// The models are the demo's, on its warehouse, and queries of the project's own on made-up rows that keep their keys and not-nulls.
// Printed for each operator: the mutants of at most `--limit` places a model, those that change the output, how many of these the rules
// report, and those that change nothing and are left without a finding; for each rewrite: those left without a finding, and those proven.
// Exit 1 where something is called proven and the output changes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type DbtProject, parseManifest } from '#core/dbt';
import { createSqlReader } from '#edges/sql-engines';
import { diffSql } from '#review';
import { ownModels, ownProject, tablesOf } from '../support/mutant-models.ts';
import { mutantsOf, rewritesOf, type SqlMutant } from '../support/sql-mutants.ts';

const { values } = parseArgs({
  options: { limit: { type: 'string', default: '4' }, show: { type: 'boolean', default: false } },
});
/** Sets of made-up tables on which the project's own queries are run. */
const tries = 12;

interface Model {
  readonly name: string;
  readonly sql: string;
  readonly project: DbtProject;
  /** The output of a query on all data there is, as text that tells two apart; null where DuckDB refuses it. */
  readonly outputOf: (sql: string) => Promise<string | null>;
}

interface Row {
  made: number;
  changed: number;
  reported: number;
  same: number;
  silent: number;
  proven: number;
  wrong: number;
}

const demo = join(import.meta.dirname, '../../demo');
const reader = createSqlReader();
const warehouse = await (
  await DuckDBInstance.create(join(demo, 'warehouse/cinderhouse.duckdb'), { access_mode: 'READ_ONLY' })
).connect();
const laboratories = await Promise.all(Array.from({ length: tries }, (_, at) => laboratory(at + 1)));
const models = [...demoModels(), ...ownModels.map(ownModel)];
const [mutants, kept] = [new Map<string, Row>(), new Map<string, Row>()];
for (const model of models) {
  const before = await model.outputOf(model.sql);
  if (before === null || before !== (await model.outputOf(model.sql))) {
    console.log(`${model.name}: not run, for DuckDB refuses it or its output is not the same twice`);
    continue;
  }
  for (const mutant of some(mutantsOf(model.sql))) await hold(model, before, mutant, mutants);
  for (const rewrite of some(rewritesOf(model.sql))) await hold(model, before, rewrite, kept);
}
await reader.close();
const wrong = print();
process.exitCode = wrong > 0 ? 1 : 0;

/** The first `--limit` of each operator. */
function some(all: readonly SqlMutant[]): readonly SqlMutant[] {
  return [...Map.groupBy(all, ({ operator }) => operator).values()].flatMap((ones) =>
    ones.slice(0, Number(values.limit)),
  );
}

async function hold(model: Model, before: string, { operator, sql }: SqlMutant, rows: Map<string, Row>): Promise<void> {
  const after = await model.outputOf(sql);
  if (after === null) return;
  const row = rows.get(operator) ?? { made: 0, changed: 0, reported: 0, same: 0, silent: 0, proven: 0, wrong: 0 };
  rows.set(operator, row);
  const pair = { before: model.sql, after: sql, adapter: 'duckdb', project: model.project, name: model.name };
  const { findings, equivalent } = await diffSql(pair, reader, []);
  const differs = after !== before;
  row.made += 1;
  if (differs) row.changed += 1;
  else row.same += 1;
  if (differs && findings.length > 0) row.reported += 1;
  if (!differs && findings.length === 0) row.silent += 1;
  if (!differs && equivalent === 'proven') row.proven += 1;
  if (differs && equivalent === 'proven') {
    row.wrong += 1;
    console.log(`PROVEN AND CHANGED: ${model.name}, ${operator}\n${sql}\n`);
  }
  if (values.show && differs && findings.length === 0)
    console.log(`not reported: ${model.name}, ${operator}\n${sql}\n`);
  if (values.show && !differs && findings.length > 0)
    console.log(
      `told for nothing: ${model.name}, ${operator}: ${findings.map(({ text }) => text).join('; ')}\n${sql}\n`,
    );
}

async function bagOf(db: DuckDBConnection, sql: string): Promise<string | null> {
  try {
    const bare = sql.trim().replace(/;$/, '');
    const text = `select count(*) || ' ' || coalesce(sum(hash(q)::hugeint), 0) as bag from (\n${bare}\n) as q`;
    const [[bag] = []] = (await db.runAndReadAll(text)).getRows();
    return String(bag);
  } catch {
    return null;
  }
}

function demoModels(): readonly Model[] {
  const bytes = readFileSync(join(demo, 'artifacts/base/manifest.json.gz'));
  const manifest = parseManifest(gunzipSync(bytes).toString('utf8'), 'the demo');
  if (!manifest.ok) throw new TypeError(manifest.reason.text);
  const project = manifest.value;
  return [...project.nodes.values()].flatMap(({ name, resourceType, compiledCode }) =>
    resourceType === 'model' && compiledCode !== null
      ? [{ name, sql: compiledCode, project, outputOf: (sql: string) => bagOf(warehouse, sql) }]
      : [],
  );
}

function ownModel({ name, sql }: (typeof ownModels)[number]): Model {
  const outputOf = async (text: string): Promise<string | null> => {
    const bags: string[] = [];
    for (const db of laboratories) {
      const bag = await bagOf(db, text);
      if (bag === null) return null;
      bags.push(bag);
    }
    return bags.join(', ');
  };
  return { name, sql, project: ownProject(name, sql), outputOf };
}

async function laboratory(seed: number): Promise<DuckDBConnection> {
  const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  for (const statement of tablesOf(seed)) await db.run(statement);
  return db;
}

function print(): number {
  const percent = (part: number, whole: number): string =>
    (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(0)} %`).padStart(6);
  const sum = (rows: Map<string, Row>): Row => {
    const all: Row = { made: 0, changed: 0, reported: 0, same: 0, silent: 0, proven: 0, wrong: 0 };
    for (const row of rows.values()) for (const key of Object.keys(all) as (keyof Row)[]) all[key] += row[key];
    return all;
  };
  console.log(`${'operator'.padEnd(34)} mutants changed reported  share unchanged silent  share`);
  for (const [name, row] of [...mutants, ['all', sum(mutants)] as const])
    console.log(
      [
        name.padEnd(34),
        String(row.made).padStart(7),
        String(row.changed).padStart(7),
        String(row.reported).padStart(8),
        percent(row.reported, row.changed),
        String(row.same).padStart(9),
        String(row.silent).padStart(6),
        percent(row.silent, row.same),
      ].join(' '),
    );
  console.log(`\n${'rewrite'.padEnd(34)}    made    kept   silent  share    proven  share`);
  for (const [name, row] of [...kept, ['all', sum(kept)] as const])
    console.log(
      [
        name.padEnd(34),
        String(row.made).padStart(7),
        String(row.same).padStart(7),
        String(row.silent).padStart(8),
        percent(row.silent, row.same),
        String(row.proven).padStart(9),
        percent(row.proven, row.same),
      ].join(' '),
    );
  const wrong = sum(mutants).wrong + sum(kept).wrong;
  console.log(`\n${wrong} called proven whose output changes`);
  return wrong;
}
