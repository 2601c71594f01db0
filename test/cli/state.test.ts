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
    [['--engine', '1.3'], '--engine 1.3: there is no such dbt here; known are 1.5 to 1.12'],
    [['--engine', 'newest'], 'there is no such dbt here'],
  ])('refuses %s', async (flags, text) => {
    const told = await runCli('state', ...sides, ...flags);
    expect(told).toMatchObject({ code: 3, out: '' });
    expect(told.err).toContain(text);
  });
});
