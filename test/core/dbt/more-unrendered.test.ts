import { describe, expect, it } from '@jest/globals';
import { inferMoreUnrendered } from '#core/dbt';
import { runResultsOf } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, readStateFixture, toProject } from '../../support/manifests.ts';

const raw_code =
  "{# config(alias='no') #} {{ config(alias='x_' ~ target.name, tags=['a, b)'], enabled=true) }} select 1";

function inferred(dbt_version: string, unrendered_config: Json, parts: Json = {}): string {
  const nodes = byId(aModel('m', { raw_code, unrendered_config, ...parts }));
  const { on, from } = inferMoreUnrendered(toProject(aManifest({ metadata: { dbt_version }, nodes })), null);
  return `${on ? 'on' : 'off'} by ${from}`;
}

describe('state_modified_compare_more_unrendered_values', () => {
  it.each([
    ['1.12.0', { alias: "'x_' ~ target.name" }, 'on by manifest'],
    ['1.12.0', { alias: 'x_prod' }, 'off by manifest'],
    ['1.11.2', { alias: "Keyword(key='alias', value=Concat(nodes=[]))" }, 'on by manifest'],
    ['1.11.2', { tags: ['a, b)'] }, 'off by version'],
    ['1.12.0', {}, 'on by version'],
    ['1.12.0rc1', {}, 'off by version'],
    ['1.12.0rc2', {}, 'on by version'],
    ['1.8.4', { alias: "'x_' ~ target.name" }, 'off by version'],
    ['2.0.0-beta.1', {}, 'on by version'],
    ['2025.3.1+abc', {}, 'off by version'],
  ])('dbt %s with %j: %s', (version, config, expected) => {
    expect(inferred(version, config)).toBe(expected);
  });

  it('does not let a package say no: the root project may have overwritten its value', () => {
    expect(inferred('1.12.0', { alias: 'x_prod' }, { package_name: 'other' })).toBe('on by version');
  });

  it('is told by run results', () => {
    const runResults = { ...runResultsOf('build', {}), args: { state_modified_compare_more_unrendered_values: false } };
    expect(inferMoreUnrendered(toProject(aManifest()), runResults)).toEqual({ on: false, from: 'run-results' });
  });

  it('is seen in what real dbt wrote', () => {
    const seen = ['1.10', '1.12'].map((minor) => inferMoreUnrendered(toProject(readStateFixture(minor).base), null));
    expect(seen).toEqual([
      { on: false, from: 'manifest' },
      { on: true, from: 'manifest' },
    ]);
  });
});
