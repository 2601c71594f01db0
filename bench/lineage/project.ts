import type { ProjectSide } from '#core/change';
import { parseManifest } from '#core/dbt';
/** A project of staging models, joins and aggregates of some 20 columns each; `edited` changes one model. */
export function sideOf(size: number, edited: number | null): ProjectSide {
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
