import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { demo, runCli } from '../support/run-cli.ts';

const sides = ['--base', demo('base'), '--head', demo('pr-1')];

describe('weirkeeper state', () => {
  it('prints what state:modified selects, by unique_id', async () => {
    const told = await runCli('state', ...sides, '--indirect-selection', 'empty');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out.trim().split('\n')).toEqual([
      'model.cinderhouse.fct_bookings',
      'model.cinderhouse.met_studio_revenue_daily',
      'test.cinderhouse.not_negative_met_studio_revenue_daily_disputed_charges.321e544f06',
    ]);
  });

  it('tells selectors and causes as JSON, of several expressions and without what is excluded', async () => {
    const selection = ['--select', 'state:modified', 'dim_kilns', '--exclude', 'resource_type:test'];
    const told = await runCli('state', ...sides, ...selection, '--exclude', 'met_*', '--format', 'json');
    const { nodes } = JSON.parse(told.out) as { readonly nodes: readonly Record<string, unknown>[] };
    expect(nodes.map((node) => node['unique_id'])).toContain('model.cinderhouse.fct_bookings');
    const changed = nodes.find((node) => node['unique_id'] === 'model.cinderhouse.fct_bookings');
    expect(changed).toMatchObject({
      selectors: ['state:modified', 'state:modified.body', 'state:modified.contract', 'state:old'],
      causes: expect.arrayContaining([{ kind: 'body', text: 'edited' }]),
    });
    expect(nodes.find((node) => node['unique_id'] === 'model.cinderhouse.dim_kilns')).toMatchObject({
      selectors: ['state:old', 'state:unmodified'],
      causes: [],
    });
  });

  it.each([
    [['--select', 'stat:modified'], 'there is no selection method "stat"; write state:… if that is what you mean'],
    [
      ['--select', 'state:modified', 'state:changed'],
      'column 16): there is no state "changed"; use one of new, old, modified',
    ],
    [['--select', 'state:modified+1+'], 'there is no state "modified+1"'],
    [['--select', '@state:modified+'], '"@" before and "+" after a criterion cannot stand together'],
    [['--select', 'resource_type:modle'], 'model is the nearest'],
    [['--select', 'selector:nightly'], 'the method needs selectors.yml, which is not read here; ask dbt'],
    [['--select', 'source_status:fresher'], 'the method needs sources.json'],
    [['--engine', '1.3'], '--engine 1.3: there is no such dbt here; known are 1.5 to 1.12'],
    [['--engine', 'newest'], 'there is no such dbt here'],
  ])('refuses %s', async (flags, text) => {
    const told = await runCli('state', ...sides, ...flags);
    expect(told).toMatchObject({ code: 3, out: '' });
    expect(told.err).toContain(text);
  });

  it.each([
    'tag:daily',
    'path:models',
    'file:fct_bookings.sql',
    'resource_type:model',
    'config.materialized:table',
    'fqn:cinderhouse.*',
    'package:this',
    'source:*',
    'exposure:*',
    'metric:*',
    'semantic_model:*',
    'saved_query:*',
    'group:*',
    'access:public',
    'test_name:unique',
    'test_type:generic',
    'unit_test:*',
    'version:none',
    'result:success',
    'state:new',
    '1+fct_bookings+1',
    '@fct_bookings',
  ])('follows %s, prints ids alone, sorted', async (expression) => {
    const told = await runCli('state', ...sides, '--select', expression);
    expect(told).toMatchObject({ code: 0, err: '' });
    const ids = told.out.split('\n').filter((line) => line !== '');
    expect(ids.every((id) => /^[a-z_]+\.\w+\.\S+$/.test(id))).toBe(true);
    expect(ids).toEqual([...ids].sort());
  });

  it('follows another dbt than the one that wrote head', async () => {
    for (const engine of ['1.5', '1.8.3', '1.12', '2', '2.0.0-preview.196']) {
      const told = await runCli('state', ...sides, '--engine', engine, '--indirect-selection', 'empty');
      expect([engine, told.code, told.out.includes('model.cinderhouse.fct_bookings')]).toEqual([engine, 0, true]);
    }
  });

  it('names the path where nothing is, and the versions that are known where a manifest is of none', async () => {
    const missing = await runCli('state', '--base', '/nowhere', '--head', demo('pr-1'));
    expect(missing).toMatchObject({ code: 3, out: '', err: expect.stringContaining('/nowhere') });
    const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-state-'));
    const path = join(folder, 'manifest.json');
    const schema = 'https://schemas.getdbt.com/dbt/manifest/v20.json';
    writeFileSync(path, JSON.stringify({ metadata: { dbt_schema_version: schema }, nodes: {} }));
    const unknown = await runCli('state', '--base', folder, '--head', demo('pr-1'));
    rmSync(folder, { recursive: true });
    expect(unknown).toMatchObject({ code: 3, out: '' });
    expect(unknown.err).toContain('v20, an early beta of dbt Fusion; v4 to v12 are supported');
  });
});
