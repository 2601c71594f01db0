// CPU time and memory of lineage on generated projects of 100, 1,000 and 10,000 models, and of a warm review in which one
// model of 1,000 has changed. Exits 1 when time is not linear in models, or when the warm review takes too long.
// The ratio to sqlglot on real models is printed by `npm run conformance:lineage`, which runs both on the same statements.
import type { ProjectSide } from '#core/change';
import { analyzeChange, statementsFor, statementsOf, traceSide } from '#core/change';
import { parseManifest } from '#core/dbt';
import { createSqlReader } from '#edges/sql-engines';

const WARM_LIMIT_MS = 150;
const faults: string[] = [];
const perModel: number[] = [];
console.log('models  CPU ms  ms a model  columns  peak MB');
for (const size of [100, 1_000, 10_000]) await cold(size);
const [, thousand = 1, tenThousand = 1] = perModel;
console.log(`10,000 models take ${(tenThousand / thousand).toFixed(2)} times as long a model as 1,000 (limit 1.5)`);
if (tenThousand / thousand > 1.5) faults.push('time is not linear in models');
await warm();
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

async function cold(size: number): Promise<void> {
  const reader = createSqlReader();
  const side = sideOf(size, null);
  const before = process.cpuUsage();
  const { lineage } = traceSide(side, 'head', await reader.read(statementsOf(side.project, 'head')));
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1_000;
  await reader.close();
  perModel.push(ms / size);
  const columns = [...lineage.values()].reduce((sum, node) => sum + node.columns.length, 0);
  const peak = process.resourceUsage().maxRSS / 1_024;
  console.log(
    [
      String(size).padStart(6),
      ms.toFixed(0).padStart(6),
      (ms / size).toFixed(2).padStart(10),
      String(columns).padStart(7),
      peak.toFixed(0).padStart(7),
    ].join('  '),
  );
}

/** The same base was reviewed before by this process; head has one other model. */
async function warm(): Promise<void> {
  const reader = createSqlReader();
  const base = sideOf(1_000, null);
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const head = sideOf(1_000, round);
    const sides = { pullRequest: null, base, head };
    const started = performance.now();
    const answers = await reader.read(statementsFor(sides));
    const read = performance.now() - started;
    analyzeChange(sides, answers);
    const taken = performance.now() - started;
    console.log(`warm review ${round}: ${taken.toFixed(0)} ms (reading ${read.toFixed(0)} ms)`);
    if (round > 0) times.push(taken);
  }
  await reader.close();
  const median = times.sort((a, b) => a - b)[3] ?? 0;
  console.log(`warm review of one changed model in 1,000: ${median.toFixed(0)} ms (limit ${WARM_LIMIT_MS} ms)`);
  if (median > WARM_LIMIT_MS) faults.push(`a warm review takes ${median.toFixed(0)} ms`);
}

/** A project of staging models, joins and aggregates of some 20 columns each; `edited` changes one model. */
function sideOf(size: number, edited: number | null): ProjectSide {
  const columns = Array.from({ length: 20 }, (_, at) => `c${at}`);
  const nodes = Object.fromEntries(
    Array.from({ length: size }, (_, at) => {
      const parents = at < 10 ? [] : [Math.floor(at / 3), Math.floor(at / 2)];
      const sql = at < 10 ? staging(at, columns) : mart(at, parents, edited !== null && at === size - 5 ? edited : -1);
      return [`model.bench.m${at}`, nodeOf(at, sql, parents)];
    }),
  );
  const manifest = parseManifest(
    JSON.stringify({
      metadata: {
        dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
        dbt_version: '1.10.0',
        adapter_type: 'postgres',
        project_name: 'bench',
      },
      ...{
        nodes,
        sources: {},
        macros: {},
        exposures: {},
        metrics: {},
        groups: {},
        disabled: {},
        docs: {},
        selectors: {},
      },
      ...{ parent_map: {}, child_map: {}, semantic_models: {}, saved_queries: {}, unit_tests: {}, group_map: {} },
    }),
    'manifest.json',
  );
  if (!manifest.ok) throw new TypeError(manifest.reason.text);
  return { project: manifest.value, catalog: null, runResults: null, artifacts: [], origin: 'generated', stale: null };
}

function staging(at: number, columns: readonly string[]): string {
  return `select ${columns.map((name) => `cast(raw_${name} as text) as ${name}`).join(', ')} from (values (1)) as raw${at}(${columns.map((name) => `raw_${name}`).join(', ')})`;
}

function mart(at: number, [a = 0, b = 0]: readonly number[], edited: number): string {
  const made = Array.from({ length: 16 }, (_, one) => `coalesce(l.c${one}, upper(r.c${(one + at) % 20})) as c${one}`);
  return `with l as (select * from "db"."main"."m${a}" where c1 is not null), r as (select * from "db"."main"."m${b}"),
joined as (select ${made.join(', ')}, case when l.c2 = 'x' then r.c3 else l.c4 end as c16, l.c17 || '${edited}' as c17, l.c18, r.c19,
row_number() over (partition by l.c0 order by r.c1) as rn from l left join r on l.c0 = r.c0)
select c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19 from joined where rn = 1`;
}

function nodeOf(at: number, sql: string, parents: readonly number[]): object {
  const name = `m${at}`;
  return {
    ...{
      unique_id: `model.bench.${name}`,
      name,
      resource_type: 'model',
      package_name: 'bench',
      path: `${name}.sql`,
      original_file_path: `models/${name}.sql`,
    },
    ...{
      fqn: ['bench', name],
      alias: name,
      database: 'db',
      schema: 'main',
      relation_name: `"db"."main"."${name}"`,
      language: 'sql',
      raw_code: sql,
    },
    ...{
      compiled_code: sql,
      compiled: true,
      checksum: { name: 'sha256', checksum: sql },
      config: { materialized: 'table' },
      columns: {},
      tags: [],
      meta: {},
    },
    ...{ description: '', refs: [], sources: [], metrics: [], unrendered_config: {}, access: 'protected' },
    depends_on: { macros: [], nodes: parents.map((parent) => `model.bench.m${parent}`) },
  };
}
