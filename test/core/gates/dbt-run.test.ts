import { describe, expect, it } from '@jest/globals';
import type { Change } from '#core/change';
import { gates } from '#core/gates';
import { aSide, changeOf, foundBy, judge, runResultsOf } from '../../support/changes.ts';
import { aModel, aProject } from '../../support/manifests.ts';

const dbtRun = gates.find(({ id }) => id === 'dbt-run')!;
const onModel = { depends_on: { nodes: ['model.shop.m'], macros: [] } };
const test = aModel('t', {
  ...onModel,
  resource_type: 'test',
  unique_id: 'test.shop.t',
  attached_node: 'model.shop.m',
});
const base = aProject(aModel('m', { raw_code: 'old' }), test);
const head = aProject(aModel('m'), aModel('child', onModel), test);

function after(
  command: string | null,
  statuses: Readonly<Record<string, string>>,
  baseStatuses: Readonly<Record<string, string>> = {},
): Change {
  return changeOf(base, head, {
    base: aSide(base, { runResults: runResultsOf('build', baseStatuses) }),
    head: aSide(head, { runResults: runResultsOf(command, statuses) }),
  });
}

const good = { 'model.shop.m': 'success', 'model.shop.child': 'success', 'test.shop.t': 'pass' };

describe('the gate dbt-run', () => {
  it('passes a build whose tests ran', () => {
    expect(judge(dbtRun, after('build', good))).toEqual({
      outcome: 'passed',
      basis: 'measured',
      summary: 'dbt build: 2 nodes built, 1 test',
    });
    expect(judge(dbtRun, after('test', { 'test.shop.t': 'pass' }))).toMatchObject({
      outcome: 'passed',
      summary: 'dbt test: 1 test',
    });
  });

  it('does not know without run results, and says what to add', () => {
    const result = judge(dbtRun, changeOf(base, head));
    expect(result).toMatchObject({ outcome: 'unknown', reason: { code: 'no-run-results' } });
    expect(result.outcome === 'unknown' && result.reason.remedy).toContain(
      'add `dbt build` before the upload of the artifact',
    );
  });

  it.each<[string, string | null, Readonly<Record<string, string>>, string]>([
    ['docs generate compiles only', 'generate', good, 'compile-only'],
    ['compile', 'compile', good, 'compile-only'],
    ['run without tests', 'run', { 'model.shop.m': 'success', 'model.shop.child': 'success' }, 'no-tests-ran'],
    [
      'build that left out the tests of modified models',
      'build',
      { 'model.shop.m': 'success', 'model.shop.child': 'success' },
      'no-tests-ran',
    ],
    ['source freshness', 'freshness', { 'source.shop.s': 'pass' }, 'nothing-ran'],
    ['a build of nothing', 'build', {}, 'nothing-ran'],
    ['an unknown command without tests', null, { 'model.shop.m': 'success' }, 'nothing-ran'],
  ])('does not know after %s', (_, command, statuses, code) => {
    expect(judge(dbtRun, after(command, statuses))).toMatchObject({ outcome: 'unknown', reason: { code } });
  });

  it('passes a build that had nothing to run because nothing is modified', () => {
    const change = changeOf(head, head, { head: aSide(head, { runResults: runResultsOf('build', {}) }) });
    expect(judge(dbtRun, change)).toMatchObject({ outcome: 'passed', summary: 'dbt build: 0 nodes built, 0 tests' });
  });

  it('takes compiling for enough when the policy says so', () => {
    expect(judge(dbtRun, after('generate', good), { require: 'compile' })).toMatchObject({
      outcome: 'passed',
      summary: 'dbt docs generate: compile only, no tests ran',
    });
    expect(() => judge(dbtRun, after('build', good), { requires: 'compile' })).toThrow();
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['an error', { ...good, 'model.shop.child': 'error' }, ['node-errored model.shop.child']],
    ['a run-time error of a test', { ...good, 'test.shop.t': 'runtime error' }, ['node-errored test.shop.t']],
    ['a batch that failed', { ...good, 'model.shop.m': 'partial success' }, ['node-errored model.shop.m']],
    ['a failed test', { ...good, 'test.shop.t': 'fail' }, ['test-failed test.shop.t']],
    ['a warning', { ...good, 'test.shop.t': 'warn' }, ['test-warned test.shop.t']],
    ['a skipped node', { ...good, 'model.shop.child': 'skipped' }, ['nodes-skipped model.shop.child']],
    [
      'a modified model that was left out',
      { 'model.shop.child': 'success', 'test.shop.t': 'pass' },
      ['modified-not-run model.shop.m'],
    ],
    ['ids that no manifest has', { ...good, 'test.other.x': 'fail' }, ['test-failed test.other.x']],
  ])('finds %s', (_, statuses, expected) => {
    expect(foundBy(judge(dbtRun, after('build', statuses)))).toEqual(expected);
  });

  it('shows failures of a compile too, and that nothing else was looked at', () => {
    const result = judge(dbtRun, after('compile', { ...good, 'model.shop.m': 'error' }));
    expect(foundBy(result)).toEqual(['node-errored model.shop.m']);
    expect(result.outcome === 'failed' && result.unknown).toMatchObject([{ code: 'compile-only' }]);
  });

  it('says what fails, on how many rows, and that it fails at base too', () => {
    const result = judge(dbtRun, after('build', { ...good, 'test.shop.t': 'fail' }, { 'test.shop.t': 'fail' }));
    expect(result.outcome === 'failed' && result.findings[0]).toMatchObject({
      basis: 'measured',
      data: { node: 'test.shop.t', detail: 'told fail', failures: ' on 3 rows', also: ' (it fails at base too)' },
      downstream: ['model.shop.child'],
    });
    expect(result.outcome === 'failed' && result.summary).toBe('dbt build: 2 nodes built, 1 test, 1 failed');
  });

  it('counts failures beyond fifty', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`test.shop.t${i}`, 'fail']));
    const found = foundBy(judge(dbtRun, after('build', { ...good, ...many })));
    expect(found).toHaveLength(51);
    expect(found.at(-1)).toBe('more-failed project.shop');
  });
});
