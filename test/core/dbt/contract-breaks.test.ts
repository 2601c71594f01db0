import { describe, expect, it } from '@jest/globals';
import type { DbtProject } from '#core/dbt';
import { createSelector, findContractBreaks, stateContext } from '#core/dbt';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, toProject } from '../../support/manifests.ts';

const columns = (...types: readonly string[]): Json =>
  Object.fromEntries(types.map((data_type, at) => [`c${at}`, { name: `c${at}`, data_type }]));

function contracted(checksum: string, parts: Json = {}): Json {
  return aModel('m', { contract: { enforced: true, checksum }, columns: columns('int'), ...parts });
}

interface Written {
  readonly dbt: string;
  readonly adapter?: string;
  readonly disabled?: readonly Json[];
}

function project(model: Json | null, { dbt, adapter = 'postgres', disabled }: Written): DbtProject {
  return toProject(
    aManifest({
      metadata: { dbt_version: dbt, adapter_type: adapter },
      nodes: model === null ? {} : byId(model),
      ...(disabled === undefined ? {} : { disabled: { 'model.shop.m': disabled } }),
    }),
  );
}

function breaks(before: Json, after: Json | null, written: Written): readonly string[] {
  const context = stateContext(project(before, { ...written, disabled: [] }), project(after, written));
  return findContractBreaks(context).flatMap(({ stopsDbt, items }) =>
    items.map(({ text }) => `${stopsDbt ? 'stops' : 'warns'}: ${text}`),
  );
}

const notNull = { type: 'not_null', name: null };
const check = { type: 'check', expression: 'c0 > 0' };
const constrained = (constraint: Json): Json => ({
  columns: { c0: { name: 'c0', data_type: 'int', constraints: [constraint] } },
});
const table = { config: { materialized: 'table' } };

describe('an enforced contract', () => {
  it.each<[string, Json, Json, string]>([
    ['a column gone', { columns: columns('int', 'text') }, {}, 'column c1 removed'],
    ['a column of another type', {}, { columns: columns('text') }, 'column c0 int → text'],
    ['it no longer enforced', {}, { contract: { enforced: false } }, 'contract no longer enforced'],
  ])('is broken by %s, in every version', (_, before, after, text) => {
    for (const [dbt, how] of [
      ['1.5.0', 'stops'],
      ['1.6.9', 'stops'],
      ['1.7.0', 'warns'],
      ['1.12.0', 'warns'],
      ['2.0.0', 'warns'],
    ]) {
      expect([dbt, ...breaks(contracted('x', before), contracted('y', after), { dbt: dbt! })]).toEqual([
        dbt,
        `${how}: ${text}`,
      ]);
    }
  });

  it.each([
    ['a column more', { columns: columns('int', 'text') }],
    ['a constraint more', { ...constrained(notNull), ...table }],
    ['another description', { description: 'new' }],
  ])('is not broken by %s', (_, after) => {
    for (const dbt of ['1.5.0', '1.12.0', '2.0.0'])
      expect(breaks(contracted('x', table), contracted('y', after), { dbt })).toEqual([]);
  });

  it('is broken by a constraint that is gone since 1.6, of tables, where the adapter enforces it', () => {
    const gone = (constraint: Json, written: Written, kind: Json = table): readonly string[] =>
      breaks(contracted('x', { ...constrained(constraint), ...kind }), contracted('y', kind), written);
    expect(gone(notNull, { dbt: '1.5.9' })).toEqual([]);
    expect(gone(notNull, { dbt: '1.7.0' })).toEqual(['warns: constraint not_null of column c0 removed']);
    expect(gone(notNull, { dbt: '1.7.0' }, { config: { materialized: 'view' } })).toEqual([]);
    expect(gone(check, { dbt: '1.7.0' })).toEqual(['warns: constraint check of column c0 removed']);
    expect(gone(check, { dbt: '1.7.0', adapter: 'snowflake' })).toEqual([]);
    expect(gone(notNull, { dbt: '1.7.0', adapter: 'spark' })).toEqual([]);
    const ofModel = contracted('x', { constraints: [check], ...table });
    expect(breaks(ofModel, contracted('y', table), { dbt: '1.8.0' })).toEqual([
      'warns: constraint check of the model removed',
    ]);
  });

  it('is broken by a table that becomes a view since 1.6, where it had constraints', () => {
    const become = (dbt: string, parts: Json): readonly string[] =>
      breaks(contracted('x', { ...parts, ...table }), contracted('y', { ...parts, config: { materialized: 'view' } }), {
        dbt,
      });
    expect(become('1.8.0', constrained(notNull))).toEqual([
      'warns: materialized table → view, which enforces no constraints',
    ]);
    expect(become('1.8.0', {})).toEqual([]);
    expect(become('1.5.0', constrained(notNull))).toEqual([]);
  });

  it('is broken by a model that is gone or disabled since 1.9, before its deprecation date', () => {
    const gone = (dbt: string, date: string | null, disabled?: readonly Json[]): readonly string[] =>
      breaks(contracted('x', { deprecation_date: date }), null, {
        dbt,
        ...(disabled === undefined ? {} : { disabled }),
      });
    expect(gone('1.8.9', null)).toEqual([]);
    expect(gone('1.9.0', null)).toEqual(['warns: model deleted or renamed']);
    expect(gone('1.9.0', '2026-02-28')).toEqual([]);
    expect(gone('1.9.0', '2026-03-02')).toEqual(['warns: model deleted or renamed']);
    expect(gone('1.9.0', null, [contracted('x')])).toEqual(['warns: model disabled']);
  });

  it('stops every selection that asks for it where the model has versions, of dbt 1 alone', () => {
    const versioned = { version: 1, columns: columns('int', 'text') };
    const ask = (dbt: string, expression: string) =>
      createSelector(
        stateContext(project(contracted('x', versioned), { dbt }), project(contracted('y', { version: 1 }), { dbt })),
      )({ select: expression });
    for (const asked of [
      'state:modified',
      'state:unmodified',
      'state:modified.contract',
      'state:new state:modified+',
    ]) {
      expect(ask('1.12.0', asked)).toMatchObject({ ok: false, reason: { code: 'contract-broken' } });
    }
    expect(ask('1.12.0', 'state:modified.body').ok).toBe(true);
    expect(ask('2.0.0', 'state:modified')).toEqual({ ok: true, value: [] });
  });

  it('of dbt 2, which keeps no digest of it, is looked into all the same, though dbt 2 does not select the model', () => {
    const plain = (parts: Json): Json => aModel('m', { contract: { enforced: true }, ...table, ...parts });
    const dbt = '2.0.0';
    expect(breaks(plain({ columns: columns('int', 'text') }), plain({ columns: columns('int') }), { dbt })).toEqual([
      'warns: column c1 removed',
    ]);
    const ofBase = constrained({ ...notNull, warn_unenforced: true, to_columns: [] });
    const ofHead = constrained({ ...notNull, warn_unenforced: null, to_columns: null });
    expect(breaks(plain(ofBase), plain(ofHead), { dbt })).toEqual([]);
    expect(breaks(plain(ofBase), plain({ columns: columns('int') }), { dbt })).toEqual([
      'warns: constraint not_null of column c0 removed',
    ]);
    const context = stateContext(
      project(plain({ columns: columns('int') }), { dbt }),
      project(plain({ columns: {} }), { dbt }),
    );
    expect(createSelector(context)({ select: 'state:modified' })).toEqual({ ok: true, value: [] });
  });

  it('that nobody enforced breaks for nobody', () => {
    const free = aModel('m', { contract: { enforced: false }, columns: columns('int') });
    expect(breaks(free, aModel('m', { columns: {} }), { dbt: '1.12.0' })).toEqual([]);
    expect(breaks(free, null, { dbt: '1.12.0' })).toEqual([]);
    expect(breaks(free, contracted('x'), { dbt: '1.12.0' })).toEqual([]);
  });
});
