import { describe, expect, it } from '@jest/globals';
import { parseManifest } from '#core/dbt';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, readStateFixture, toProject } from '../../support/manifests.ts';
import { dice, faultOf, mutate } from '../../support/mutations.ts';

const fixture = readStateFixture('1.12');
const whole = toProject(fixture.base);

describe('a broken manifest', () => {
  // The 10,000 are in `npm run conformance:mutations`.
  it('is refused with its place or read, in 300 random ways', () => {
    const roll = dice(20260301);
    const faults = Array.from({ length: 300 }, () => mutate(fixture.base, roll)).flatMap((mutation) => {
      const fault = faultOf(mutation, whole);
      return fault === null ? [] : [`${mutation.what}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  const loop = (parents: readonly string[]): Json => ({ depends_on: { nodes: parents, macros: [null] } });
  it.each([
    ['a cycle', byId(aModel('a', loop(['model.shop.b'])), aModel('b', loop(['model.shop.a'])))],
    ['a node that is its own parent', byId(aModel('a', loop(['model.shop.a'])))],
    ['a parent that is not there', byId(aModel('a', loop(['model.shop.gone'])))],
    ['an id under another key', { 'model.shop.b': aModel('a') }],
  ])('with %s is read', (_, nodes) => {
    expect(faultOf({ what: '', text: JSON.stringify(aManifest({ nodes })) }, whole)).toBeNull();
  });

  it.each([
    ['nodes["model.shop.a"] should be an object but is null', { nodes: { 'model.shop.a': null } }],
    ['nodes["model.shop.a"].depends_on should be an object', { nodes: byId(aModel('a', { depends_on: [] })) }],
    ['nodes should be an object but is a list', { nodes: [] }],
    [
      'nodes["model.shop.a"].depends_on.nodes should be a list but is an object',
      { nodes: byId(aModel('a', { depends_on: { nodes: {}, macros: [] } })) },
    ],
    ['nodes["model.shop.a"].columns.id should be an object', { nodes: byId(aModel('a', { columns: { id: null } })) }],
    ['nodes["model.shop.a"].raw_code should be text', { nodes: byId(aModel('a', { raw_code: ['select 1'] })) }],
    ['disabled["model.shop.a"][0] should be an object but is null', { disabled: { 'model.shop.a': [null] } }],
    ['macros["macro.shop.m"] should be an object but is null', { macros: { 'macro.shop.m': null } }],
  ])('says %s', (text, parts) => {
    const parsed = parseManifest(JSON.stringify(aManifest(parts)), 'manifest.json');
    expect(parsed.ok ? '' : parsed.reason.text).toContain(text);
  });
});
