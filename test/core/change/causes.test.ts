import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findModified } from '#core/change';
import { selectState } from '#core/dbt';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, toProject } from '../../support/manifests.ts';

const versions = [
  '1.5.0',
  '1.6.0',
  '1.6.2',
  '1.7.1',
  '1.8.3',
  '1.9.1',
  '1.9.4',
  '1.10.1',
  '1.11.0',
  '1.11.9',
  '1.12.0',
  '2.0.0',
];
const types = [
  ...(['model', 'seed', 'snapshot', 'analysis', 'test', 'source', 'exposure', 'metric', 'semantic_model'] as const),
  ...(['saved_query', 'unit_test', 'function'] as const),
];
const scalar = fc.constantFrom(null, 'a', 'b');
const list = fc.constantFrom([], ['a'], ['b', 'a']);

/** An entry with some of the fields of every type: which of them count is for the version and the type to say. */
const parts = fc.record(
  {
    raw_code: fc.constantFrom('select 1', 'select  1', 'select 2'),
    checksum: fc.constantFrom({ name: 'sha256', checksum: 'a' }, { name: 'sha256', checksum: 'b' }),
    unrendered_config: fc.dictionary(fc.constantFrom('alias', 'schema', 'tags', 'group', 'where', 'meta'), scalar),
    config: fc.record({
      persist_docs: fc.constant({ relation: true, columns: true }),
      group: scalar,
      enabled: fc.constant(true),
    }),
    fqn: fc.constantFrom(['shop', 'm'], ['shop', 'marts', 'm']),
    description: fc.constantFrom('a', 'a ', 'b'),
    columns: fc.constantFrom({}, { id: { name: 'id', description: 'x' } }),
    contract: fc.record({ enforced: fc.boolean(), checksum: fc.constantFrom('x', 'y') }),
    latest_version: fc.constantFrom(null, 1, '1', 2),
    deprecation_date: fc.constantFrom(null, '2027-01-01', '2027-01-01T00:00:00+02:00'),
    depends_on: fc.record({ nodes: list, macros: fc.constantFrom([], ['macro.shop.x'], ['macro.shop.y']) }),
    test_metadata: fc.constantFrom(null, { name: 'unique', kwargs: {} }),
    owner: fc.constantFrom({}, { name: 'a' }, { name: 'b' }),
    query_params: fc.record({ metrics: list, where: scalar }, { requiredKeys: [] }),
    exports: fc.constantFrom(
      [],
      [{ name: 'e', unrendered_config: { alias: 'a' } }],
      [{ name: 'e', config: { alias: 'a' } }],
    ),
    overloads: fc.constantFrom([], [{ defined_in: 'a', description: 'x' }], [{ defined_in: 'a', description: 'y' }]),
    ...Object.fromEntries(
      (['type', 'label', 'maturity', 'url', 'loader', 'freshness', 'external', 'quoting', 'group'] as const).map(
        (key) => [key, scalar],
      ),
    ),
    ...Object.fromEntries(
      (['model', 'defaults', 'entities', 'dimensions', 'measures', 'arguments', 'returns', 'tags'] as const).map(
        (key) => [key, list.map((items) => (key === 'model' ? (items[0] ?? null) : items))],
      ),
    ),
  },
  { requiredKeys: [] },
);

const macros = fc.constantFrom<Json>(
  {},
  { 'macro.shop.x': { macro_sql: 'one', depends_on: { macros: ['macro.shop.y'] } } },
  {
    'macro.shop.x': { macro_sql: 'one', depends_on: { macros: ['macro.shop.y'] } },
    'macro.shop.y': { macro_sql: 'a' },
  },
  { 'macro.shop.x': { macro_sql: 'one ', depends_on: { macros: [] } }, 'macro.shop.y': { macro_sql: 'b' } },
);

describe('the causes of a node', () => {
  it('are none where dbt does not select it, and at least one where it does, in every version', () => {
    const side = fc.record({ parts, macros, isThere: fc.integer({ min: 0, max: 7 }) });
    const modified = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...versions),
        fc.constantFrom(...types),
        side,
        side,
        (version, type, before, after) => {
          const at = (
            { parts: own, macros: known }: { readonly parts: Json; readonly macros: Json },
            isThere: boolean,
          ) =>
            toProject(
              aManifest({
                metadata: { dbt_version: version },
                macros: known,
                nodes: isThere ? byId(aModel('m', { ...own, resource_type: type, unique_id: `${type}.shop.m` })) : {},
              }),
            );
          const [base, head] = [at(before, before.isThere > 0), at(after, true)];
          const found = findModified(base, head);
          const told = [...found.modified, ...found.alsoModified];
          for (const [id, selectors] of selectState(base, head)) {
            const causes = told.find(({ uniqueId }) => uniqueId === id)?.causes ?? [];
            if (causes.length > 0) modified.add(`${type} ${version}`);
            expect([id, causes.length > 0]).toEqual([id, selectors.has('modified')]);
            expect(causes.every(({ text }) => text.trim() !== '' && !text.includes('\n'))).toBe(true);
          }
        },
      ),
      { numRuns: 1500, seed: 7 },
    );
    // The property says nothing of what never differs.
    expect(modified.size).toBeGreaterThan(types.length * 8);
  });

  const of = (version: string, type: string, before: Json, after: Json): readonly string[] => {
    const at = (own: Json) =>
      toProject(
        aManifest({
          metadata: { dbt_version: version },
          nodes: byId(aModel('m', { ...own, resource_type: type, unique_id: `${type}.shop.m` })),
        }),
      );
    const { modified, alsoModified } = findModified(at(before), at(after));
    return [...modified, ...alsoModified].flatMap(({ causes }) => causes.map(({ text }) => text));
  };

  const values: Json = { tags: ['y'], group: 'fin', arguments: ['y'], overloads: [{ arguments: ['y'] }] };
  it.each([
    ['saved_query', 'tags', '1.9.4', '1.10.0'],
    ['semantic_model', 'group', '1.6.9', '1.7.0'],
    ['function', 'arguments', '1.11.8', '1.11.9'],
    ['function', 'overloads', '1.11.9', '1.12.0'],
  ])('of a %s name its %s only in a dbt that compares it: not %s, but %s', (type, field, without, withIt) => {
    const [before, after] = [{ label: 'x' }, { label: 'x', [field]: values[field] }];
    expect(of(without, type, before, after)).toEqual([]);
    // Before 1.8 a semantic model never finds its previous self, so there nothing of it is ever named.
    expect(of(type === 'semantic_model' ? '1.8.0' : withIt, type, before, after)).toEqual([field]);
  });

  it('of a saved query name the part of its parameters that differs, and nothing of what dbt does not compare', () => {
    const query = (where: string, limit: number): Json => ({ query_params: { where, limit, metrics: ['m'] } });
    expect(of('1.12.0', 'saved_query', query('a', 1), query('b', 2))).toEqual(['where: a → b']);
    expect(of('1.12.0', 'saved_query', query('a', 1), query('a', 2))).toEqual([]);
  });

  it('of a test do not speak of what only a part of `modified` looks at', () => {
    const generic = { test_metadata: { name: 'unique', kwargs: {} } };
    const [before, after] = [
      { ...generic, raw_code: 'a' },
      { ...generic, raw_code: 'b', unrendered_config: { schema: 'x', where: '1' } },
    ];
    expect(of('1.12.0', 'test', before, after)).toEqual(['config where: unset → 1']);
  });
});
