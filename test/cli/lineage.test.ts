import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { shop } from '../support/review-ports.ts';
import { aFolder, demo, runCli } from '../support/run-cli.ts';

/** OpenLineage's JobEvent with ColumnLineageDatasetFacet 1-2-0, and nothing else. */
const transformation = z.union([
  z.strictObject({ type: z.literal('DIRECT'), subtype: z.enum(['IDENTITY', 'TRANSFORMATION', 'AGGREGATION']) }),
  z.strictObject({
    type: z.literal('INDIRECT'),
    subtype: z.enum(['JOIN', 'GROUP_BY', 'FILTER', 'SORT', 'WINDOW', 'CONDITIONAL']),
  }),
]);
const dataset = { namespace: z.literal('duckdb://prod'), name: z.string().min(1) };
const inputField = z.strictObject({ ...dataset, field: z.string(), transformations: z.array(transformation).min(1) });
const columnLineageFacet = z.strictObject({
  _producer: z.url(),
  _schemaURL: z.string().startsWith('https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json'),
  fields: z.record(z.string(), z.strictObject({ inputFields: z.array(inputField) })),
  dataset: z.array(inputField),
});
const openLineageEvent = z.strictObject({
  eventTime: z.iso.datetime(),
  producer: z.url(),
  schemaURL: z.string().endsWith('#/$defs/JobEvent'),
  job: z.strictObject({ namespace: z.string(), name: z.string() }),
  inputs: z.array(z.strictObject(dataset)),
  outputs: z.tuple([z.strictObject({ ...dataset, facets: z.strictObject({ columnLineage: columnLineageFacet }) })]),
});

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

  const base = ['--manifest', `${demo('base')}/manifest.json.gz`, '--catalog', `${demo('base')}/catalog.json.gz`];

  it('draws the tree of one column, up and down', async () => {
    const manifest = folder.write('tree.json', shop('select 1 as id, 2 as amount'));
    const up = await runCli('lineage', '--manifest', manifest, '--column', 'revenue.total');
    expect(up).toMatchObject({ code: 0, out: 'revenue.total\n└─ orders.id [aggregate]\n' });
    const down = await runCli('lineage', '--manifest', manifest, '--column', 'orders.id', '--downstream');
    expect(down).toMatchObject({ code: 0, out: 'orders.id\n└─ revenue.total [aggregate]\n' });
    const cut = await runCli(
      'lineage',
      '--manifest',
      manifest,
      '--column',
      'orders.id',
      '--downstream',
      '--depth',
      '0',
    );
    expect(cut.out).toBe('orders.id … (deeper than --depth)\n');
  });

  it('tells rows apart from values, as text and as JSON', async () => {
    const asked = ['--column', 'dim_members.member_id', '--downstream', '--depth', '1'];
    const text = await runCli('lineage', ...base, ...asked);
    expect(text.out).toContain('moves rows of campaign_audience (join), met_member_activity_monthly (join)');
    const json = JSON.parse((await runCli('lineage', ...base, ...asked, '--format', 'json')).out) as object;
    expect(json).toMatchObject({ unique_id: 'model.cinderhouse.dim_members', column: 'member_id', type: 'integer' });
    expect(json).toMatchObject({ rows: expect.arrayContaining([expect.objectContaining({ clause: 'join' })]) });
  });

  it.each([
    ['dim_memberz.member_id', /no model.* is called dim_memberz; did you mean dim_members\?/],
    ['dim_members.member_di', /model\.cinderhouse\.dim_members has no column member_di; did you mean member_id\?/],
    ['member_id', /is not model\.column/],
  ])('names the nearest real one for %s', async (column, message) => {
    const told = await runCli('lineage', ...base, '--column', column);
    expect(told).toMatchObject({ code: 2, out: '' });
    expect(told.err).toMatch(message);
  });

  it('exports OpenLineage events in the shape of its column-lineage facet', async () => {
    const told = await runCli('lineage', ...base, '--format', 'openlineage', '--namespace', 'duckdb://prod');
    const events = told.out
      .trim()
      .split('\n')
      .map((line) => openLineageEvent.parse(JSON.parse(line)));
    expect(events.length).toBeGreaterThan(20);
    const kinds = events.flatMap(({ outputs }) =>
      Object.values(outputs[0].facets.columnLineage.fields).flatMap(({ inputFields }) =>
        inputFields.flatMap(({ transformations }) => transformations.map(({ subtype }) => subtype)),
      ),
    );
    expect(new Set(kinds)).toEqual(new Set(['IDENTITY', 'TRANSFORMATION', 'AGGREGATION', 'CONDITIONAL', 'WINDOW']));
  });

  it('names models whose columns it cannot tell, and why, on standard error', async () => {
    const bare = shop('select 1 as id');
    delete bare['nodes']['model.shop.orders'].compiled_code;
    Object.assign(bare['nodes']['model.shop.orders'], { raw_code: 'select {{ 1 ' });
    const told = await runCli('lineage', '--manifest', folder.write('bare.json', bare));
    expect(told.code).toBe(0);
    expect(told.err).toMatch(/^weirkeeper: model\.shop\.orders: .*dbt compile/m);
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
