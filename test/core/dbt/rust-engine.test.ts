import { describe, expect, it } from '@jest/globals';
import type { DbtProject } from '#core/dbt';
import { createSelector, inferMoreUnrendered, selectState, stateContext } from '#core/dbt';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, byId, toProject } from '../../support/manifests.ts';

const dbt1 = '1.12.3';
const dbt2 = '2.0.0-preview.196';

/** As dbt 2 writes it: every key of the rendered config, and a config that says `static_analysis`. */
function entry(type: string, parts: Json): Json {
  const config = { enabled: true, static_analysis: 'baseline', meta: {}, ...parts['config'] };
  return aModel('m', {
    checksum: { name: 'sha256', checksum: 'a' },
    ...parts,
    config,
    resource_type: type,
    unique_id: `${type}.shop.m`,
  });
}

function project(dbt_version: string, nodes: readonly Json[], macros: Json = {}): DbtProject {
  return toProject(aManifest({ metadata: { dbt_version }, nodes: byId(...nodes), macros }));
}

function selectors(base: DbtProject, head: DbtProject): readonly string[] {
  return [...selectState(base, head).values()].flatMap((found) => [...found]).sort();
}

const select = (version: string, type: string, before: Json, after: Json): readonly string[] =>
  selectors(project(version, [entry(type, before)]), project(version, [entry(type, after)]));

const same = ['old', 'unmodified'];
const modified = (...parts: readonly string[]): readonly string[] => [
  'modified',
  ...parts.map((part) => `modified.${part}`),
  'old',
];

describe('dbt 2', () => {
  const configs = (before: Json, after: Json): readonly [Json, Json] => [
    { unrendered_config: before },
    { unrendered_config: after },
  ];
  it.each<[string, string, Json, Json, readonly string[]]>([
    ['white space in SQL', 'model', { raw_code: 'select 1\n from t' }, { raw_code: 'select  1 from t ' }, same],
    ['a comment in SQL', 'model', { raw_code: 'select 1' }, { raw_code: 'select 1 -- x' }, modified('body')],
    [
      'the checksum of a Python model',
      'model',
      { language: 'python' },
      { language: 'python', checksum: { name: 'sha256', checksum: 'b' } },
      modified('body'),
    ],
    [
      'the tags around a snapshot',
      'snapshot',
      { raw_code: '{% snapshot m %} select 1 {% endsnapshot %}' },
      { raw_code: 'select 1' },
      same,
    ],
    ['a folder more in fqn', 'model', { fqn: ['shop', 'm'] }, { fqn: ['shop', 'm', 'm'] }, same],
    ['another folder in fqn', 'model', { fqn: ['shop', 'a', 'm'] }, { fqn: ['shop', 'b', 'm'] }, modified()],
    ['a folder more in fqn of a test', 'test', { fqn: ['shop', 'm'] }, { fqn: ['shop', 'm', 'm'] }, modified()],
    ['an empty config key', 'model', ...configs({}, { meta: {}, full_refresh: null }), same],
    ['a key that dbt 2 does not know', 'model', ...configs({}, { favourite: 'red' }), same],
    [
      'the definition of a unit test',
      'unit_test',
      { checksum: { name: 'none', checksum: '' }, given: [1] },
      { checksum: { name: 'sha256', checksum: 'b' }, given: [2] },
      ['modified.body', ...same],
    ],
    [
      'what an exposure reads and is',
      'exposure',
      { type: 'dashboard', description: 'a' },
      { type: 'ml', description: 'b' },
      same,
    ],
    ['the owner of an exposure', 'exposure', { owner: { name: 'a' } }, { owner: { name: 'b' } }, modified()],
    ['the loader of a source', 'source', { loader: 'a' }, { loader: 'b' }, modified()],
    ['arguments of a function', 'function', { arguments: [{ name: 'x' }] }, { arguments: [] }, same],
    ['defaults of a semantic model', 'semantic_model', { defaults: { a: 1 } }, { defaults: { a: 2 } }, same],
    [
      'metrics of a saved query',
      'saved_query',
      { query_params: { metrics: ['a'] } },
      { query_params: { metrics: ['b'] } },
      same,
    ],
    ['the order of tags of a saved query', 'saved_query', { tags: ['a', 'b'] }, { tags: ['b', 'a'] }, same],
    ['latest_version as text', 'model', { latest_version: 1 }, { latest_version: '1' }, same],
    ['latest_version', 'model', { latest_version: 1 }, { latest_version: 2 }, modified()],
    [
      'the zone of a deprecation date',
      'model',
      { deprecation_date: '2030-01-01T00:00:00+00:00' },
      { deprecation_date: '2030-01-01T00:00:00-05:00' },
      same,
    ],
  ])('%s (%s)', (_, type, before, after, expected) => {
    expect(select(dbt2, type, before, after)).toEqual(expected);
    // What dbt 2 takes for the same, dbt 1 does not; the others show where the difference ends.
    if (expected === same) expect(select(dbt1, type, before, after)).toContain('modified');
  });

  it('lets what a config was rendered to settle it, where what is written differs', () => {
    const model = (written: string, rendered: string): Json => ({
      unrendered_config: { materialized: written },
      config: { materialized: rendered },
    });
    expect(select(dbt2, 'model', model('view', 'view'), model("{{ 'view' }}", 'view'))).toEqual(same);
    expect(select(dbt2, 'model', model('x', 'view'), model('x', 'table'))).toEqual(same);
    expect(select(dbt2, 'model', model('view', 'view'), model('table', 'table'))).toEqual(modified('configs'));
    expect(select(dbt1, 'model', model('view', 'view'), model("{{ 'view' }}", 'view'))).toEqual(modified('configs'));
  });

  it('takes hooks for the same whatever their order and spelling, and a key for the same that moved into meta', () => {
    const written = (unrendered_config: Json, rendered: Json): Json => ({ unrendered_config, config: rendered });
    const hooks = { 'post-hook': ['a', 'b'] };
    expect(
      select(dbt2, 'model', written({ post_hook: ['a', 'b\n'] }, {}), written({ 'post-hook': ['b', 'a'] }, hooks)),
    ).toEqual(same);
    const moved = { meta: { access: 'x', owner: 'y' } };
    expect(select(dbt2, 'model', written({ access: 'x', meta: { owner: 'y' } }, {}), written(moved, moved))).toEqual(
      same,
    );
    const other = { meta: { access: 'z', owner: 'y' } };
    expect(select(dbt2, 'model', written({ access: 'x', meta: { owner: 'y' } }, {}), written(other, other))).toEqual(
      modified('configs'),
    );
  });

  it('selects a new node by every part, sources among them, and calls no exposure new but modified', () => {
    const parts = ['body', 'configs', 'contract', 'macros', 'persisted_descriptions', 'relation'];
    const fresh = (type: string, version: string): readonly string[] =>
      selectors(project(version, []), project(version, [entry(type, {})]));
    expect(fresh('model', dbt2)).toEqual(['modified', ...parts.map((part) => `modified.${part}`), 'new']);
    expect(fresh('source', dbt2)).toEqual(fresh('model', dbt2));
    expect(fresh('unit_test', dbt2)).toEqual(fresh('model', dbt2));
    expect(fresh('source', dbt1)).toEqual(['modified.configs', 'modified.relation', 'new', 'unmodified']);
    expect(fresh('exposure', dbt2)).toEqual(modified(...parts.filter((part) => part !== 'macros')));
  });

  it('follows only the macros that a node lists, trimmed, where both sides have them', () => {
    const macro = (sql: string, ...calls: readonly string[]): Json => ({
      macro_sql: sql,
      depends_on: { macros: calls },
    });
    const using = entry('model', { depends_on: { nodes: [], macros: ['macro.shop.outer'] } });
    const at = (version: string, outer: string, inner: string | null): DbtProject =>
      project(version, [using], {
        'macro.shop.outer': macro(outer, 'macro.shop.inner'),
        ...(inner === null ? {} : { 'macro.shop.inner': macro(inner) }),
      });
    const between = (
      version: string,
      [a, b]: readonly [string, string | null],
      [c, d]: readonly [string, string | null],
    ) => selectors(at(version, a, b), at(version, c, d));
    expect(between(dbt2, ['a', 'x'], ['a', 'y'])).toEqual(same);
    expect(between(dbt1, ['a', 'x'], ['a', 'y'])).toEqual(modified('macros'));
    expect(between(dbt2, ['a', 'x'], ['\na ', 'x'])).toEqual(same);
    expect(between(dbt2, ['a', 'x'], ['b', 'x'])).toEqual(modified('macros'));
    expect(between(dbt2, ['a', 'x'], ['a', null])).toEqual(same);
  });

  it('finds a test and a source again that another engine calls by another id', () => {
    const test = (id: string, column: string, parts: Json = {}): Json => ({
      ...aModel('t', {
        resource_type: 'test',
        unique_id: id,
        fqn: ['shop', 't'],
        attached_node: 'model.shop.m',
        column_name: column,
        ...parts,
      }),
      test_metadata: { name: 'unique', kwargs: { column_name: column, model: `{{ ${id} }}` } },
    });
    const [a, b] = ['test.shop.unique_m_id.aaaaaaaaaa', 'test.shop.unique_m_id.bbbbbbbbbb'];
    expect(selectors(project(dbt1, [test(a, 'id')]), project(dbt2, [test(b, 'id')]))).toEqual(same);
    expect(selectors(project(dbt1, [test(a, 'id')]), project(dbt2, [test(b, 'x')]))).toContain('new');
    // Two that ask the same: which of them it was cannot be said.
    const twice = [test(a, 'id'), test('test.shop.again', 'id')];
    expect(selectors(project(dbt1, twice), project(dbt2, [test(b, 'id')]))).toContain('new');
    expect(selectors(project(dbt2, [test(a, 'id')]), project(dbt1, [test(b, 'id')]))).toContain('new');

    const singular = (id: string): Json => aModel('t', { resource_type: 'test', unique_id: id });
    expect(
      selectors(project(dbt1, [singular('test.shop.t')]), project(dbt2, [singular('test.shop.t.0123456789')])),
    ).toEqual(same);

    const source = (id: string): Json =>
      aModel('events_*', { resource_type: 'source', source_name: 'ga', unique_id: id });
    expect(
      selectors(
        project(dbt1, [source('source.shop.ga.events_*')]),
        project(dbt2, [source('source.shop.ga.events___')]),
      ),
    ).toEqual(same);
  });

  it('never stops for a broken contract, and leaves a model whose file is empty out of its lists', () => {
    const contracted = (checksum: string): Json =>
      entry('model', {
        version: 1,
        contract: { enforced: true, checksum },
        columns: checksum === 'x' ? { id: { name: 'id' } } : {},
      });
    const asked = (version: string) =>
      createSelector(stateContext(project(version, [contracted('x')]), project(version, [contracted('y')])))({
        select: 'state:modified',
      });
    expect(asked(dbt1)).toMatchObject({ ok: false, reason: { code: 'contract-broken' } });
    expect(asked(dbt2)).toEqual({ ok: true, value: [] });

    const blank = (version: string) =>
      createSelector(
        stateContext(project(version, [entry('model', {})]), project(version, [entry('model', { raw_code: ' ' })])),
      )({ select: 'state:modified' });
    expect(blank(dbt1)).toEqual({ ok: true, value: ['model.shop.m'] });
    expect(blank(dbt2)).toEqual({ ok: true, value: [] });
  });

  it('is told from dbt 1 by its version, and keeps what is written whatever the flag says', () => {
    expect(inferMoreUnrendered(project('2.1.0', []), null)).toEqual({ on: true, from: 'version' });
    const [base, head] = [
      project('1.12.0', [entry('source', {})]),
      project('2', [entry('source', { description: 'b' })]),
    ];
    expect(stateContext(base, head).engine.family).toBe('rust');
    expect(stateContext(base, head, { engineVersion: '1.11.0' }).engine.family).toBe('python');
    expect(stateContext(base, head).upgradesBaseConfig).toBe(false);
  });
});

describe('a macro that is gone', () => {
  const blind = { depends_on: { nodes: [], macros: ['macro.shop.known', null] } };
  const asked = (version: string, sql: string, expression: string) => {
    const at = (known: string) =>
      project(version, [entry('model', blind)], {
        'macro.shop.known': { macro_sql: known, depends_on: { macros: [] } },
      });
    return createSelector(stateContext(at('a'), at(sql)))({ select: expression });
  };

  it('makes dbt 1 fail where it follows macros, unless one before it has changed', () => {
    expect(asked(dbt1, 'a', 'state:modified')).toMatchObject({
      ok: false,
      reason: { code: 'macro-gone', text: expect.stringContaining('model.shop.m lists a macro that is gone') },
    });
    expect(asked(dbt1, 'b', 'state:modified')).toEqual({ ok: true, value: ['model.shop.m'] });
    expect(asked(dbt1, 'a', 'state:modified.body')).toEqual({ ok: true, value: [] });
    expect(asked(dbt2, 'a', 'state:modified')).toEqual({ ok: true, value: [] });
  });
});
