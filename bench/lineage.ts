// CPU time and memory of lineage on real models and on generated projects of 100, 1,000 and 10,000, side by side with sqlglot, and
// of a review in which one model of 1,000 has changed: by a process that has reviewed the project before, and by a new one that
// finds what another has stored.
//
//   npm run bench:lineage -- [--fresh]
//
// What is compared: from the text of a model to the lineage of all its columns; CPU time of all threads. The start is counted on
// neither side: Python's import of sqlglot, our worker with its compiled engine. "first" is the first project of a process, whose
// code the machine still compiles while it runs; "again" is the same project once more, nothing of it kept. sqlglot takes one model
// after the other, so it is asked for 50 of a generated project. Its answers to the corpora may stand in the cache of
// conformance:lineage; --fresh asks anew. Each measurement of ours runs in a process of its own.
// Exits 1 when time is not linear in models, when it is not 50 times faster again, or when a warm review takes too long.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import type { ProjectSide } from '#core/change';
import { openStore } from '#edges/database';
import { createSqlReader } from '#edges/sql-engines';
import { analyzeSides, noLineageCache, traceSides } from '#review';
import { installSqlglot } from '../test/conformance/install-sqlglot.ts';
import { corporaRoot } from '../test/conformance/lineage-cases.ts';
import { sideOf } from './lineage/project.ts';
import { corpusSides, meanOfCorpora, meanOfGenerated } from './lineage/sqlglot.ts';

const WARM_LIMIT_MS = 150;
const GOAL = 50;
const sizes = [100, 1_000, 10_000];

/** What one process measured. */
interface Measured {
  readonly startMs: number;
  readonly cpuMs: number;
  /** Of the same once more. */
  readonly againMs: number;
  readonly wallMs: number;
  readonly models: number;
  readonly columns: number;
  readonly peakMb: number;
}

const [task, size] = process.argv.slice(2);
if (task === undefined || task === '--fresh') await report(task === '--fresh');
else if (task === 'corpora') await cold(corpusSides());
else if (task === 'cold') await cold([sideOf(Number(size), null)]);
else await warm(task);

async function report(fresh: boolean): Promise<void> {
  const sqlglot = installSqlglot();
  console.log(`CPU ms a model; sqlglot ${sqlglot.version}`);
  console.log('             models  start ms   first   again  sqlglot  times: first  again  columns  peak MB');
  const wanting: string[] = [];
  const line = (name: string, measured: Measured, theirs: number): number => {
    const { startMs, cpuMs, againMs, models, columns, peakMb } = measured;
    const [first, again] = [cpuMs / models, againMs / models];
    const cells = [models, startMs.toFixed(0), first.toFixed(2), again.toFixed(2), theirs.toFixed(1)];
    cells.push((theirs / first).toFixed(0), (theirs / again).toFixed(0), columns, peakMb.toFixed(0));
    const widths = [6, 8, 6, 6, 7, 12, 5, 7, 7];
    console.log(`${name.padEnd(11)}  ${cells.map((cell, at) => String(cell).padStart(widths[at] ?? 0)).join('  ')}`);
    if (theirs / again < GOAL)
      wanting.push(`${name}: ${(theirs / again).toFixed(0)} times sqlglot's speed, not ${GOAL}`);
    return again;
  };
  if (existsSync(corporaRoot)) line('corpora', run('corpora', 0), await meanOfCorpora(sqlglot, !fresh));
  else console.log('corpora skipped: not there (../shared/corpora, or WEIRKEEPER_CORPORA)');
  const perModel: number[] = [];
  for (const models of sizes)
    perModel.push(line(`generated`, run('cold', models), await meanOfGenerated(sqlglot, sideOf(models, null))));
  const [, thousand = 1, tenThousand = 1] = perModel;
  if (tenThousand / thousand > 1.5) wanting.push('time is not linear in models');
  console.log(`10,000 models take ${(tenThousand / thousand).toFixed(2)} times as long a model as 1,000 (limit 1.5)`);
  const { wallMs, cpuMs, peakMb } = run('warm', 1_000);
  const told = `${wallMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of CPU, peak ${peakMb.toFixed(0)} MB`;
  console.log(`one changed model in 1,000, reviewed before by this process: ${told} (limit ${WARM_LIMIT_MS} ms)`);
  const stored = run('stored', 1_000);
  const once = `${stored.wallMs.toFixed(0)} ms, ${stored.cpuMs.toFixed(0)} ms of CPU, start of the engine included`;
  console.log(`one changed model in 1,000, first review of a process that finds the others stored: ${once}`);
  if (wallMs > WARM_LIMIT_MS) wanting.push(`a warm review takes ${wallMs.toFixed(0)} ms`);
  for (const what of wanting) console.error(what);
  process.exitCode = wanting.length === 0 ? 0 : 1;
}

function run(name: string, models: number): Measured {
  return JSON.parse(
    execFileSync(process.execPath, [import.meta.filename, name, String(models)], { encoding: 'utf8' }),
  ) as Measured;
}

/** Every model is read and traced, twice. The start is that of a worker and its engine, up to a first statement. */
async function cold(sides: readonly ProjectSide[]): Promise<void> {
  const sqlReader = createSqlReader({ timeout: 60_000 });
  const begun = process.cpuUsage();
  await sqlReader.read([{ key: 'first', sql: 'select 1 as one', dialect: 'postgres' }]);
  const startMs = cpuSince(begun);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const first = await traceAll(sides, sqlReader);
  const [cpuMs, wallMs] = [cpuSince(cpu), performance.now() - started];
  const again = process.cpuUsage();
  await traceAll(sides, sqlReader);
  const againMs = cpuSince(again);
  await sqlReader.close();
  tell({ startMs, cpuMs, againMs, wallMs, ...first });
}

/** What is kept hangs on the reader, so each project gets one that nothing is known of. */
async function traceAll(
  sides: readonly ProjectSide[],
  reader: ReturnType<typeof createSqlReader>,
): Promise<Pick<Measured, 'models' | 'columns'>> {
  let [models, columns] = [0, 0];
  for (const side of sides) {
    const sqlReader: Pick<typeof reader, 'read'> = {
      read: (statements) => ((models += statements.length), reader.read(statements)),
    };
    const { lineage } = await traceSides({ base: side, head: side }, { sqlReader, lineageCache: noLineageCache });
    for (const node of lineage.head.values()) columns += node.columns.length;
  }
  return { models, columns };
}

/** The median of six reviews after a first one, each of another head; or, `stored`, the first by a process. */
async function warm(kind: string): Promise<void> {
  const store = await openStore({ pglite: await PGlite.create() });
  const lineageCache = store.lineageCache({ version: 'bench' });
  const base = sideOf(1_000, null);
  const times: { wallMs: number; cpuMs: number }[] = [];
  let sqlReader = createSqlReader({ timeout: 60_000 });
  for (let round = 0; round < 7; round += 1) {
    if (kind === 'stored' && round > 0) {
      await sqlReader.close();
      sqlReader = createSqlReader({ timeout: 60_000 });
    }
    const sides = { pullRequest: null, base, head: sideOf(1_000, round) };
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    await analyzeSides(sides, { sqlReader, lineageCache });
    if (round > 0) times.push({ wallMs: performance.now() - started, cpuMs: cpuSince(cpu) });
  }
  await sqlReader.close();
  await store.close(0);
  const median = times.sort((a, b) => a.wallMs - b.wallMs)[3] ?? { wallMs: 0, cpuMs: 0 };
  tell({ startMs: 0, againMs: 0, models: 1_000, columns: 0, ...median });
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function tell(measured: Omit<Measured, 'peakMb'>): void {
  console.log(JSON.stringify({ ...measured, peakMb: process.resourceUsage().maxRSS / 1_024 } satisfies Measured));
}
