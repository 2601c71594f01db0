// `state:modified` beside real dbt and beside JSON.parse, in one run, on generated projects:
//
//   npm run bench:state -- [--install] [--models 1000] [--sizes 1000,10000,30000]
//
// dbt parses a project of `--models` models, of which 1 % is edited then, and lists `state:modified` cold (no partial parse)
// and warm. Larger manifests are that one's entries several times over. Every figure is of a process of its own. Seconds of CPU
// can be compared on a machine that others use too; how long somebody waits (the goals of 20 times and of 4 s) is time by the
// clock, of the better of two runs. Exit 1 when a goal is missed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cache, environmentOf } from '../../test/conformance/dbt-environment.ts';
import { editProject, writeProject } from './project.ts';
import { scaleManifest } from './scale.ts';

/** A figure of `measure.ts`. */
interface Figure {
  readonly cpu: number;
  readonly wall: number;
  readonly peakMb: number;
  readonly found: number;
}

const goals = { timesFaster: 20, timesParse: 1.5, seconds: 4, peakMb: 800 };
const { values } = parseArgs({
  options: {
    install: { type: 'boolean', default: false },
    models: { type: 'string', default: '1000' },
    sizes: { type: 'string', default: '1000,10000,30000' },
  },
});
const models = Number(values.models);
const folder = join(cache, `bench-state-${values.models}`);
const faults: string[] = [];
const venv = environmentOf('1.12', values.install);
if (venv === null) console.log('bench:state skipped: no dbt');
else run(venv);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

function run(venv: string): void {
  const { base, head } = askDbt(venv);
  console.log('models    MB  JSON.parse s  state s  ratio  peak MB (JSON.parse)  modified');
  for (const size of values.sizes.split(',').map(Number)) compare(scaled(base, head, size / models), size);
  keep(base);
  warm(base, head);
  large(base);
}

/** Parses the project before and after the edit, and times `dbt ls` by its CPU. */
function askDbt(venv: string): { base: string; head: string } {
  const [project, state] = [join(folder, 'project'), join(folder, 'state')];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(state, { recursive: true });
  writeProject(project, models);
  dbt(venv, project, 'parse', '--target-path', state);
  editProject(project, models);
  const list = ['ls', '--quiet', '--select', 'state:modified', '--state', state];
  const cold = dbt(venv, project, ...list);
  const warm = better(() => dbt(venv, project, ...list));
  const pair = { base: join(state, 'manifest.json'), head: join(project, 'target/manifest.json') };
  const command = join(import.meta.dirname, '../../src/cli/weirkeeper.mjs');
  const words = [process.execPath, command, 'state', '--base', pair.base, '--head', pair.head];
  // As dbt, which has compiled its own files before: what Node makes of ours is kept by the first run.
  timed(venv, project, words);
  const ours = better(() => timed(venv, project, words));
  const times = warm.wall / ours.wall;
  const shown = ({ wall, cpu }: Timed): string => `${wall.toFixed(2)} s (CPU ${cpu.toFixed(2)} s)`;
  console.log(`dbt ls --select state:modified, ${models} models: cold ${shown(cold)}, warm ${shown(warm)}`);
  console.log(
    `weirkeeper state: ${shown(ours)}, ${times.toFixed(1)} times faster than warm dbt (goal ${goals.timesFaster}; by CPU ${(warm.cpu / ours.cpu).toFixed(1)})`,
  );
  const alone = measure('state', pair.base, pair.head).cpu;
  const inDbt = selectionIn(venv, project, list);
  console.log(
    `CPU without the start of either: dbt warm ${inDbt.toFixed(1)} s, Weirkeeper ${alone.toFixed(2)} s, ${(inDbt / alone).toFixed(1)} times`,
  );
  if (times < goals.timesFaster) faults.push(`only ${times.toFixed(1)} times faster than warm dbt`);
  return pair;
}

/** Seconds of CPU that dbt takes once it has been loaded. */
function selectionIn(venv: string, project: string, args: readonly string[]): number {
  const script = [
    'import sys, time',
    'from dbt.cli.main import dbtRunner',
    'runner = dbtRunner()',
    'before = time.process_time()',
    'ended = runner.invoke(sys.argv[1:])',
    'print("cpu", time.process_time() - before)',
    'sys.exit(0 if ended.success else 1)',
  ].join('\n');
  const asked = [...args, '--profiles-dir', project];
  const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
  const said = execFileSync(join(venv, 'bin/python'), ['-c', script, ...asked], {
    cwd: project,
    env,
    encoding: 'utf8',
  });
  return Number(/^cpu (.*)$/m.exec(said)?.[1]);
}

/** Seconds by the clock and of CPU. */
interface Timed {
  readonly wall: number;
  readonly cpu: number;
}

function better(run: () => Timed): Timed {
  const [first, second] = [run(), run()];
  return first.wall < second.wall ? first : second;
}

/** Runs dbt in a project. */
function dbt(venv: string, project: string, ...args: readonly string[]): Timed {
  return timed(venv, project, [join(venv, 'bin/dbt'), ...args, '--profiles-dir', project]);
}

/** Runs a command; gives its seconds, those of CPU with its children's. */
function timed(venv: string, folder: string, command: readonly string[]): Timed {
  const script = [
    'import resource, subprocess, sys, time',
    'began = time.perf_counter()',
    'ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)',
    'wall = time.perf_counter() - began',
    'used = resource.getrusage(resource.RUSAGE_CHILDREN)',
    'print(wall, used.ru_utime + used.ru_stime)',
    'sys.exit(ended.returncode)',
  ].join('\n');
  const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };
  const said = execFileSync(join(venv, 'bin/python'), ['-c', script, ...command], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const [wall = 0, cpu = 0] = said.trim().split(' ').map(Number);
  return { wall, cpu };
}

function scaled(base: string, head: string, copies: number): readonly [string, string] {
  const paths = [join(folder, `base-${copies}.json`), join(folder, `head-${copies}.json`)] as const;
  if (!existsSync(paths[0])) scaleManifest(base, paths[0], copies, 0);
  if (!existsSync(paths[1])) scaleManifest(head, paths[1], copies, 86_400);
  return paths;
}

function compare(paths: readonly [string, string], size: number): void {
  const [parse, ours] = [best('parse', paths), best('state', paths)];
  const ratio = ours.cpu / parse.cpu;
  const cells = [
    String(size).padStart(6),
    inMb(paths[0]).toFixed(0).padStart(5),
    parse.cpu.toFixed(2).padStart(12),
    ours.cpu.toFixed(2).padStart(7),
    ratio.toFixed(2).padStart(5),
    `${ours.peakMb.toFixed(0)} (${parse.peakMb.toFixed(0)})`.padStart(20),
    String(ours.found).padStart(8),
  ];
  console.log(cells.join('  '));
  if (ratio > goals.timesParse) faults.push(`${size} models: ${ratio.toFixed(2)} times the two JSON.parse`);
}

/** What a reduced manifest would save: its bytes and JSON.parse of them, beside those of the whole. */
function keep(base: string): void {
  const [whole, kept, read] = [best('parse', [base]), best('kept', [base]), best('state', [base])];
  console.log(
    `of a manifest of ${inMb(base).toFixed(1)} MB ${(kept.found / 1_000_000).toFixed(1)} MB are kept: JSON.parse of them takes ${kept.cpu.toFixed(2)} s, of the whole ${whole.cpu.toFixed(2)} s, reading the whole ${read.cpu.toFixed(2)} s`,
  );
}

/** The smallest pair once more where the program is warm, as in a server's process. */
function warm(base: string, head: string): void {
  const [parse, ours] = [best('parse', [base, head]), best('again', [base, head])];
  console.log(
    `the pair of ${models} models in a process that has compared it before: ${ours.cpu.toFixed(2)} s, ${(ours.cpu / parse.cpu).toFixed(2)} times the two JSON.parse`,
  );
}

/** One manifest of 200 MB. */
function large(base: string): void {
  const copies = Math.round(200 / inMb(base));
  const path = join(folder, 'large.json');
  scaleManifest(base, path, copies, 0);
  const { cpu, wall, peakMb, found } = best('state', [path]);
  console.log(
    `one manifest of ${inMb(path).toFixed(0)} MB (${found} nodes): ${wall.toFixed(2)} s (CPU ${cpu.toFixed(2)} s), peak ${peakMb.toFixed(0)} MB (goals ${goals.seconds} s, ${goals.peakMb} MB)`,
  );
  if (wall > goals.seconds) faults.push(`a manifest of 200 MB takes ${wall.toFixed(2)} s`);
  if (peakMb > goals.peakMb) faults.push(`a manifest of 200 MB takes ${peakMb.toFixed(0)} MB`);
}

/** The best of three: what else the machine does only adds. */
function best(what: string, paths: readonly string[]): Figure {
  const figures = [1, 2, 3].map(() => measure(what, ...paths));
  return figures.reduce((one, other) => (other.cpu < one.cpu ? other : one));
}

function measure(what: string, ...paths: readonly string[]): Figure {
  const script = join(import.meta.dirname, 'measure.ts');
  return JSON.parse(execFileSync(process.execPath, [script, what, ...paths], { encoding: 'utf8' })) as Figure;
}

function inMb(path: string): number {
  return statSync(path).size / 1_000_000;
}
