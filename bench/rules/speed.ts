// How long rules and proof take, without the search for counterexamples: generated changes of 100, 400 and 1,600 marts of some hundred
// lines, and one of 2,000 that are only written otherwise.
//
//   npm run bench:rules:speed
//
// Each size runs in a process of its own. `reading` is the SQL of both sides by the engines: cold, of a new process, whose engines are
// still compiled while they run, and again. `first` is comparing and ruling in a process that has done none before, as on the command
// line; `again` is another change of that size in the same process, as in a server. CPU seconds of all threads of the process, and
// seconds by the clock in brackets. `upstream` counts the statements that were read for their keys. Exits 1 when rules and proof of
// 100 models take more than 2 s, or one of the 2,000 is not proven the same or has a finding.
import { execFileSync } from 'node:child_process';
import type { Change } from '#core/change';
import { analyzeChange, changedStatements, withTrees } from '#core/change';
import { compareModels, findAll, upstreamStatements } from '#core/rules';
import { createSqlReader } from '#edges/sql-engines';
import type { SqlReader } from '#review';
import { type MartEdit, mixedEdits, sideOfMarts } from '../../test/support/generated-models.ts';

const GOAL_SECONDS = 2;

interface Taken {
  readonly cpu: number;
  readonly wall: number;
}

interface Measured {
  readonly reading: readonly Taken[];
  readonly proof: readonly Taken[];
  readonly rules: readonly Taken[];
  readonly models: number;
  readonly equal: number;
  readonly findings: number;
  readonly upstream: number;
}

const [task, size] = process.argv.slice(2);
if (task === undefined) report();
else console.log(JSON.stringify(await measure(Number(size), task === 'form' ? () => 'form' : mixed)));

function mixed(at: number): MartEdit {
  return mixedEdits[at % mixedEdits.length] ?? 'form';
}

function report(): void {
  console.log(
    '             models  same  findings  upstream  reading cold  again       proof first  again       rules first  again',
  );
  const faults: string[] = [];
  for (const [kind, count] of [
    ['mixed', 100],
    ['mixed', 400],
    ['mixed', 1_600],
    ['form', 2_000],
  ] as const) {
    const measured = ofProcess(kind, count);
    const { models, equal, findings, upstream, reading, proof, rules } = measured;
    const cells = [models, equal, findings, upstream].map((cell) => String(cell).padStart(7)).join('  ');
    const times = [...reading, ...proof, ...rules].map((one) =>
      `${one.cpu.toFixed(2)} (${one.wall.toFixed(2)})`.padEnd(12),
    );
    console.log(`${kind.padEnd(10)} ${cells}   ${times.join(' ')}`);
    const first = (proof[0]?.cpu ?? 0) + (rules[0]?.cpu ?? 0);
    if (count === 100 && first > GOAL_SECONDS) faults.push(`${first.toFixed(2)} s for 100 models, not ${GOAL_SECONDS}`);
    if (kind === 'form' && (equal < count || findings > 0))
      faults.push(`${count - equal} reformatted models not proven the same, ${findings} findings`);
  }
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function ofProcess(kind: string, count: number): Measured {
  const out = execFileSync(process.execPath, [import.meta.filename, kind, String(count)], { encoding: 'utf8' });
  return JSON.parse(out) as Measured;
}

async function measure(count: number, editOf: (at: number) => MartEdit): Promise<Measured> {
  const reader = createSqlReader();
  const reading: Taken[] = [];
  const proof: Taken[] = [];
  const rules: Taken[] = [];
  let last: Change | null = null;
  for (const turn of [0, 1]) {
    // Another change of the same size, so that nothing is remembered.
    const change = unread(count, (at) => editOf(at + turn));
    const [read, answers] = await timed(() => readAll(reader, change));
    const whole = withTrees(change, answers);
    const [compared] = await timed(() => compareModels(whole));
    const [found] = await timed(() => findAll(whole));
    reading.push(read);
    proof.push(compared);
    rules.push(found);
    last = whole;
  }
  await reader.close();
  if (last === null) throw new TypeError('nothing was measured');
  const found = findAll(last);
  const { equal } = compareModels(last);
  const upstream = upstreamStatements(last, found).length;
  return { reading, proof, rules, models: count, equal: equal.size, findings: found.length, upstream };
}

function unread(count: number, editOf: (at: number) => MartEdit): Change {
  const [base, head] = [sideOfMarts(count, () => 'none'), sideOfMarts(count, editOf)];
  return analyzeChange({ pullRequest: null, base, head }, new Map());
}

function readAll(reader: SqlReader, change: Change) {
  return reader.read(changedStatements(change));
}

async function timed<Result>(run: () => Result | Promise<Result>): Promise<readonly [Taken, Result]> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const result = await run();
  const { user, system } = process.cpuUsage(cpu);
  return [{ cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1e3 }, result];
}
