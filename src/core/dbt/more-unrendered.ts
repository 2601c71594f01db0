import { behaves } from './behaviours.ts';
import { configKeywords, isComputed } from './config-call.ts';
import { moreUnrenderedByDefault, parseEngineVersion } from './engine.ts';
import type { DbtNode, DbtProject, RunResults } from './project.ts';

/** Whether a manifest was written with `state_modified_compare_more_unrendered_values`, and how that is known. */
export interface MoreUnrendered {
  readonly on: boolean;
  readonly from: 'run-results' | 'manifest' | 'version';
}

/**
 * The flag is not in the manifest. It is in `run_results.json`; else a computed value of an in-file `config()` tells,
 * which is kept as source text when the flag is on and rendered when it is off; else the version's default holds.
 */
export function inferMoreUnrendered(project: DbtProject, runResults: RunResults | null): MoreUnrendered {
  const engine = parseEngineVersion(project.metadata.dbtVersion);
  if (engine.family === 'rust') return { on: true, from: 'version' };
  if (!behaves(engine, 'moreUnrenderedFlag')) return { on: false, from: 'version' };
  const told = runResults?.args['state_modified_compare_more_unrendered_values'];
  if (typeof told === 'boolean') return { on: told, from: 'run-results' };
  for (const node of project.nodes.values()) {
    const seen = sourceTextKept(node, project);
    if (seen !== null) return { on: seen, from: 'manifest' };
  }
  return { on: moreUnrenderedByDefault(engine), from: 'version' };
}

/** Whether this node's config keeps source text; null when the node does not tell. */
function sourceTextKept(node: DbtNode, project: DbtProject): boolean | null {
  if (node.language === 'python' || node.rawCode === '') return null;
  const isRoot = node.packageName === project.metadata.projectName;
  for (const [key, expression] of configKeywords(node.rawCode)) {
    if (!isComputed(expression)) continue;
    const value = Object.hasOwn(node.unrenderedConfig, key) ? node.unrenderedConfig[key] : undefined;
    if (typeof value === 'string' && keepsSource(value, expression)) return true;
    // The root project's dbt_project.yml overwrites a package's in-file value, so only the root's own nodes say no.
    if (isRoot && value !== undefined) return false;
  }
  return null;
}

function keepsSource(value: string, expression: string): boolean {
  if (/^[A-Z]\w+\(\w+=/.test(value)) return true;
  return letters(value) === letters(expression);
}

/** What is left of an expression whatever way it is printed. */
function letters(expression: string): string {
  return expression.replaceAll(/[\s'"()]/g, '');
}
