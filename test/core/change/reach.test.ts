import { describe, expect, it } from '@jest/globals';
import { toUniqueId } from '#core/base';
import { findFullRefreshes, reachOf } from '#core/change';
import { changeOf } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aModel, aProject } from '../../support/manifests.ts';

const m = toUniqueId('model.shop.m');
const reads = (...nodes: readonly string[]): Json => ({ depends_on: { nodes, macros: [] } });

describe('what a node reaches', () => {
  const downstream = [
    aModel('near', { ...reads(m), group: 'finance', access: 'public' }),
    aModel('far', { ...reads('model.shop.near'), config: { materialized: 'incremental' } }),
    aModel('beside', reads('model.shop.other')),
  ];
  const own = aModel('m', { group: 'core' });

  it('is all that reads it, nearest first, with the groups and the public models on the way', () => {
    const project = aProject(own, ...downstream);
    expect(reachOf(changeOf(project, project), m)).toMatchObject({
      models: ['model.shop.near', 'model.shop.far'],
      groups: ['finance'],
      publicModels: ['model.shop.near'],
      keepRows: ['model.shop.far'],
      exposures: [],
    });
  });

  it('tells apart what is no model: exposures, semantic models, metrics and saved queries, in a chain', () => {
    const entry = (type: string, name: string, ...parents: readonly string[]): Json =>
      aModel(name, { ...reads(...parents), resource_type: type, unique_id: `${type}.shop.${name}` });
    const project = aProject(
      aModel('m'),
      entry('snapshot', 'kept', m),
      entry('semantic_model', 'sm', m),
      entry('metric', 'takings', 'semantic_model.shop.sm'),
      entry('saved_query', 'weekly', 'metric.shop.takings'),
      entry('exposure', 'board', 'metric.shop.takings'),
      entry('test', 'unique', m),
    );
    expect(reachOf(changeOf(project, project), m)).toMatchObject({
      models: ['snapshot.shop.kept'],
      semanticModels: ['semantic_model.shop.sm'],
      metrics: ['metric.shop.takings'],
      savedQueries: ['saved_query.shop.weekly'],
      exposures: ['exposure.shop.board'],
    });
  });

  it('is what base knows of it where head has lost it', () => {
    const change = changeOf(aProject(own, ...downstream), aProject());
    expect(reachOf(change, m).models).toEqual(['model.shop.near', 'model.shop.far']);
  });
});

describe('a full refresh', () => {
  function refreshes(before: Json, after: Json): readonly string[] {
    const [base, head] = [before, after].map((config) =>
      aProject(aModel('m', { config: { materialized: 'incremental', ...config }, unrendered_config: config })),
    );
    return findFullRefreshes(changeOf(base!, head!)).map(({ because }) => because);
  }

  it('is needed where the key or the partitions of an incremental model are others', () => {
    expect(refreshes({ unique_key: 'id' }, { unique_key: 'key' })).toEqual(['unique_key is another']);
    expect(refreshes({}, { partition_by: 'day' })).toEqual(['partition_by is another']);
  });

  it('is not needed for another config key, nor where either side is no incremental model', () => {
    expect(refreshes({ meta: { a: 1 } }, { meta: { a: 2 } })).toEqual([]);
    expect(refreshes({ unique_key: 'id', materialized: 'table' }, { unique_key: 'key' })).toEqual([]);
  });

  it.each([
    ['ignore', 1],
    ['fail', 1],
    ['append_new_columns', 0],
    ['sync_all_columns', 0],
  ])('for a new column with on_schema_change %s: %d', (on_schema_change, count) => {
    const config = { materialized: 'incremental', on_schema_change };
    const [base, head] = ['select 1', 'select 2'].map((raw_code) => aProject(aModel('m', { config, raw_code })));
    const change = changeOf(base!, head!, {
      columnChanges: [{ uniqueId: m, column: 'b', kind: 'added' } as never],
    });
    expect(findFullRefreshes(change)).toHaveLength(count);
  });
});
