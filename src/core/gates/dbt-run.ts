import { z } from 'zod';
import type { Reason } from '#core/base';
import { isNonEmpty, reason } from '#core/base';
import { readRun, summarizeRun, whatIsMissing } from './dbt-run/read-run.ts';
import { findRunFaults } from './dbt-run/run-faults.ts';
import { defineGate } from './gate.ts';

const options = z.strictObject({
  /** What must have succeeded: `build` asks for built models and tests that ran, `compile` for compiled SQL. */
  require: z.enum(['build', 'compile']).default('build'),
});

/** What the repository's own dbt run of head says: errors, failed tests, and what did not run at all. */
export const dbtRun = defineGate({
  id: 'dbt-run',
  title: 'dbt run',
  page: {
    what: "Reads head's `run_results.json`: which dbt command ran, what failed, which tests failed or warned, what was skipped, and which modified models were not part of it.",
    why: 'A review of a project that does not parse, compile or pass its own tests is a review of a draft. And a green run that never built the modified models proves nothing about them.',
    howToFix:
      'Fix the model or test named. If nothing ran, let the workflow call `dbt build` before it uploads the artifacts, as the last dbt command: every command overwrites `run_results.json`.',
    howToWaive:
      'Where the workflow can only compile, set `require: compile` for this gate in the policy; set a message to `warn` or `note` under `findings` to be told and not stopped.',
  },
  messages: {
    'node-errored': { text: '{node} ended with {status}: {detail}{also}', cost: 'block' },
    'test-failed': { text: 'test {node} failed{failures}: {detail}{also}', cost: 'block' },
    'more-failed': { text: '{count} more nodes failed', cost: 'block' },
    'modified-not-run': { text: 'modified, but not part of this dbt run: {nodes}', cost: 'warn' },
    'test-warned': { text: 'tests that warned: {nodes}', cost: 'note' },
    'nodes-skipped': { text: 'skipped because of something upstream: {nodes}', cost: 'note' },
  },
  options,
  appliesTo: () => 'yes',
  judge({ change, options: { require } }) {
    const { runResults } = change.head;
    if (runResults === null) return { outcome: 'unknown', reason: noRunResults };
    const run = readRun(change, runResults);
    const missing = whatIsMissing(change, run, require);
    const findings = findRunFaults(change, run);
    const summary = summarizeRun(run);
    if (isNonEmpty(findings))
      return { outcome: 'failed', summary, findings, unknown: missing === null ? [] : [missing] };
    if (missing !== null) return { outcome: 'unknown', reason: missing };
    return { outcome: 'passed', basis: 'measured', summary };
  },
});

const noRunResults: Reason = reason(
  'no-run-results',
  'no `run_results.json` came with the artifacts of head',
  'add `dbt build` before the upload of the artifact, and upload `target/run_results.json`',
);
