import type { Reason } from '#core/base';
import { plural, reason, toLine } from '#core/base';
import type { Change } from '#core/change';
import type { ResourceType, RunResult, RunResults } from '#core/dbt';

/** What a dbt command proves when it succeeds. */
export type Proof = 'built-and-tested' | 'built' | 'tested' | 'compiled' | 'nothing';

/** One dbt run, its results by what they mean. */
export interface Run {
  /** As people type it: `dbt docs generate`. */
  readonly command: string;
  readonly proof: Proof;
  readonly results: readonly RunResult[];
  readonly errored: readonly RunResult[];
  readonly failedTests: readonly RunResult[];
  readonly warned: readonly RunResult[];
  readonly skipped: readonly RunResult[];
  /** Tests that came to a result, and other nodes that did. */
  readonly testsRun: number;
  readonly nodesDone: number;
}

const proofs: ReadonlyMap<string, Proof> = new Map<string, Proof>([
  ['build', 'built-and-tested'],
  ['retry', 'built-and-tested'],
  ['run', 'built'],
  ['seed', 'built'],
  ['snapshot', 'built'],
  ['test', 'tested'],
  ['compile', 'compiled'],
  ['generate', 'compiled'],
  ['docs', 'compiled'],
]);

const errors: ReadonlySet<string> = new Set(['error', 'runtime error', 'partial success']);
const rowHolders: ReadonlySet<ResourceType> = new Set<ResourceType>(['model', 'seed', 'snapshot']);

/** Sorts the results of head's dbt run by what they mean. */
export function readRun(change: Change, { command, results }: RunResults): Run {
  const settled = results.filter(({ status }) => status !== 'skipped');
  const testsRun = settled.filter((result) => isTest(change, result)).length;
  return {
    command: command === null ? 'dbt' : `dbt ${toLine(command === 'generate' ? 'docs generate' : command, 40)}`,
    proof: command === null ? (testsRun > 0 ? 'tested' : 'nothing') : (proofs.get(command) ?? 'nothing'),
    results,
    errored: results.filter(({ status }) => errors.has(status)),
    failedTests: results.filter(({ status }) => status === 'fail'),
    warned: results.filter(({ status }) => status === 'warn'),
    skipped: results.filter(({ status }) => status === 'skipped'),
    testsRun,
    nodesDone: settled.length - testsRun,
  };
}

/** `dbt build: 14 nodes built, 31 tests, 2 failed`; `dbt compile: compile only, no tests ran`. */
export function summarizeRun(run: Run): string {
  const bad = run.errored.length + run.failedTests.length;
  const failed = bad > 0 ? `, ${bad} failed` : '';
  if (run.proof === 'compiled') return `${run.command}: compile only, no tests ran${failed}`;
  if (run.proof === 'nothing') return `${run.command}: builds nothing and tests nothing${failed}`;
  const built = run.proof === 'tested' ? [] : [`${plural(run.nodesDone, 'node')} built`];
  return `${run.command}: ${[...built, plural(run.testsRun, 'test')].join(', ')}${failed}`;
}

/** Why a run without failures does not prove what is required; null when it does. */
export function whatIsMissing(change: Change, run: Run, required: 'build' | 'compile'): Reason | null {
  const nothingToRun = run.results.length === 0 && change.modified.length === 0;
  if (nothingToRun && run.proof === 'built-and-tested') return null;
  if (run.results.length === 0 || run.proof === 'nothing') {
    return reason(
      'nothing-ran',
      `\`run_results.json\` is of \`${run.command}\`, which ${run.results.length === 0 ? 'ran no node' : 'builds and tests nothing'}`,
      remedy,
    );
  }
  if (required === 'compile') return null;
  if (run.proof === 'compiled')
    return reason(
      'compile-only',
      `\`${run.command}\` compiled the project; no model was built and no tests ran`,
      remedy,
    );
  if (run.testsRun === 0 && hasTests(change, run)) {
    return reason(
      'no-tests-ran',
      `\`${run.command}\` built ${plural(run.nodesDone, 'node')}, but no tests ran`,
      remedy,
    );
  }
  return null;
}

const remedy = 'make `dbt build` the last dbt command before the upload of the artifact';

/** Modified tables and views that a building run left out; ephemeral ones are never run. */
export function modifiedNotRun(change: Change, run: Run): readonly string[] {
  if (run.results.length === 0 || (run.proof !== 'built-and-tested' && run.proof !== 'built')) return [];
  const ran = new Set(run.results.map(({ uniqueId }) => uniqueId));
  return change.modified
    .filter((node) => rowHolders.has(node.resourceType) && !ran.has(node.uniqueId))
    .filter((node) => change.head.project.nodes.get(node.uniqueId)?.materialized !== 'ephemeral')
    .map((node) => node.uniqueId);
}

/** Whether there are tests that should have run: of `dbt build` those of modified nodes, of other commands any. */
function hasTests(change: Change, run: Run): boolean {
  const modified = new Set<string>(change.modified.map((node) => node.uniqueId));
  for (const node of change.head.project.nodes.values()) {
    if (node.resourceType !== 'test' && node.resourceType !== 'unit_test') continue;
    if (run.proof !== 'built-and-tested' || node.dependsOn.nodes.some((parent) => modified.has(parent))) return true;
  }
  return false;
}

function isTest(change: Change, result: RunResult): boolean {
  const type = change.head.project.nodes.get(result.uniqueId)?.resourceType;
  return type === undefined ? /^(?:test|unit_test)\./.test(result.uniqueId) : type === 'test' || type === 'unit_test';
}
