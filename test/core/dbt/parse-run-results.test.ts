import { describe, expect, it } from '@jest/globals';
import { parseRunResults } from '#core/dbt';
import { valueOf } from '../../support/manifests.ts';

const metadata = {
  dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
  dbt_version: '1.12.0',
  generated_at: '2026-03-01T10:00:00Z',
};

describe('run results', () => {
  it('give the command and each result', () => {
    const text = JSON.stringify({
      metadata,
      args: { which: 'build', vars: {} },
      results: [
        { unique_id: 'test.shop.a', status: 'fail', message: 'Got 2 results', failures: 2 },
        { unique_id: 'model.shop.b', status: 'success', message: null, failures: null },
      ],
    });
    expect(valueOf(parseRunResults(text, 'run_results.json'))).toMatchObject({
      command: 'build',
      dbtVersion: '1.12.0',
      results: [
        { uniqueId: 'test.shop.a', status: 'fail', message: 'Got 2 results', failures: 2 },
        { uniqueId: 'model.shop.b', status: 'success', message: null, failures: null },
      ],
    });
  });

  it('know no command where dbt did not write one', () => {
    expect(valueOf(parseRunResults(JSON.stringify({ metadata, results: null, args: null }), 'r')).command).toBeNull();
  });

  it.each([
    ['', 'artifact-empty', 'run_results.json is empty'],
    [
      JSON.stringify({ metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v9.json' } }),
      'run-results-version-unknown',
      'v9; v1 to v6',
    ],
    [
      JSON.stringify({ metadata, results: [{ unique_id: 3 }] }),
      'run-results-malformed',
      'results[0].unique_id should be text but is a number',
    ],
    [
      JSON.stringify({ metadata, results: ['x'] }),
      'run-results-malformed',
      'results[0] should be an object but is text',
    ],
  ])('%s are refused', (text, code, words) => {
    const parsed = parseRunResults(text, 'run_results.json');
    expect(parsed.ok ? null : parsed.reason.code).toBe(code);
    expect(parsed.ok ? '' : parsed.reason.text).toContain(words);
  });
});
