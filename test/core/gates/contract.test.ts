import { describe, expect, it } from '@jest/globals';
import type { Change } from '#core/change';
import { gates } from '#core/gates';
import { changeOf, foundBy, judge } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, aProject, byId, readStateFixture, toProject } from '../../support/manifests.ts';

const contract = gates.find(({ id }) => id === 'contract')!;
const fixture = readStateFixture('1.12');
const ferry = toProject(fixture.base);
const ferryAfter = (name: string): Change => changeOf(ferry, toProject(fixture.cases.get(name)!.head));
const found = (change: Change): readonly string[] => foundBy(judge(contract, change));

describe('the gate contract', () => {
  it.each([
    ['contract column removed', 'column pier_name removed'],
    ['contract constraint removed', 'constraint not_null of column pier_id removed'],
  ])('blocks a broken contract of a model without versions: %s', (name, items) => {
    const result = judge(contract, ferryAfter(name));
    expect(foundBy(result)).toEqual(['contract-broken model.ferry.dim_piers']);
    expect(result.outcome === 'failed' && result.findings[0]).toMatchObject({ basis: 'proven', data: { items } });
    expect(result.outcome === 'failed' && result.findings[0].downstream).toContain('exposure.ferry.board');
    expect(contract.messages['contract-broken']?.cost).toBe('block');
  });

  it.each(['contract column wider', 'contract column added'])(
    'lets a contract change that breaks nobody pass: %s',
    (name) => {
      expect(judge(contract, ferryAfter(name)).outcome).toBe('passed');
    },
  );

  it('blocks a contract whose model is gone, unless it was past its deprecation date', () => {
    const contracted = (date: string | null): Json =>
      aModel('m', { contract: { enforced: true, checksum: 'x' }, deprecation_date: date });
    expect(found(changeOf(aProject(contracted(null)), aProject()))).toEqual(['contract-broken model.shop.m']);
    expect(found(changeOf(aProject(contracted('2026-04-01')), aProject()))).toEqual(['contract-broken model.shop.m']);
    expect(found(changeOf(aProject(contracted('2026-02-01')), aProject()))).toEqual([]);
  });

  it.each([
    ['duckdb', 'int', 'integer', 'contract-retyped-alias'],
    ['snowflake', 'string', 'text', 'contract-retyped-alias'],
    ['postgres', 'int', 'bigint', 'contract-broken'],
    ['bigquery', 'int64', 'bigint', 'contract-broken'],
    ['postgres', 'varchar(10)', 'text', 'contract-broken'],
  ])('knows what %s takes %s and %s for', (adapter, before, after, expected) => {
    const typed = (data_type: string): Json =>
      aManifest({
        metadata: { adapter_type: adapter },
        nodes: byId(
          aModel('m', {
            contract: { enforced: true, checksum: data_type },
            columns: { id: { name: 'id', data_type } },
          }),
        ),
      });
    expect(found(changeOf(toProject(typed(before)), toProject(typed(after))))).toEqual([`${expected} model.shop.m`]);
  });

  it('does not apply where nothing is contracted', () => {
    const change = changeOf(aProject(aModel('m')), aProject(aModel('m')));
    const input = {
      change,
      assistance: { level: 'unknown', evidence: [], tools: [], note: null },
      depth: 'standard',
      settled: [],
      options: {},
    } as const;
    expect(contract.appliesTo(input)).toMatchObject({ code: 'no-contract' });
  });
});
