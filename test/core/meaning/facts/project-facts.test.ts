// Tests, constraints and configuration in, what is known of a relation out, each with its source in words.
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#core/base';
import type { RunResults } from '#core/dbt';
import { projectFacts } from '#core/meaning';
import { type ANode, aProject, id } from '../../../support/a-project.ts';
import { aTest } from '../../../support/sql-changes.ts';

function factsOf(
  tests: readonly ANode[],
  dim: ANode = {},
  adapter = 'snowflake',
  runResults: RunResults | null = null,
) {
  const project = aProject({
    adapter,
    models: { dim, other: {} },
    others: Object.fromEntries(tests.map((test, at) => [`test.shop.t${at}`, test])),
  });
  return projectFacts({ project, runResults }).of(id('dim'));
}

const unique = aTest('unique', 'dim', { column_name: 'ID' });
const notNull = aTest('not_null', 'dim', { column_name: 'id' });

describe('tests', () => {
  it('a unique test leaves NULLs out, until not_null closes the gap', () => {
    const open = factsOf([unique]).keys;
    expect(open).toMatchObject([
      { columns: ['id'], exceptNulls: true, source: 'unique test on dim.id', sureness: 'proven' },
    ]);
    expect(factsOf([unique, notNull]).keys[0]?.exceptNulls).toBe(false);
  });

  it('a combination is a key, NULLs and all', () => {
    const test = aTest('unique_combination_of_columns', 'dim', { combination_of_columns: ['day', 'sku'] });
    expect(factsOf([test]).keys).toEqual([
      {
        from: 'test',
        columns: ['day', 'sku'],
        exceptNulls: false,
        source: 'unique_combination_of_columns test on dim (day, sku)',
        sureness: 'proven',
      },
    ]);
  });

  it('arguments may stand under `arguments`', () => {
    const test = aTest('unique_combination_of_columns', 'dim', { arguments: { combination_of_columns: ['a', 'b'] } });
    expect(factsOf([test]).keys[0]?.columns).toEqual(['a', 'b']);
  });

  it.each<readonly [string, JsonObject]>([
    ['looks at some rows', { where: "day > '2024-01-01'" }],
    ['is off', { enabled: false }],
    ['allows some', { error_if: '>10' }],
    ['counts otherwise', { fail_calc: 'sum(n)' }],
  ])('a test that %s proves nothing', (_, config) => {
    expect(factsOf([aTest('unique', 'dim', { column_name: 'id' }, [], config)]).keys).toEqual([]);
  });

  it('a test that warns says which key is meant, and proves nothing', () => {
    const config = { severity: 'warn' };
    const warning = [
      aTest('unique', 'dim', { column_name: 'id' }, [], config),
      aTest('not_null', 'dim', { column_name: 'id' }, [], config),
    ];
    const { keys, notNull } = factsOf(warning);
    expect(keys).toMatchObject([{ source: 'unique test on dim.id, which only warns', sureness: 'declared' }]);
    expect(notNull.size).toBe(0);
  });

  it('a test of the project under dbt’s name proves nothing', () => {
    const own = { ...unique, dependsOn: { nodes: [id('dim')], macros: ['macro.shop.test_unique'] } };
    expect(factsOf([own]).keys).toEqual([]);
    const dbts = { ...unique, dependsOn: { nodes: [id('dim')], macros: ['macro.dbt.test_unique'] } };
    expect(factsOf([dbts]).keys).toHaveLength(1);
  });

  it('a test that failed in the last run proves nothing', () => {
    const result = { uniqueId: id('test.shop.t0'), status: 'fail', message: null, failures: 3 };
    const run = { command: 'build', generatedAt: null, dbtVersion: null, results: [result], args: {} };
    expect(factsOf([unique], {}, 'snowflake', run).keys).toEqual([]);
  });

  it('an expression is no column', () => {
    expect(factsOf([aTest('unique', 'dim', { column_name: "a || '-' || b" })]).keys).toEqual([]);
  });

  it('relationships, also to itself, and accepted values', () => {
    const facts = factsOf([
      aTest('relationships', 'dim', { column_name: 'other_id', to: "ref('other')", field: 'id' }, ['other']),
      aTest('relationships', 'dim', { column_name: 'parent_id', to: "ref('dim')", field: 'id' }),
      aTest('accepted_values', 'dim', { column_name: 'status', values: ['a', 'b'] }),
      aTest('accepted_values', 'dim', { column_name: 'level', values: ['1', '2'], quote: false }),
    ]);
    expect(facts.foreignKeys.map(({ column, to, source }) => [column, to.relation, to.column, source])).toEqual([
      ['other_id', id('other'), 'id', 'relationships test on dim.other_id'],
      ['parent_id', id('dim'), 'id', 'relationships test on dim.parent_id'],
    ]);
    expect(facts.accepted.get('status')?.values).toEqual(['a', 'b']);
    expect(facts.accepted.get('level')?.values).toEqual([1, 2]);
  });
});

describe('constraints', () => {
  const constraints = {
    materialized: 'table',
    contractEnforced: true,
    entry: {
      constraints: [
        { type: 'primary_key', columns: ['id'] },
        { type: 'foreign_key', columns: ['other_id'], to: '"db"."main"."other"', to_columns: ['id'] },
      ],
    },
  } satisfies ANode;

  it.each([
    ['postgres', 'proven', 'primary key constraint on dim.id'],
    ['snowflake', 'declared', 'primary key constraint on dim.id, not enforced'],
  ])('%s: a primary key is %s', (adapter, sureness, source) => {
    const { keys, notNull: filled, foreignKeys } = factsOf([], constraints, adapter);
    expect(keys).toMatchObject([{ columns: ['id'], exceptNulls: false, source, sureness }]);
    expect(filled.get('id')?.sureness).toBe(sureness);
    expect(foreignKeys.map(({ to }) => to)).toEqual([{ relation: id('other'), column: 'id' }]);
  });

  it.each([
    ['a view', { ...constraints, materialized: 'view' }],
    ['no contract', { ...constraints, contractEnforced: false }],
  ])('%s holds none of them', (_, dim) => {
    expect(factsOf([], dim, 'postgres').keys[0]?.sureness).toBe('declared');
  });

  it('a test beside an unenforced constraint is what counts', () => {
    expect(factsOf([unique, notNull], constraints).keys).toMatchObject([
      { columns: ['id'], exceptNulls: false, source: 'unique test on dim.id', sureness: 'proven' },
    ]);
  });
});

describe('configuration', () => {
  it('unique_key and meta are words', () => {
    expect(factsOf([], { config: { unique_key: ['a', 'b'] } }).keys).toMatchObject([
      {
        columns: ['a', 'b'],
        exceptNulls: true,
        source: 'unique_key of dim, which no test checks',
        sureness: 'declared',
      },
    ]);
    expect(factsOf([], { meta: { weirkeeper: { key: 'id' } } }).keys[0]?.source).toBe('meta.weirkeeper.key of dim');
  });

  it('a snapshot has its own columns, by the names that it gives them', () => {
    const project = aProject({
      others: {
        'snapshot.shop.s': { config: { unique_key: 'id', snapshot_meta_column_names: { dbt_scd_id: 'row_id' } } },
      },
    });
    const { keys, notNull: filled } = projectFacts({ project }).of(id('snapshot.shop.s'));
    expect(keys.map(({ columns, sureness }) => [columns, sureness])).toEqual([[['row_id'], 'declared']]);
    expect([...filled.keys()]).toEqual(['row_id', 'dbt_valid_from', 'dbt_updated_at']);
  });

  it('of a relation outside the project nothing is known', () => {
    expect(projectFacts({ project: aProject({}) }).of(id('relation.x'))).toMatchObject({ keys: [], foreignKeys: [] });
  });
});
