// Compares our state selection and selection language with what real dbt selects, over a material of project mutations.
//
//   npm run conformance:state -- [--versions 1.12,1.9,2] [--flag true|false] [--install] [--material DIR] [CASE …]
//
// Version 2 is the Rust engine, as far as its wheel can be had from the package index; it is asked less, one command a question.
// dbt is asked in this run, in-process, for every case whose answer is not in the cache. It is that of the Python
// environments WEIRKEEPER_DBT_VENV (several, separated by commas), else the cache's own environments, `venv-1.12` and so
// on, which --install makes. dbt's manifests and answers are kept in the cache (WEIRKEEPER_CACHE, else the folder for
// temporary files), by dbt version, flag and a digest of what is asked: a second run only compares. WEIRKEEPER_CORPORA
// names the folder that holds the material; without it, `../shared` beside the checkout is looked at. Exit 1 on a
// mismatch that is not one of those named below.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { DbtProject, Selector } from '#core/dbt';
import { createSelector, parseManifest, stateContext } from '#core/dbt';
import { cache, environmentOf } from './dbt-environment.ts';
import type { Mismatch, Question } from './known-differences.ts';
import { reasonFor } from './known-differences.ts';

type DbtAnswer = readonly string[] | { readonly error: string };

interface Answer {
  readonly base: string;
  readonly dbt: string;
  readonly skipped?: string;
  readonly selectors: Readonly<Record<string, DbtAnswer>>;
  readonly expressions: readonly (Question & { readonly answer: DbtAnswer })[];
}

interface Asked {
  readonly question: Question;
  readonly answer: DbtAnswer;
}

const root = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    flag: { type: 'string' },
    install: { type: 'boolean' },
    material: { type: 'string' },
    versions: { type: 'string', default: '1.12,1.11,1.10,1.9,1.8' },
  },
});
const questions = join(import.meta.dirname, 'expressions.json');
const scriptOf = {
  '1': join(import.meta.dirname, 'run-dbt-state.py'),
  '2': join(import.meta.dirname, 'run-rust-dbt-state.py'),
};
const material = values.material ?? findMaterial();
if (material === null) {
  console.log('conformance:state skipped: no material (../shared/conformance/state, or --material DIR)');
} else {
  process.exitCode = run(material) > 0 ? 1 : 0;
}

/** Unexpected mismatches over every environment and flag. */
function run(folder: string): number {
  const venvs = environments();
  if (venvs.length === 0) {
    console.log('conformance:state skipped: no dbt (set WEIRKEEPER_DBT_VENV, or give --install)');
    return 0;
  }
  const total = { checks: 0, mismatches: 0, unexpected: 0 };
  for (const venv of venvs) {
    const python = join(venv, 'bin/python');
    const version = versionIn(python);
    const script = scriptOf[version.startsWith('2') ? '2' : '1'];
    for (const flag of values.flag === undefined ? ['false', 'true'] : [values.flag]) {
      // dbt 1.8 has no such flag; dbt 2 does not read it.
      if (flag === 'true' && /^1\.[0-8]\./.test(version)) continue;
      if (flag === 'false' && version.startsWith('2')) continue;
      const began = performance.now();
      const out = join(cache, `${version}_${flag}_${digestOf(folder, script)}`);
      askDbt([python, script], folder, out, flag);
      const asked = performance.now();
      const counts = compareAll(out, flag === 'true');
      total.checks += counts.checks;
      total.mismatches += counts.mismatches;
      total.unexpected += counts.unexpected;
      if (counts.checks === 0) {
        console.log(`dbt ${version}, flag ${flag}: no case could be asked`);
        total.unexpected++;
      }
      const skipped = counts.skipped > 0 ? `, ${counts.skipped} cases do not apply to this dbt` : '';
      const seconds = `dbt ${inSeconds(began, asked)}, comparison ${inSeconds(asked, performance.now())}`;
      console.log(`dbt ${version}, flag ${flag}: ${said(counts)}${skipped} (${seconds})`);
    }
  }
  console.log(said(total));
  return total.unexpected;
}

function said(counts: { readonly checks: number; readonly mismatches: number; readonly unexpected: number }): string {
  return `${counts.checks} checks, ${counts.mismatches} mismatches (${counts.unexpected} unexpected)`;
}

function inSeconds(from: number, to: number): string {
  return `${((to - from) / 1000).toFixed(1)} s`;
}

function environments(): readonly string[] {
  const given = (process.env['WEIRKEEPER_DBT_VENV'] ?? '').split(',').filter((venv) => venv !== '');
  if (given.length > 0) return given;
  return values.versions
    .split(',')
    .map((version) => environmentOf(version, values.install === true))
    .filter((venv) => venv !== null);
}

function versionIn(python: string): string {
  const ask =
    'import importlib.metadata as m; print(next(d.version for d in m.distributions() if d.name in ("dbt-core", "dbt")))';
  return execFileSync(python, ['-c', ask], { encoding: 'utf8' }).trim();
}

/** Of everything that decides what dbt is asked: a change of it asks anew. */
function digestOf(folder: string, script: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !file.parentPath.includes('expected') && !file.name.endsWith('.pyc'))
    .map((file) => join(file.parentPath, file.name))
    .sort();
  const asking = [questions, script, join(import.meta.dirname, 'material.py')];
  for (const path of [...files, ...asking]) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}

function askDbt([python, script]: readonly [string, string], folder: string, out: string, flag: string): void {
  mkdirSync(out, { recursive: true });
  const processes = String(Math.min(4, availableParallelism()));
  execFileSync(python, [script, folder, out, flag, questions, processes, ...positionals], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', PYTHONDONTWRITEBYTECODE: '1' },
  });
}

interface Counts {
  readonly checks: number;
  readonly mismatches: number;
  readonly unexpected: number;
  readonly skipped: number;
}

function compareAll(out: string, moreUnrendered: boolean): Counts {
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
    const asked = questionsOf(answer);
    const head = read(join(out, name, 'head.json.gz'));
    const select = createSelector(stateContext(base, head, { moreUnrendered }));
    const faults = mismatchesOf(asked, select);
    counts.checks += asked.length;
    counts.mismatches += faults.length;
    for (const fault of faults) {
      const why = reasonFor(name, fault, select, { moreUnrendered, isPreview: answer.dbt.startsWith('2') });
      if (why === null) counts.unexpected++;
      console.log(`  ${why === null ? 'MISMATCH' : `expected (${why})`} ${name} ${fault.text}`);
    }
  }
  return counts;
}

/** The plain selectors are asked without tests pulled in. */
function questionsOf(answer: Answer): readonly Asked[] {
  return [
    ...Object.entries(answer.selectors).map(
      ([name, ids]): Asked => ({ question: { select: `state:${name}`, mode: 'empty' }, answer: ids }),
    ),
    ...answer.expressions.map((asked): Asked => ({ question: asked, answer: asked.answer })),
  ];
}

function mismatchesOf(asked: readonly Asked[], select: Selector): readonly Mismatch[] {
  return asked.flatMap(({ question, answer }) => {
    const { select: expression, exclude, mode = 'eager' } = question;
    const ours = select({
      ...(expression === undefined ? {} : { select: expression }),
      ...(exclude === undefined ? {} : { exclude }),
      indirectSelection: mode,
    });
    const title = `--select ${expression ?? '(all)'} --exclude ${exclude ?? '(none)'} ${mode}`;
    const dbtFails = !Array.isArray(answer);
    if (dbtFails || !ours.ok) {
      if (dbtFails && !ours.ok) return [];
      const error = dbtFails ? (answer as { error: string }).error : ours.ok ? '' : ours.reason.text;
      return [{ question, ids: [], text: `${title}: ${dbtFails ? 'only dbt fails' : 'only we fail'}: ${error}` }];
    }
    const ids = ours.value.map(String);
    const missing = answer.filter((id) => !ids.includes(id));
    const extra = ids.filter((id) => !answer.includes(id));
    const differing = [...missing, ...extra];
    const text = `${title}: missing [${missing.join(', ')}], extra [${extra.join(', ')}]`;
    return differing.length === 0 ? [] : [{ question, ids: differing, text }];
  });
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
