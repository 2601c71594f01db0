import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DbtProject, StateSelector } from '#core/dbt';
import { findContractBreaks, selectState, stateContext } from '#core/dbt';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, aProject, byId, readStateFixture, toProject } from '../../support/manifests.ts';

function selected(base: DbtProject, head: DbtProject, selector: StateSelector): readonly string[] {
  return [...selectState(base, head)]
    .filter(([, selectors]) => selectors.has(selector))
    .map(([id]) => String(id))
    .sort();
}

for (const minor of ['1.10', '1.12']) {
  const fixture = readStateFixture(minor);
  const base = toProject(fixture.base);

  describe(`what dbt ${fixture.dbt} itself selects`, () => {
    it.each([...fixture.cases.keys()])('%s', (name) => {
      const { head, selected: expected } = fixture.cases.get(name)!;
      const project = toProject(head);
      for (const [selector, ids] of Object.entries(expected)) {
        expect([selector, selected(base, project, selector as StateSelector)]).toEqual([selector, ids]);
      }
    });

    it('does not depend on the order of keys', () => {
      fc.assert(
        fc.property(fc.constantFrom(...fixture.cases.keys()), fc.infiniteStream(fc.nat(1000)), (name, stream) => {
          const { head } = fixture.cases.get(name)!;
          const shuffled = toProject(shuffleKeys(head, stream) as Json);
          const asWritten = toProject(head);
          expect(sortedSelection(base, shuffled)).toEqual(sortedSelection(base, asWritten));
        }),
        { numRuns: 6 },
      );
    });

    it('does not depend on the order of what dbt takes for sets, nor on being written and read again', () => {
      fc.assert(
        fc.property(fc.constantFrom(...fixture.cases.keys()), fc.infiniteStream(fc.nat(1000)), (name, stream) => {
          const { head } = fixture.cases.get(name)!;
          const again = JSON.parse(JSON.stringify(head, null, 2)) as Json;
          for (const section of ['nodes', 'exposures', 'unit_tests', 'macros'])
            for (const entry of Object.values((again[section] ?? {}) as Json)) shuffleSets(entry as Json, stream);
          expect(sortedSelection(base, toProject(again))).toEqual(sortedSelection(base, toProject(head)));
        }),
        { numRuns: 6 },
      );
    });
  });
}

describe('complements', () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer({ min: 0, max: 2 }),
    fc.constantFrom('', 'a', 'b'),
    fc.constant(['a']),
    fc.constant({ a: 1 }),
  );
  const model = fc.record(
    {
      raw_code: fc.constantFrom('select 1', 'select 2'),
      unrendered_config: fc.dictionary(
        fc.constantFrom('materialized', 'alias', 'tags', 'meta', '__proto__', 'constructor'),
        value,
        { maxKeys: 3 },
      ),
      fqn: fc.constantFrom(['shop', 'm'], ['shop', 'marts', 'm']),
      description: fc.constantFrom('a', 'b'),
      config: fc.constant({ materialized: 'table', persist_docs: { relation: true } }),
      latest_version: fc.constantFrom(null, 1, 2),
      contract: fc.record({ enforced: fc.boolean(), checksum: fc.constantFrom('x', 'y') }),
    },
    { requiredKeys: [] },
  );
  const type = fc.constantFrom(
    'model',
    'seed',
    'snapshot',
    'test',
    'analysis',
    'source',
    'exposure',
    'metric',
    'saved_query',
    'unit_test',
    'semantic_model',
    'function',
  );
  const entry = fc
    .tuple(type, model)
    .map(([resource_type, parts]) => aModel('m', { ...parts, resource_type, unique_id: `${resource_type}.shop.m` }));
  const version = fc.constantFrom(
    '1.5.0',
    '1.6.2',
    '1.7.1',
    '1.8.3',
    '1.9.4',
    '1.10.1',
    '1.11.0',
    '1.12.0',
    '2.0.0-preview.3',
    '2025.4.1',
    'odd',
  );

  it('modified and new are the complements of unmodified and old, and equal manifests are unmodified', () => {
    fc.assert(
      fc.property(entry, entry, version, (before, after, dbt_version) => {
        const base = toProject(aManifest({ metadata: { dbt_version }, nodes: byId(before) }));
        const head = toProject(aManifest({ metadata: { dbt_version }, nodes: byId(after) }));
        for (const selectors of selectState(base, head).values()) {
          expect(selectors.has('modified')).toBe(!selectors.has('unmodified'));
          expect(selectors.has('new')).toBe(!selectors.has('old'));
        }
        for (const [id, selectors] of selectState(base, base)) {
          // A checksum named "none" equals nothing, and before 1.8 semantic models never found their old selves.
          if (id.startsWith('semantic_model.') && /^1\.[67]\./.test(dbt_version)) continue;
          expect([id, ...selectors]).toEqual([id, 'old', 'unmodified']);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('differences between dbt versions', () => {
  const metadata = (dbt_version: string): Json => ({ dbt_version });

  it('a saved query is a candidate from 1.9 on', () => {
    const query = { ...aModel('q'), resource_type: 'saved_query', unique_id: 'saved_query.shop.q' };
    const at = (version: string): DbtProject =>
      toProject(aManifest({ metadata: metadata(version), saved_queries: byId(query) }));
    expect([...selectState(at('1.8.9'), at('1.8.9')).keys()]).toEqual([]);
    expect([...selectState(at('1.9.0'), at('1.9.0')).keys()]).toEqual(['saved_query.shop.q']);
  });

  it.each([
    ['1.10.9', 'varchar(3)', 'varchar(10)', true],
    ['1.11.0', 'varchar(3)', 'varchar(10)', false],
    ['1.11.0', 'int', 'INT ', false],
    ['1.11.0', 'int', 'bigint', true],
  ])('dbt %s: %s → %s breaks a contract: %s', (dbt_version, before, after, breaks) => {
    const contracted = (type: string, checksum: string): DbtProject =>
      toProject(
        aManifest({
          metadata: metadata(dbt_version),
          nodes: byId(
            aModel('m', { contract: { enforced: true, checksum }, columns: { id: { name: 'id', data_type: type } } }),
          ),
        }),
      );
    const context = stateContext(contracted(before, 'x'), contracted(after, 'y'));
    expect(findContractBreaks(context).length > 0).toBe(breaks);
    expect(selected(context.base, context.head, 'modified.contract')).toEqual(['model.shop.m']);
  });

  it('1.12 rewrites in-file values of a base that another version wrote: a literal list differs, a text does not', () => {
    const raw_code = "{{ config(unique_key=['a', 'b'], alias='x') }} select 1";
    const unrendered_config = { unique_key: ['a', 'b'], alias: 'x', materialized: 'table' };
    const at = (dbt_version: string): DbtProject =>
      toProject(
        aManifest({ metadata: metadata(dbt_version), nodes: byId(aModel('m', { raw_code, unrendered_config })) }),
      );
    expect(selected(at('1.11.4'), at('1.12.0'), 'modified.configs')).toEqual(['model.shop.m']);
    expect(selected(at('1.11.4'), at('1.12.0'), 'modified.relation')).toEqual([]);
    expect(selected(at('1.12.0'), at('1.12.0'), 'modified')).toEqual([]);
    expect(selected(at('1.11.4'), at('1.11.5'), 'modified')).toEqual([]);
  });

  it('the metrics of a v9 base are dropped: new, but not modified', () => {
    const metric = { ...aModel('takings'), resource_type: 'metric', unique_id: 'metric.shop.takings' };
    const base = toProject(
      aManifest({
        metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v9.json' },
        metrics: byId(metric),
      }),
    );
    const head = toProject(aManifest({ metrics: byId(metric) }));
    expect(selected(base, head, 'new')).toEqual(['metric.shop.takings']);
    expect(selected(base, head, 'modified')).toEqual([]);
  });

  it.each([
    ['unique_key', ['a', 'b'], ['b', 'a'], true],
    ['tags', ['a', 'b'], ['b', 'a'], false],
  ])('the order of a list in config counts: %s %j → %j: %s', (key, before, after, counts) => {
    const at = (list: readonly string[]): DbtProject => aProject(aModel('m', { unrendered_config: { [key]: list } }));
    expect(selected(at(before), at(after), 'modified')).toEqual(counts ? ['model.shop.m'] : []);
  });

  it('a node that base has disabled is new', () => {
    const base = toProject(aManifest({ disabled: { 'model.shop.m': [aModel('m')] } }));
    expect(selected(base, aProject(aModel('m')), 'new')).toEqual(['model.shop.m']);
  });
});

function sortedSelection(base: DbtProject, head: DbtProject): readonly (readonly string[])[] {
  return [...selectState(base, head)].map(([id, selectors]) => [id, ...[...selectors].sort()]).sort();
}

/** Parents, called macros, refs, sources and tags: of nodes and macros their order tells dbt nothing. */
function shuffleSets(entry: Json, stream: fc.Stream<number>): void {
  const shuffled = (list: unknown): unknown => {
    if (!Array.isArray(list)) return list;
    const ranked = list.map((item: unknown) => ({ item, rank: stream.next().value as number }));
    return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
  };
  for (const key of ['refs', 'sources', 'tags']) if (key in entry) entry[key] = shuffled(entry[key]);
  const dependsOn = entry['depends_on'] as Json | undefined;
  for (const key of ['nodes', 'macros']) if (dependsOn?.[key] !== undefined) dependsOn[key] = shuffled(dependsOn[key]);
}

/** The same JSON with the keys of every object in another order. */
function shuffleKeys(value: unknown, stream: fc.Stream<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffleKeys(item, stream));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, shuffleKeys(item, stream)] as const);
  const ranked = entries.map((entry) => ({ entry, rank: stream.next().value as number }));
  return Object.fromEntries(ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry));
}
