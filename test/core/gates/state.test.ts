import { describe, expect, it } from '@jest/globals';
import { reason } from '#core/base';
import type { Change } from '#core/change';
import { gates } from '#core/gates';
import { aPullRequest, aSide, changeOf, foundBy, judge } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aManifest, aModel, aProject, readStateFixture, toProject } from '../../support/manifests.ts';

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

  it.each([
    ['contract column removed', 'column pier_name removed'],
    ['contract constraint removed', 'constraint not_null of column pier_id removed'],
  ])('blocks a broken contract of a model without versions: %s', (name, items) => {
    const result = judge(state, ferryAfter(name));
    expect(foundBy(result)).toEqual(['contract-broken model.ferry.dim_piers']);
    expect(result.outcome === 'failed' && result.findings[0]).toMatchObject({ basis: 'proven', data: { items } });
    expect(result.outcome === 'failed' && result.findings[0].downstream).toContain('exposure.ferry.board');
    expect(state.messages['contract-broken']?.cost).toBe('block');
  });

  it.each(['contract column wider', 'contract column added'])(
    'lets a contract change that breaks nobody pass: %s',
    (name) => {
      expect(judge(state, ferryAfter(name)).outcome).toBe('passed');
    },
  );

  it('blocks a contract whose model is gone, unless it was past its deprecation date', () => {
    const contracted = (date: string | null): Json =>
      aModel('m', { contract: { enforced: true, checksum: 'x' }, deprecation_date: date });
    expect(found(changeOf(aProject(contracted(null)), aProject()))).toEqual(['contract-broken model.shop.m']);
    expect(found(changeOf(aProject(contracted('2026-04-01')), aProject()))).toEqual(['contract-broken model.shop.m']);
    expect(found(changeOf(aProject(contracted('2026-02-01')), aProject()))).toEqual([]);
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
});
