import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256 } from '#core/base';
import type { Change, ProjectSide } from '#core/change';
import { type DbtProject, parseCatalog, parseManifest } from '#core/dbt';
import { gates } from '#core/gates';
import { withRenderedSql } from '#core/jinja';
import { decide, defaultPolicy, type RatedFinding } from '#core/policy';
import { detectAssistance } from '#core/provenance';
import { analyzeSides, noLineageCache, type SqlReader } from '#review';
import { readPullRequestFile } from '../../src/cli/pull-request-file.ts';
import { corpora } from './edits.ts';

const root = join(corpora, 'pull-requests');

/** `<repository>/<pull request>` of each real pull request of the corpora; ends the process, and says so, where there are none. */
export function pullRequests(): readonly string[] {
  if (!existsSync(root)) {
    console.log(`skipped: no ${root} (set WEIRKEEPER_CORPORA)`);
    process.exit(0);
  }
  return readdirSync(root).flatMap((repository) =>
    readdirSync(join(root, repository)).map((pull) => `${repository}/${pull}`),
  );
}

/** What a pull request changes; with `parsedOnly` by manifests as `dbt parse` writes them, without anything that dbt compiled. */
export async function changeOf(pair: string, sqlReader: SqlReader, parsedOnly = false): Promise<Change> {
  const [base, head] = [sideOf(pair, 'base', parsedOnly), sideOf(pair, 'head', parsedOnly)];
  const pullRequest = readPullRequestFile(join(root, pair, 'pr.json'));
  return (await analyzeSides({ pullRequest, base, head }, { sqlReader, lineageCache: noLineageCache })).change;
}

/** What the gate `sql-rules` says, every finding by itself, without the search for counterexamples. */
export function judged(change: Change): { readonly findings: readonly RatedFinding[]; readonly summary: string } {
  const gate = gates.filter(({ id }) => id === 'sql-rules');
  const assistance = detectAssistance(null);
  const settings = { change, assistance, depth: 'standard', options: { max_per_rule: 1_000 }, settled: [] } as const;
  const results = gate.map((one) => ({ gate: one, result: one.judge(settings, new Map()) }));
  const verdict = decide({ results, change, assistance, policy: defaultPolicy });
  const findings = verdict.gates.flatMap((one) => one.findings);
  return {
    findings,
    summary: results[0]?.result.outcome === 'unknown' ? 'unknown' : (verdict.gates[0]?.summary ?? ''),
  };
}

function sideOf(pair: string, side: 'base' | 'head', parsedOnly: boolean): ProjectSide {
  const text = (name: string): string =>
    gunzipSync(readFileSync(join(root, pair, `${side}.${name}.json.gz`))).toString('utf8');
  const manifest = parseManifest(text('manifest'), side);
  const catalog = parseCatalog(text('catalog'), side);
  if (!manifest.ok || !catalog.ok) throw new TypeError(`${pair}: ${side} cannot be read`);
  const project = withRenderedSql(parsedOnly ? withoutCompiled(manifest.value) : manifest.value);
  // As in a review: a rule that speaks only where there are no artifacts is silent.
  const artifacts = (['manifest', 'catalog'] as const).map((name) => {
    return { name: `${name}.json`, sha256: sha256(text(name)) } as const;
  });
  return { project, catalog: catalog.value, runResults: null, artifacts, origin: pair, stale: null };
}

function withoutCompiled(project: DbtProject): DbtProject {
  const nodes = [...project.nodes].map(([id, node]) => [id, { ...node, compiledCode: null }] as const);
  return { ...project, nodes: new Map(nodes) };
}
