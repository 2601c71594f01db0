// Reviews every real pull request of the corpora with the command line, without the search for counterexamples, and prints
// the time of each, the findings of each kind, and how many the gate `sql-rules` has for a pull request.
//
//   npm run bench:corpora -- [--only dbt_stripe/pr75]
//
// `--only` reviews those whose `<repository>/<pull request>` holds the text. Exits 1 when one crashes or hangs, when a model whose compiled SQL is identical gets a finding from column-lineage, or when one of which nothing but
// the file changed (`raw_only` of the corpora's labels) gets one about its SQL from sql-rules.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const GOAL_SECONDS = 5;
const HANGS_AFTER_SECONDS = 60;
const corpora = resolve(process.env['WEIRKEEPER_CORPORA'] ?? '../shared/corpora', 'pull-requests');
if (!existsSync(corpora)) {
  console.log(
    `skipped: no corpora at ${process.env['WEIRKEEPER_CORPORA'] ?? '../shared/corpora'} (set WEIRKEEPER_CORPORA)`,
  );
  process.exit(0);
}

interface Printed {
  readonly verdict: { readonly outcome: string; readonly rung: string };
  readonly modified: readonly unknown[];
  readonly gates: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly findings: readonly { readonly message_id: string; readonly unique_id: string }[];
  }[];
  readonly lineage: { readonly models: number; readonly columns: number; readonly resolved: number };
}

const pairs = readdirSync(corpora)
  .flatMap((repository) => readdirSync(join(corpora, repository)).map((pull) => join(repository, pull)))
  .filter((pair) => pair.includes(values.only));
const rawOnly = rawOnlyModels();
const folderOfPolicy = mkdtempSync(join(tmpdir(), 'weirkeeper-bench-'));
const policy = join(folderOfPolicy, 'weirkeeper.yml');
writeFileSync(policy, 'counterexamples: { max_seconds: 0 }\n');
const faults: string[] = [];
const seconds: number[] = [];
const ofRules: number[] = [];
const kinds = new Map<string, { readonly findings: number; readonly pulls: Set<string> }>();
let [columns, resolved] = [0, 0];
console.log('seconds  verdict  modified  findings  columns resolved  pull request');
for (const pair of pairs) reviewPair(pair);
rmSync(folderOfPolicy, { recursive: true });

seconds.sort((a, b) => a - b);
const at = (share: number) => (seconds[Math.floor((seconds.length - 1) * share)] ?? 0).toFixed(2);
console.log(
  `${pairs.length} pull requests: median ${at(0.5)} s, 90 % ${at(0.9)} s, longest ${at(1)} s; ${seconds.filter((one) => one > GOAL_SECONDS).length} beyond the goal of ${GOAL_SECONDS} s`,
);
console.log(`columns resolved: ${resolved} of ${columns} (${((100 * resolved) / Math.max(1, columns)).toFixed(2)} %)`);
for (const [kind, { findings, pulls }] of [...kinds].sort()) {
  console.log(`${kind}: ${findings} findings in ${pulls.size} pull requests`);
}
ofRules.sort((a, b) => a - b);
const median = ofRules[Math.floor(ofRules.length / 2)] ?? 0;
const counts = ofRules.map((count) => `${count}`).join(' ');
console.log(`findings of sql-rules per pull request: median ${median}, most ${ofRules.at(-1) ?? 0} (${counts})`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

function reviewPair(pair: string): void {
  const folder = join(corpora, pair);
  const file = (name: string) => join(folder, name);
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      'src/cli/weirkeeper.mjs',
      'review',
      ...['--base', file('base.manifest.json.gz'), '--base-catalog', file('base.catalog.json.gz')],
      ...['--head', file('head.manifest.json.gz'), '--head-catalog', file('head.catalog.json.gz')],
      ...['--pr', file('pr.json'), '--policy', policy, '--format', 'json'],
    ],
    { encoding: 'utf8', timeout: HANGS_AFTER_SECONDS * 1_000, maxBuffer: 256 * 1024 * 1024 },
  );
  const taken = (performance.now() - started) / 1_000;
  seconds.push(taken);
  if (status === null || status > 2) {
    faults.push(`${pair}: exit ${status ?? 'by signal'}: ${stderr.slice(0, 500)}`);
    return;
  }
  const printed = JSON.parse(stdout) as Printed;
  const findings = printed.gates.flatMap((gate) => gate.findings.map((finding) => ({ gate: gate.id, ...finding })));
  ofRules.push(findings.filter(({ gate }) => gate === 'sql-rules').length);
  for (const { gate, message_id } of findings) {
    const kind = `${gate} / ${message_id}`;
    const known = kinds.get(kind) ?? { findings: 0, pulls: new Set() };
    kinds.set(kind, { findings: known.findings + 1, pulls: known.pulls.add(pair) });
  }
  columns += printed.lineage.columns;
  resolved += printed.lineage.resolved;
  const identical = identicalModels(folder);
  for (const { gate, unique_id, message_id } of findings) {
    if (gate === 'column-lineage' && identical.has(unique_id))
      faults.push(`${pair}: ${unique_id} is unchanged and has a finding`);
    if (gate === 'sql-rules' && rawOnly.has(`${pair} ${unique_id}`) && isOfSql(message_id))
      faults.push(`${pair}: of ${unique_id} only the file changed, and it has a finding of ${message_id}`);
  }
  const cells = [
    taken.toFixed(2).padStart(7),
    printed.verdict.outcome.padEnd(7),
    String(printed.modified.length).padStart(8),
    String(findings.length).padStart(8),
    `${printed.lineage.resolved}/${printed.lineage.columns}`.padStart(16),
    pair,
  ];
  console.log(cells.join('  '));
}

/** Whether a rule on SQL says it; others look at what dbt is told, which a file may change alone. */
function isOfSql(messageId: string): boolean {
  return existsSync(join('src/core/rules/sql', `${messageId.split('/')[0] ?? ''}.ts`));
}

/** `<pull request> <unique_id>` of models whose file alone is another. */
function rawOnlyModels(): ReadonlySet<string> {
  const path = join(corpora, '..', 'model-changes.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  const changes = lines.map((line) => JSON.parse(line) as { repo: string; pr: number; model: string; kind: string });
  return new Set(
    changes.flatMap(({ repo, pr, model, kind }) =>
      kind.startsWith('raw_only') ? [`${repo.split('/').at(-1) ?? ''}/pr${pr} ${model}`] : [],
    ),
  );
}

function identicalModels(folder: string): ReadonlySet<string> {
  const [base, head] = ['base', 'head'].map((side) => compiledOf(join(folder, `${side}.manifest.json.gz`)));
  return new Set([...(base ?? [])].filter(([id, code]) => head?.get(id) === code).map(([id]) => id));
}

function compiledOf(path: string): ReadonlyMap<string, string> {
  const manifest = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as {
    nodes: Record<string, { compiled_code?: string | null; compiled_sql?: string | null }>;
  };
  return new Map(
    Object.entries(manifest.nodes).flatMap(([id, node]) => {
      const code = node.compiled_code ?? node.compiled_sql;
      return typeof code === 'string' ? [[id, code]] : [];
    }),
  );
}
