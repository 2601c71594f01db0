import { describe, expect, it } from '@jest/globals';
import { parseCatalog } from '#core/dbt';
import { valueOf } from '../../support/manifests.ts';

const metadata = { dbt_schema_version: 'https://schemas.getdbt.com/dbt/catalog/v1.json' };

describe('a catalog', () => {
  it('gives the columns of each relation in the order of the warehouse', () => {
    const catalog = valueOf(
      parseCatalog(
        JSON.stringify({
          metadata,
          nodes: {
            'model.shop.orders': {
              columns: { B: { type: 'TEXT', index: 2, name: 'B' }, A: { type: 'INT', index: 1, name: 'A' } },
              stats: { rows: { id: 'rows', value: 12, include: true }, has_stats: { id: 'has_stats', value: true } },
            },
          },
          sources: { 'source.shop.raw.orders': { columns: {}, stats: null } },
          errors: null,
        }),
        'catalog.json',
      ),
    );
    expect(catalog.get('model.shop.orders' as never)).toEqual({
      uniqueId: 'model.shop.orders',
      columns: [
        { name: 'A', type: 'INT' },
        { name: 'B', type: 'TEXT' },
      ],
      stats: { rows: 12, has_stats: true },
    });
    expect(catalog.get('source.shop.raw.orders' as never)?.columns).toEqual([]);
  });

  it.each([
    ['{', 'artifact-truncated', 'catalog.json ends in the middle'],
    [
      '{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"}}',
      'not-a-catalog',
      'is a dbt manifest',
    ],
    [
      '{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v2.json"}}',
      'catalog-version-unknown',
      'v2; v1 is supported',
    ],
    [
      JSON.stringify({ metadata, nodes: { x: { columns: [] } } }),
      'catalog-malformed',
      'nodes.x.columns should be an object but is a list',
    ],
  ])('%s is refused', (text, code, words) => {
    const parsed = parseCatalog(text, 'catalog.json');
    expect(parsed.ok ? null : parsed.reason.code).toBe(code);
    expect(parsed.ok ? '' : parsed.reason.text).toContain(words);
  });
});
