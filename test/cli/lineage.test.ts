import { afterAll, describe, expect, it } from '@jest/globals';
import { shop } from '../support/review-ports.ts';
import { aFolder, demo, runCli } from '../support/run-cli.ts';

const folder = aFolder();
afterAll(() => {
  folder.remove();
});

describe('weirkeeper lineage', () => {
  it('prints one JSON line a model column, in order, with the contract’s fields', async () => {
    const manifest = folder.write('manifest.json', shop('select 1 as id, 2 as amount'));
    const told = await runCli('lineage', '--manifest', manifest, '--format', 'json');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out.split('\n').map((line) => (line === '' ? null : (JSON.parse(line) as unknown)))).toEqual([
      { unique_id: 'model.shop.orders', column: 'id', sources: [], rowset: [] },
      { unique_id: 'model.shop.orders', column: 'amount', sources: [], rowset: [] },
      {
        unique_id: 'model.shop.revenue',
        column: 'total',
        sources: [{ unique_id: 'model.shop.orders', column: 'id', transformation: 'aggregate' }],
        rowset: [],
      },
      null,
    ]);
  });

  it('names sources and row sets of the demo by the contract’s fields alone', async () => {
    const files = ['--manifest', `${demo('base')}/manifest.json.gz`, '--catalog', `${demo('base')}/catalog.json.gz`];
    const told = await runCli('lineage', ...files);
    expect(told).toMatchObject({ code: 0, err: '' });
    const lines = told.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<'sources' | 'rowset', object[]>);
    const shapes = (items: readonly object[]): readonly string[] => [
      ...new Set(items.map((item) => Object.keys(item).join())),
    ];
    expect(shapes(lines)).toEqual(['unique_id,column,sources,rowset']);
    expect(shapes(lines.flatMap(({ sources }) => sources))).toEqual(['unique_id,column,transformation']);
    expect(shapes(lines.flatMap(({ rowset }) => rowset))).toEqual(['unique_id,column,clause']);
    expect(lines.length).toBeGreaterThan(100);
  });

  it('names models whose columns it cannot tell, and why, on standard error', async () => {
    const bare = shop('select 1 as id');
    delete bare['nodes']['model.shop.orders'].compiled_code;
    const told = await runCli('lineage', '--manifest', folder.write('bare.json', bare));
    expect(told.code).toBe(0);
    expect(told.err).toMatch(/^weirkeeper: model\.shop\.orders: .*dbt compile/);
  });

  it.each([
    [
      '2: a manifest cut off',
      2,
      folder.write('cut.json', '{"metadata":'),
      /cut\.json ends in the middle, at line 1, column 13; upload/,
    ],
    ['2: no manifest', 2, folder.write('other.json', '{}'), /other\.json is not a dbt manifest.*; upload/],
    [
      '3: no such file',
      3,
      folder.path('absent.json'),
      /absent\.json: there is no such file.*; check the path after --manifest/,
    ],
  ])('exits %s', async (_case, code, path, message) => {
    const told = await runCli('lineage', '--manifest', path);
    expect(told).toMatchObject({ code, out: '' });
    expect(told.err).toMatch(message);
  });
});
