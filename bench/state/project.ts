import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Models a folder: dbt reads a properties file a folder. */
const modelsAFolder = 50;
const columnsAModel = 10;

/**
 * Writes a dbt project of `size` models on DuckDB into `folder`: each reads up to three earlier ones, through a macro too,
 * has ten described columns, two of them tested. As dbt parses it, its manifest has some 7 KB a model.
 */
export function writeProject(folder: string, size: number): void {
  mkdirSync(join(folder, 'macros'), { recursive: true });
  writeFileSync(join(folder, 'dbt_project.yml'), projectFile);
  writeFileSync(join(folder, 'profiles.yml'), profilesFile);
  writeFileSync(join(folder, 'macros/amounts.sql'), macroFile);
  for (let from = 0; from < size; from += modelsAFolder) {
    const numbers = Array.from({ length: Math.min(modelsAFolder, size - from) }, (_, at) => from + at);
    const models = join(folder, folderOf(from));
    mkdirSync(models, { recursive: true });
    for (const number of numbers) writeFileSync(join(folder, pathOf(number)), modelSql(number));
    writeFileSync(join(models, 'models.yml'), ['version: 2', 'models:', ...numbers.map(modelYaml), ''].join('\n'));
  }
}

/** Edits every hundredth model, so that 1 % of the project is modified. */
export function editProject(folder: string, size: number): void {
  for (let number = 0; number < size; number += 100)
    writeFileSync(join(folder, pathOf(number)), modelSql(number).replace("'open'", "'closed'"));
}

function folderOf(number: number): string {
  return `models/area_${String(Math.floor(number / modelsAFolder)).padStart(4, '0')}`;
}

function pathOf(number: number): string {
  return `${folderOf(number)}/${nameOf(number)}.sql`;
}

function nameOf(number: number): string {
  return `model_${String(number).padStart(5, '0')}`;
}

function modelSql(number: number): string {
  const parents = [...new Set([Math.floor(number / 2), Math.floor(number / 3), number - 7])].filter(
    (parent) => parent >= 0 && parent < number,
  );
  const [first, ...more] = parents;
  const from =
    first === undefined ? '(select 1 as id, 10 as amount_1) as start' : `{{ ref('${nameOf(first)}') }} as start`;
  const joins = more.map(
    (parent, at) => `left join {{ ref('${nameOf(parent)}') }} as other_${at}\n  on start.id = other_${at}.id`,
  );
  const columns = Array.from({ length: columnsAModel - 1 }, (_, at) => {
    const cents = `{{ in_euros('start.amount_1', ${at + 2}) }}`;
    return `    case when start.id % ${at + 3} = ${number % 7} then ${cents} else coalesce(start.amount_1, 0) end as amount_${at + 1}`;
  });
  return [
    `{{ config(materialized='${number % 3 === 0 ? 'table' : 'view'}', tags=['area_${Math.floor(number / modelsAFolder)}']) }}`,
    `-- What the orders of step ${number} are worth, after returns and before fees, in the currency of the shop.`,
    'select',
    '    start.id,',
    columns.join(',\n'),
    `from ${from}`,
    ...joins,
    `where start.id > ${number % 11} and 'open' <> '${nameOf(number)}'`,
    '',
  ].join('\n');
}

function modelYaml(number: number): string {
  const described = Array.from({ length: columnsAModel - 1 }, (_, at) =>
    [
      `      - name: amount_${at + 1}`,
      `        description: "Amount ${at + 1} of step ${number}: what was paid in the shop, less what went back within thirty days of the order."`,
    ].join('\n'),
  );
  return [
    `  - name: ${nameOf(number)}`,
    `    description: "Step ${number} of the made-up chain of orders; one row an order, kept for seven years."`,
    `    meta: {owner: "team-${number % 40}", tier: ${number % 3}}`,
    '    columns:',
    '      - name: id',
    '        description: "Number of the order, given by the shop."',
    '        data_tests: [unique, not_null]',
    ...described,
  ].join('\n');
}

const projectFile = `name: bench
version: '1.0'
profile: bench
flags:
  send_anonymous_usage_stats: false
`;

const profilesFile = `bench:
  target: dev
  outputs:
    dev: {type: duckdb, path: ':memory:', threads: 1}
`;

const macroFile = `{% macro in_euros(column, digits) %}round({{ column }} / 100.0, {{ digits }}){% endmacro %}
`;
