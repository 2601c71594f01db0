// Compares our state selection with what real dbt selects, over a material of project mutations.
//
//   npm run conformance:state -- [--flag true|false] [--install VERSION] [--material DIR] [CASE …]
//
// dbt is the one of the Python environment WEIRKEEPER_DBT_VENV (several, separated by commas), or is installed into the
// cache with --install. dbt's manifests and answers are kept in the cache (WEIRKEEPER_CACHE, else the folder for
// temporary files), by dbt version and flag: a second run only compares. WEIRKEEPER_CORPORA names the folder that
// holds the material; without it, `../shared` beside the checkout is looked at. Exit 1 on an unexpected mismatch.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { DbtProject, StateSelector } from '#core/dbt';
import { findContractBreaks, parseManifest, selectState, stateContext } from '#core/dbt';

/** Head values that JSON does not carry (dates, tuples): dbt sees a difference that no manifest shows. */
const unseen: ReadonlySet<string> = new Set(['K30', 'K31', 'K32']);

interface Answer {
  readonly base: string;
  readonly dbt: string;
  readonly skipped?: string;
  readonly selectors: Readonly<Record<string, readonly string[] | { readonly error: string }>>;
}

const root = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { flag: { type: 'string' }, install: { type: 'string' }, material: { type: 'string' } },
});
const material = values.material ?? findMaterial();
const cache = process.env['WEIRKEEPER_CACHE'] ?? join(tmpdir(), 'weirkeeper-conformance');
if (material === null) {
  console.log('conformance:state skipped: no material (../shared/conformance/state, or --material DIR)');
} else {
  process.exitCode = run(material) > 0 ? 1 : 0;
}

/** Unexpected mismatches over every environment and flag. */
function run(folder: string): number {
  const venvs = [
    ...(process.env['WEIRKEEPER_DBT_VENV'] ?? '').split(',').filter((venv) => venv !== ''),
    ...installed(),
  ];
  if (venvs.length === 0) {
    console.log('conformance:state skipped: no dbt (set WEIRKEEPER_DBT_VENV, or give --install 1.12)');
    return 0;
  }
  let unexpected = 0;
  for (const venv of venvs) {
    const python = join(venv, 'bin/python');
    const version = execFileSync(python, ['-c', 'import importlib.metadata as m; print(m.version("dbt-core"))'], {
      encoding: 'utf8',
    }).trim();
    for (const flag of values.flag === undefined ? ['false', 'true'] : [values.flag]) {
      if (flag === 'true' && /^1\.[0-8]\./.test(version)) continue;
      const out = join(cache, `${version}_${flag}`);
      askDbt(python, folder, out, flag);
      unexpected += compareAll(out, `dbt ${version}, flag ${flag}`, flag === 'true');
    }
  }
  return unexpected;
}

function installed(): readonly string[] {
  if (values.install === undefined) return [];
  const venv = join(cache, `venv-${values.install}`);
  if (!existsSync(join(venv, 'bin/dbt'))) {
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    const packages = ['--only-binary', 'dbt-core-experimental-parser', `dbt-core==${values.install}.*`, 'dbt-duckdb'];
    execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', ...packages], { stdio: 'inherit' });
  }
  return [venv];
}

function askDbt(python: string, folder: string, out: string, flag: string): void {
  mkdirSync(out, { recursive: true });
  const script = join(import.meta.dirname, 'run-dbt-state.py');
  execFileSync(python, [script, folder, out, flag, ...positionals], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
  });
}

function compareAll(out: string, title: string, moreUnrendered: boolean): number {
  const wanted = new Set(positionals);
  const bases = new Map<string, DbtProject>();
  const counts = { checks: 0, mismatches: 0, unexpected: 0, skipped: 0 };
  for (const name of readdirSync(out).sort()) {
    if (!existsSync(join(out, name, 'answer.json')) || (wanted.size > 0 && !wanted.has(name))) continue;
    const answer = JSON.parse(readFileSync(join(out, name, 'answer.json'), 'utf8')) as Answer;
    if (answer.skipped !== undefined) {
      counts.skipped++;
      continue;
    }
    const base = bases.get(answer.base) ?? read(join(out, answer.base));
    bases.set(answer.base, base);
    const faults = mismatchesOf(answer, base, read(join(out, name, 'head.json.gz')), moreUnrendered);
    counts.checks += Object.keys(answer.selectors).length;
    counts.mismatches += faults.length;
    if (!unseen.has(name)) counts.unexpected += faults.length;
    for (const fault of faults) console.log(`  ${unseen.has(name) ? 'expected' : 'MISMATCH'} ${name} ${fault}`);
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} cases do not apply to this dbt` : '';
  console.log(
    `${title}: ${counts.checks} checks, ${counts.mismatches} mismatches (${counts.unexpected} unexpected)${skipped}`,
  );
  return counts.unexpected;
}

function mismatchesOf(answer: Answer, base: DbtProject, head: DbtProject, moreUnrendered: boolean): readonly string[] {
  const selection = selectState(base, head, { moreUnrendered });
  const stops = findContractBreaks(stateContext(base, head, { moreUnrendered })).some((broken) => broken.stopsDbt);
  const faults: string[] = [];
  for (const [selector, expected] of Object.entries(answer.selectors)) {
    const dbtStops = !Array.isArray(expected);
    const asksContract = ['modified', 'unmodified', 'modified.contract'].includes(selector);
    if (dbtStops || (stops && asksContract)) {
      if (dbtStops !== (stops && asksContract)) faults.push(`${selector}: dbt ${dbtStops ? 'stops' : 'does not stop'}`);
      continue;
    }
    const ours = [...selection]
      .filter(([, selectors]) => selectors.has(selector as StateSelector))
      .map(([id]) => String(id));
    const listed = ours.filter((id) => !id.startsWith('operation.'));
    const missing = expected.filter((id) => !listed.includes(id));
    const extra = listed.filter((id) => !expected.includes(id));
    if (missing.length + extra.length > 0)
      faults.push(`${selector}: missing [${missing.join(', ')}], extra [${extra.join(', ')}]`);
  }
  return faults;
}

function read(path: string): DbtProject {
  const parsed = parseManifest(gunzipSync(readFileSync(path)).toString('utf8'), path);
  if (!parsed.ok) throw new TypeError(`${parsed.reason.text}; ${parsed.reason.remedy ?? ''}`);
  return parsed.value;
}

function findMaterial(): string | null {
  const shared = process.env['WEIRKEEPER_CORPORA'] ?? join(root, '../shared/corpora');
  const found = [join(shared, '../conformance/state'), join(shared, 'conformance/state')].find((path) =>
    existsSync(join(path, 'cases.py')),
  );
  return found ?? null;
}
