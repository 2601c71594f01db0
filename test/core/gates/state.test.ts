import { describe, expect, it } from '@jest/globals';
import { reason } from '#core/base';
import type { Change } from '#core/change';
import type { DbtProject } from '#core/dbt';
import { gates } from '#core/gates';
import { aPullRequest, aSide, changeOf, foundBy, judge } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, aProject, byId, readStateFixture, toProject } from '../../support/manifests.ts';

const state = gates.find(({ id }) => id === 'state')!;
const fixture = readStateFixture('1.12');
const ferry = toProject(fixture.base);
const ferryAfter = (name: string, parts: Partial<Change> = {}): Change =>
  changeOf(ferry, toProject(fixture.cases.get(name)!.head), parts);
const found = (change: Change): readonly string[] => foundBy(judge(state, change));

describe('the gate state', () => {
  it('passes and counts what is modified', () => {
    expect(judge(state, ferryAfter('nothing'))).toEqual({
      outcome: 'passed',
      basis: 'proven',
      summary: 'nothing modified',
    });
    expect(judge(state, ferryAfter('materialized of a folder'))).toMatchObject({
      outcome: 'passed',
      summary: '2 models modified',
    });
    expect(judge(state, ferryAfter('seed content'))).toMatchObject({ outcome: 'passed', summary: '1 seed modified' });
    expect(judge(state, ferryAfter('a new model'))).toMatchObject({ outcome: 'passed', summary: '1 new' });
    expect(judge(state, ferryAfter('a removed model'))).toMatchObject({ outcome: 'passed', summary: '1 removed' });
  });

  it('says when the pull request edits the rules it is judged by', () => {
    const edited = { path: '.github/weirkeeper.yml', previousPath: null, status: 'modified', patch: null } as const;
    const pullRequest = { ...aPullRequest(), changedFiles: [edited] };
    expect(found(ferryAfter('nothing', { pullRequest }))).toEqual(['policy-edited project.ferry']);
  });

  it('blocks a node that is gone although others read it, tests aside', () => {
    const child = aModel('child', { depends_on: { nodes: ['model.shop.m'], macros: [] } });
    const test = aModel('t', {
      resource_type: 'test',
      unique_id: 'test.shop.t',
      depends_on: { nodes: ['model.shop.m'], macros: [] },
    });
    expect(found(changeOf(aProject(aModel('m'), child), aProject(child)))).toEqual([
      'removed-node-still-used model.shop.m',
    ]);
    expect(found(changeOf(aProject(aModel('m'), test), aProject(test)))).toEqual([]);
  });

  it('says that a base is stale, or of another adapter, project or dbt', () => {
    const base = toProject(aManifest());
    const head = toProject(
      aManifest({ metadata: { adapter_type: 'bigquery', project_name: 'store', dbt_version: '1.11.0' } }),
    );
    const change = changeOf(base, head, {
      base: aSide(base, { stale: reason('stale', 'the newest run is 3 commits older') }),
    });
    const result = judge(state, change);
    expect(foundBy(result)).toEqual([
      'base-stale project.store',
      'adapter-differs project.store',
      'project-differs project.store',
      'dbt-differs project.store',
    ]);
    expect(result.outcome === 'failed' && result.findings.every(({ basis }) => basis === 'heuristic')).toBe(true);
    expect(result.outcome === 'failed' && result.findings[3]?.data).toEqual({
      base: 'dbt 1.12 with unrendered config',
      head: 'dbt 1.11 with rendered config',
    });
  });

  it.each<[string, string, readonly string[], boolean]>([
    ['its own file', 'only a comment', ['dbt/models/staging/stg_tickets.sql'], true],
    ['its properties file', 'persisted description', ['models/marts/marts.yml'], true],
    ['the file of a macro', 'a macro used directly and through another', ['macros/money.sql'], true],
    ['the project file', 'schema of a folder', ['dbt/dbt_project.yml'], true],
    ['a file of the same ending only', 'only a comment', ['models/staging/xstg_tickets.sql'], false],
    ['something else', 'a macro used directly and through another', ['README.md'], false],
  ])('knows whether the pull request explains a node: %s', (_, name, paths, explained) => {
    const change = ferryAfter(name, { pullRequest: aPullRequest(...paths) });
    expect(found(change).some((finding) => finding.startsWith('not-in-this-pull-request'))).toBe(!explained);
  });

  it('does not ask whether files explain a node when not all files are known', () => {
    expect(found(ferryAfter('only a comment'))).toEqual([]);
    expect(
      found(ferryAfter('only a comment', { pullRequest: { ...aPullRequest('README.md'), filesComplete: false } })),
    ).toEqual([]);
  });

  it('names at most five of many unexplained nodes', () => {
    const models = Array.from({ length: 12 }, (_, i) => `m${String(i).padStart(2, '0')}`);
    const change = changeOf(
      aProject(...models.map((name) => aModel(name))),
      aProject(...models.map((name) => aModel(name, { raw_code: 'x' }))),
      {
        pullRequest: aPullRequest('README.md'),
      },
    );
    const result = judge(state, change);
    expect(result.outcome === 'failed' && result.findings[0].data).toMatchObject({
      count: 12,
      nodes: expect.stringMatching(/^model\.shop\.m00, .*m04 and 7 more$/),
    });
  });

  it('notes sources that moved', () => {
    expect(found(ferryAfter('schema of a source'))).toEqual(['source-moved source.ferry.desk.crossings']);
  });

  it('blocks what a node refers to in vain, with the nearest name, unless base did so already', () => {
    const refs = (name: string, version: number | null = null): Json => ({ refs: [{ name, package: null, version }] });
    const orders = aModel('orders');
    const broken = aModel('m', refs('ordrs'));
    const fresh = judge(state, changeOf(aProject(orders), aProject(orders, broken)));
    expect(foundBy(fresh)).toEqual(['points-at-nothing model.shop.m']);
    expect(fresh.outcome === 'failed' && fresh.findings[0]).toMatchObject({
      basis: 'proven',
      data: { names: "ref('ordrs') (the nearest is orders)" },
    });
    expect(found(changeOf(aProject(orders, broken), aProject(orders, broken)))).toEqual([]);
    expect(found(changeOf(aProject(orders), aProject(orders, aModel('m', refs('orders')))))).toEqual([]);
    expect(found(changeOf(aProject(orders), aProject(orders, aModel('m', refs('orders', 2)))))).toEqual([
      'points-at-nothing model.shop.m',
    ]);
    const elsewhere = { refs: [{ name: 'x', package: 'another_project', version: null }] };
    expect(found(changeOf(aProject(orders), aProject(orders, aModel('m', elsewhere))))).toEqual([]);
  });

  it('blocks a test that is left pointing at a model that is gone', () => {
    const test = aModel('t', { unique_id: 'test.shop.t', resource_type: 'test', refs: [{ name: 'gone' }] });
    expect(found(changeOf(aProject(aModel('gone'), test), aProject(test)))).toEqual(['points-at-nothing test.shop.t']);
  });

  it('lets a test of a disabled model be', () => {
    const test = aModel('t', { unique_id: 'test.shop.t', resource_type: 'test', refs: [{ name: 'off' }] });
    const head = toProject(aManifest({ nodes: byId(test), disabled: { 'model.shop.off': [aModel('off')] } }));
    expect(found(changeOf(aProject(aModel('off'), test), head))).toEqual([]);
  });

  it('notes SQL that a var changes, where dbt sees no change', () => {
    const model = (days: number, raw: string): Json =>
      aModel('m', { raw_code: raw, compiled_code: `select ${days} as days` });
    const reading = "select {{ var('days') }} as days";
    const result = judge(state, changeOf(aProject(model(7, reading)), aProject(model(30, reading))));
    expect(foundBy(result)).toEqual(['sql-changed-unseen model.shop.m']);
    expect(result.outcome === 'failed' && result.findings[0].data['nodes']).toBe("model.shop.m (reads var('days'))");
    const edited = {
      path: 'dbt_project.yml',
      previousPath: null,
      status: 'modified',
      patch: '-  days: 7\n+  days: 30',
    } as const;
    const pullRequest = { ...aPullRequest(), changedFiles: [edited] };
    const here = judge(state, changeOf(aProject(model(7, reading)), aProject(model(30, reading)), { pullRequest }));
    expect(here.outcome === 'failed' && here.findings[0].data['nodes']).toBe(
      "model.shop.m (reads var('days'), edited in dbt_project.yml)",
    );
    expect(found(changeOf(aProject(model(7, reading)), aProject(model(7, reading))))).toEqual([]);
    expect(found(changeOf(aProject(model(7, 'select 1')), aProject(model(8, 'select 1'))))).toEqual([]);
  });

  it('notes an incremental model that needs a full refresh, with who reads it', () => {
    const model = (raw_code: string): Json =>
      aModel('m', { raw_code, config: { materialized: 'incremental', on_schema_change: 'ignore' } });
    const board = aModel('board', {
      resource_type: 'exposure',
      unique_id: 'exposure.shop.board',
      depends_on: { nodes: ['model.shop.m'], macros: [] },
    });
    const columnChanges = [{ uniqueId: 'model.shop.m', column: 'b', kind: 'added' } as never];
    const change = changeOf(aProject(model('select 1'), board), aProject(model('select 2'), board), { columnChanges });
    const result = judge(state, change);
    expect(foundBy(result)).toEqual(['full-refresh-needed model.shop.m']);
    expect(result.outcome === 'failed' && result.findings[0]).toMatchObject({
      basis: 'proven',
      data: { because: 'column b added, and on_schema_change is ignore' },
      downstream: ['exposure.shop.board'],
      safeIf: expect.stringContaining('--full-refresh'),
    });
    expect(state.messages['full-refresh-needed']?.cost).toBe('note');
  });

  it('warns of macros that dbt calls by itself', () => {
    const macro = (name: string, sql: string): Json => ({
      [`macro.shop.${name}`]: { name, package_name: 'shop', macro_sql: sql, depends_on: { macros: [] } },
    });
    const project = (name: string, sql: string, relation = '"db"."main"."m"'): DbtProject =>
      toProject(aManifest({ nodes: byId(aModel('m', { relation_name: relation })), macros: macro(name, sql) }));
    expect(
      found(changeOf(project('materialization_table_default', 'a'), project('materialization_table_default', 'b'))),
    ).toEqual(['materialization-macro-changed model.shop.m']);
    expect(
      found(changeOf(project('materialization_seed_default', 'a'), project('materialization_seed_default', 'b'))),
    ).toEqual([]);
    expect(
      found(changeOf(project('generate_schema_name', 'a'), project('generate_schema_name', 'b', '"db"."other"."m"'))),
    ).toEqual(['naming-macro-changed model.shop.m']);
  });

  it('notes descriptions that are gone', () => {
    const columns = (description: string): Json => ({ columns: { id: { name: 'id', description } } });
    expect(found(changeOf(aProject(aModel('m', columns('the key'))), aProject(aModel('m', columns('')))))).toEqual([
      'docs-lost model.shop.m',
    ]);
  });
});
