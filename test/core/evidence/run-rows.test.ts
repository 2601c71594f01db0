import { describe, expect, it } from '@jest/globals';
import { parseRunResults } from '#core/dbt';
import { rowCountQuestion, rowsFromRun } from '#core/evidence';
import type { ANode } from '../../support/a-project.ts';
import { aProject, id } from '../../support/a-project.ts';
import { valueOf } from '../../support/manifests.ts';

interface Told {
  readonly adapter?: string;
  readonly node?: ANode;
  readonly name?: string;
  readonly response?: object;
  readonly status?: string;
  readonly which?: string;
  readonly relation?: string;
}

/** What a run with this `adapter_response` says of a node's rows. */
function rowsOf(told: Told) {
  const {
    adapter = 'postgres',
    node = { materialized: 'table' },
    name = 'model.shop.orders',
    status = 'success',
  } = told;
  const { response = { _message: 'SELECT 41', code: 'SELECT', rows_affected: 41 }, which = 'build' } = told;
  const text = JSON.stringify({
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
      generated_at: '2026-03-01T10:00:00Z',
    },
    args: { which },
    results: [
      {
        unique_id: name,
        status,
        adapter_response: response,
        timing: [
          { name: 'compile', completed_at: '2026-03-01T09:00:00Z' },
          { name: 'execute', completed_at: '2026-03-01T09:01:00Z' },
        ],
      },
    ],
  });
  const project = aProject({ adapter, others: { [name]: node } });
  const relation = told.relation ?? '"db"."main"."orders"';
  const runResults = valueOf(parseRunResults(text, 'run_results.json'));
  return rowsFromRun(rowCountQuestion('head', id(name), relation), { project, runResults });
}

// The forms are those of dbt's own files: dbt-postgres, dbt-bigquery, dbt-snowflake, dbt-duckdb and dbt seed.
describe('rows that a dbt run wrote', () => {
  it('are those of a table, with the file and the time at which it was built', () => {
    expect(rowsOf({})).toEqual({
      known: true,
      kind: 'row-count',
      rows: 41,
      source: 'rows written, by head’s run_results.json',
      at: '2026-03-01T09:01:00Z',
    });
  });

  it.each([
    ['a table of BigQuery', { adapter: 'bigquery', response: { code: 'CREATE TABLE', rows_affected: 99 } }, 99],
    ['a table with a contract', { response: { code: 'INSERT', rows_affected: 0 } }, 0],
    [
      'a seed of any adapter',
      {
        adapter: 'duckdb',
        name: 'seed.shop.orders',
        node: { materialized: 'seed' },
        response: { code: 'INSERT', rows_affected: 113 },
      },
      113,
    ],
  ])('are told of %s', (_, told, rows) => {
    expect(rowsOf(told)).toMatchObject({ rows });
  });

  it.each([
    ['an incremental model', { node: { materialized: 'incremental' } }],
    ['a view', { node: { materialized: 'view' }, response: { code: 'CREATE VIEW', rows_affected: -1 } }],
    [
      'a snapshot',
      {
        name: 'snapshot.shop.orders',
        node: { materialized: 'snapshot' },
        response: { code: 'INSERT', rows_affected: 3 },
      },
    ],
    ['a merge', { adapter: 'bigquery', response: { code: 'MERGE', rows_affected: 3 } }],
    [
      'Snowflake, which tells one row of any table',
      { adapter: 'snowflake', response: { code: 'SUCCESS', rows_affected: 1 } },
    ],
    ['DuckDB, which tells none', { adapter: 'duckdb', response: { _message: 'OK' } }],
    [
      'a table that a hook may have changed',
      { node: { materialized: 'table', config: { 'post-hook': [{ sql: 'delete …' }] } } },
    ],
    ['a model that failed', { status: 'error' }],
    ['dbt test, which selects', { which: 'test' }],
    ['another relation', { relation: '"db"."prod"."orders"' }],
    ['a number that is none', { response: { code: 'SELECT', rows_affected: '41' } }],
  ])('are not told of %s', (_, told) => {
    expect(rowsOf(told)).toBeNull();
  });
});
