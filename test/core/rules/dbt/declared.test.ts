import { describe, expect, it } from '@jest/globals';
import { aPullRequest } from '../../../support/changes.ts';
import type { Json } from '../../../support/manifests.ts';
import { aModel } from '../../../support/manifests.ts';
import { aTest, told } from '../../../support/rules.ts';

const texts = (found: readonly { readonly text: string }[]): readonly string[] => found.map(({ text }) => text);

describe('snapshot-config', () => {
  const snapshot = (config: Json): Json =>
    aModel('s', {
      unique_id: 'snapshot.shop.s',
      resource_type: 'snapshot',
      config: { materialized: 'snapshot', ...config },
      unrendered_config: config,
    });
  const found = (before: Json, after: Json) => texts(told('snapshot-config', [snapshot(before)], [snapshot(after)]));

  it('tells another strategy, key or sign of change', () => {
    expect(found({ strategy: 'timestamp', updated_at: 'a' }, { strategy: 'timestamp', updated_at: 'b' })).toEqual([
      'the snapshot `s` keeps history otherwise: updated_at: a → b',
    ]);
    expect(found({ unique_key: 'id', hard_deletes: 'invalidate' }, { unique_key: 'no' })).toEqual([
      'the snapshot `s` keeps history otherwise: unique_key: id → no; hard_deletes: invalidate → unset',
    ]);
  });

  it('tells columns that are watched no more, and none that are watched now', () => {
    expect(found({ check_cols: ['a', 'b'] }, { check_cols: ['b'] })).toHaveLength(1);
    expect(found({ check_cols: ['a', 'b'] }, { check_cols: ['c', 'b', 'a'] })).toEqual([]);
    expect(found({ check_cols: ['a'] }, { check_cols: 'all' })).toEqual([]);
  });
});

describe('freshness-relaxed', () => {
  const source = (name: string, freshness: Json | null, parts: Json = {}): Json => ({
    unique_id: `source.shop.till.${name}`,
    resource_type: 'source',
    name,
    source_name: 'till',
    package_name: 'shop',
    original_file_path: 'models/sources.yml',
    freshness,
    config: {},
    columns: {},
    ...parts,
  });
  const after = (count: number, period: string): Json => ({
    error_after: { count, period },
    warn_after: { count: null, period: null },
  });
  const found = (before: readonly Json[], now: readonly Json[]) => texts(told('freshness-relaxed', before, now));

  it('tells a longer limit and one that is gone', () => {
    expect(found([source('a', after(12, 'hour'))], [source('a', after(3, 'day'))])).toEqual([
      'source till.a may be older than before: error_after: 12 hours → 3 days',
    ]);
    expect(found([source('a', after(12, 'hour'))], [source('a', null)])).toEqual([
      'freshness of source till.a is no longer checked: error_after: 12 hours → none',
    ]);
  });

  it('tells one change of all tables once', () => {
    const tables = ['a', 'b', 'c'];
    expect(
      found(
        tables.map((name) => source(name, after(1, 'day'))),
        tables.map((name) => source(name, after(2, 'day'))),
      ),
    ).toEqual(['source till (3 tables) may be older than before: error_after: 1 day → 2 days']);
  });

  it('is silent where it is stricter, the same in other words, or the source is gone', () => {
    expect(found([source('a', after(24, 'hour'))], [source('a', after(1, 'day'))])).toEqual([]);
    expect(found([source('a', after(2, 'day'))], [source('a', after(1, 'day'))])).toEqual([]);
    expect(found([source('a', after(2, 'day'))], [])).toEqual([]);
  });

  it('reads the config of newer releases, and another field', () => {
    const inConfig = (field: string): Json =>
      source('a', null, { config: { freshness: after(1, 'day'), loaded_at_field: field } });
    expect(found([inConfig('loaded_at')], [inConfig('created_at')])).toEqual([
      'freshness of source till.a is measured otherwise: loaded_at_field: loaded_at → created_at',
    ]);
  });
});

describe('metric-definition', () => {
  const semantic = (measures: readonly Json[], parts: Json = {}): Json => ({
    ...aModel('s'),
    unique_id: 'semantic_model.shop.s',
    resource_type: 'semantic_model',
    measures,
    entities: [{ name: 'order', type: 'primary', expr: 'id' }],
    dimensions: [],
    ...parts,
  });
  const metric = (parts: Json): Json => ({
    ...aModel('r'),
    unique_id: 'metric.shop.r',
    resource_type: 'metric',
    type: 'simple',
    ...parts,
  });
  const found = (before: Json, after: Json) => texts(told('metric-definition', [before], [after]));

  it('tells a measure that is counted otherwise', () => {
    expect(
      found(
        semantic([{ name: 'revenue', agg: 'sum', expr: 'amount' }]),
        semantic([{ name: 'revenue', agg: 'max', expr: 'amount' }]),
      ),
    ).toEqual(['the semantic model `s` means something else: measure revenue, agg: sum → max']);
    expect(found(semantic([{ name: 'a', agg: 'sum' }]), semantic([]))[0]).toContain('measure a is gone');
  });

  it('tells a metric with another filter or denominator', () => {
    const ratio = (denominator: string): Json =>
      metric({
        type: 'ratio',
        type_params: { numerator: { name: 'a' }, denominator: { name: denominator, filter: null } },
      });
    expect(found(ratio('b'), ratio('c'))).toEqual(['the metric `r` means something else: denominator: b → c']);
    expect(
      found(metric({ filter: null }), metric({ filter: { where_filters: [{ where_sql_template: 'x > 1' }] } }))[0],
    ).toContain('filter: none →');
  });

  it('is silent about what people read and what is added', () => {
    expect(
      found(
        semantic([{ name: 'a', agg: 'sum', description: 'x' }]),
        semantic([
          { name: 'a', agg: 'sum', description: 'y', label: 'A' },
          { name: 'b', agg: 'sum' },
        ]),
      ),
    ).toEqual([]);
    expect(found(metric({ label: 'R' }), metric({ label: 'Revenue', description: 'all of it' }))).toEqual([]);
  });
});

describe('seed-changed', () => {
  const seed = (checksum: string, config: Json = {}): Json =>
    aModel('codes', {
      unique_id: 'seed.shop.codes',
      resource_type: 'seed',
      original_file_path: 'seeds/codes.csv',
      checksum: { name: 'sha256', checksum },
      config: { materialized: 'seed', ...config },
      unrendered_config: config,
    });
  const reader = aModel('m', {
    compiled_code: "select case when code = 'NO1' then 1 end as c from codes",
    depends_on: { nodes: ['seed.shop.codes'], macros: [] },
  });
  const plainReader = aModel('plain', { depends_on: { nodes: ['seed.shop.codes'], macros: [] } });
  const found = (lines: readonly string[], others: readonly Json[] = [], reader: readonly Json[] = [plainReader]) => {
    const nodes = [...others, ...reader];
    const pullRequest = {
      ...aPullRequest(),
      changedFiles: [
        {
          path: 'seeds/codes.csv',
          previousPath: null,
          status: 'modified',
          patch: ['@@ -1,3 +1,3 @@', ' code,region', ...lines].join('\n'),
        },
      ],
    } as never;
    return told('seed-changed', [seed('a'), ...nodes], [seed('b'), ...nodes], { pullRequest });
  };

  it('tells rows that are gone, and none that are edited or moved', () => {
    expect(texts(found([' AT,central', '-NO1,north']))).toEqual(['1 row of the seed `codes` is gone']);
    expect(found(['-NO1,north', '+NO1,polar'])).toEqual([]);
    expect(found(['-NO1,north', ' AT,central', '+NO1,north'])).toEqual([]);
  });

  it('warns where a model still names the value', () => {
    expect(found(['-NO1,north'], [reader])).toMatchObject([
      { severity: 'S2', text: "'NO1' of `code` of the seed `codes` is gone and still named by m" },
    ]);
  });

  it('tells a key that is there twice, where a test says that it is one', () => {
    const unique = aTest(
      'unique',
      { column_name: 'code' },
      { attached_node: 'seed.shop.codes', depends_on: { nodes: ['seed.shop.codes'], macros: [] } },
    );
    expect(texts(found([' AT,central', '+"AT",alpine'], [unique]))).toEqual([
      "'AT' of `code` of the seed `codes` is there twice",
    ]);
    expect(found([' AT,central', '+AT,alpine'])).toEqual([]);
  });

  it('tells another type, and says nothing where the header is edited', () => {
    const types = (code: string): Json => seed('a', { column_types: { code } });
    const [before, after] = [types('varchar'), types('integer')];
    expect(texts(told('seed-changed', [before, plainReader], [after, plainReader]))).toEqual([
      'columns of the seed `codes` are read as another type: code: varchar → integer',
    ]);
    expect(told('seed-changed', [before], [after])).toEqual([]);
  });

  it('says nothing of a seed that nothing reads', () => {
    expect(found([' AT,central', '-NO1,north'], [], [])).toEqual([]);
  });
});

describe('materialization-changed', () => {
  const model = (config: Json, parts: Json = {}): Json => aModel('m', { config, unrendered_config: config, ...parts });
  const found = (before: Json, after: Json, others: readonly Json[] = []) =>
    told('materialization-changed', [before, ...others], [after, ...others]);

  it('tells what is built no more, and warns where somebody reads it', () => {
    const board = {
      ...aModel('board'),
      unique_id: 'exposure.shop.board',
      resource_type: 'exposure',
      depends_on: { nodes: ['model.shop.m'], macros: [] },
    };
    expect(found(model({ materialized: 'table' }), model({ materialized: 'ephemeral' }))).toMatchObject([
      { id: 'no-relation', severity: 'S3' },
    ]);
    expect(found(model({ materialized: 'table' }), model({ materialized: 'ephemeral' }), [board])).toMatchObject([
      { severity: 'S2' },
    ]);
  });

  it('tells a table that becomes a view, lost layout and lost tags', () => {
    expect(found(model({ materialized: 'table' }), model({ materialized: 'view' })).map(({ id }) => id)).toEqual([
      'read-at-query-time',
    ]);
    expect(
      texts(found(model({ materialized: 'table', cluster_by: ['day'] }), model({ materialized: 'table' }))),
    ).toEqual(['`m` loses its cluster_by (day)']);
    expect(
      texts(
        found(
          model({ materialized: 'table' }, { tags: ['nightly'] }),
          model({ materialized: 'table', meta: { a: 1 } }),
        ),
      ),
    ).toEqual(['`m` loses the tag nightly: jobs that select by it leave the model out']);
  });

  it('is silent about a view that becomes a table, and about what is added', () => {
    expect(
      found(
        model({ materialized: 'view' }),
        model({ materialized: 'table', cluster_by: 'day' }, { tags: ['nightly'] }),
      ),
    ).toEqual([]);
  });
});
