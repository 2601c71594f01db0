import { describe, expect, it } from '@jest/globals';
import type { DbtProject } from '#core/dbt';
import { ancestorsOf, childrenOf, consumersOf, descendantsOf, ownerOf } from '#core/dbt';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, toProject } from '../../support/manifests.ts';

const on = (...nodes: readonly string[]): Json => ({ depends_on: { nodes, macros: [] } });
const shop: DbtProject = toProject(
  aManifest({
    nodes: byId(
      aModel('z_stage'),
      aModel('b', on('model.shop.z_stage', 'model.shop.z_stage')),
      aModel('a', on('model.shop.z_stage', 'model.shop.gone')),
      aModel('end', { ...on('model.shop.a', 'model.shop.b'), group: 'finance' }),
      aModel('loop', on('model.shop.loop')),
      aModel('t', { ...on('model.shop.a'), resource_type: 'test', unique_id: 'test.shop.t' }),
    ),
    exposures: byId(
      aModel('board', {
        ...on('model.shop.end'),
        resource_type: 'exposure',
        unique_id: 'exposure.shop.board',
        owner: { email: ['a@shop.example', 'b@shop.example'] },
      }),
    ),
    groups: { 'group.shop.finance': { name: 'finance', owner: { name: 'Finance', email: 'f@shop.example' } } },
  }),
);
const children = childrenOf(shop);
const node = (id: string): never => shop.nodes.get(id as never) as never;

describe('the graph of a project', () => {
  it('has direct children, each once, without tests, ordered', () => {
    expect(children.get('model.shop.z_stage' as never)).toEqual(['model.shop.a', 'model.shop.b']);
    expect(children.get('model.shop.a' as never)).toEqual(['model.shop.end']);
    expect(children.get('model.shop.gone' as never)).toEqual(['model.shop.a']);
  });

  it('reaches downstream and upstream, nearest first', () => {
    expect(descendantsOf(children, 'model.shop.z_stage' as never)).toEqual([
      'model.shop.a',
      'model.shop.b',
      'model.shop.end',
      'exposure.shop.board',
    ]);
    expect(ancestorsOf(shop, 'exposure.shop.board' as never)).toEqual([
      'model.shop.end',
      'model.shop.a',
      'model.shop.b',
      'model.shop.z_stage',
    ]);
    expect(consumersOf(shop, children, 'model.shop.b' as never)).toEqual(['exposure.shop.board']);
  });

  it('ends on a loop, which only a forged manifest has', () => {
    expect(descendantsOf(children, 'model.shop.loop' as never)).toEqual([]);
  });

  it('names an owner: of an exposure its own, of a model its group', () => {
    expect(ownerOf(node('exposure.shop.board'), shop)).toEqual({
      name: null,
      email: ['a@shop.example', 'b@shop.example'],
    });
    expect(ownerOf(node('model.shop.end'), shop)).toEqual({ name: 'Finance', email: ['f@shop.example'] });
    expect(ownerOf(node('model.shop.a'), shop)).toBeNull();
  });
});
