// CPU time and memory of lineage on generated projects of 100, 1,000 and 10,000 models, and of a review in which one model of
// 1,000 has changed: by a process that has reviewed the project before, and by a new one that finds what another has stored.
// Each measurement runs in a process of its own. Exits 1 when time is not linear in models, or when a warm review takes too long.
// The ratio to sqlglot is printed by `npm run conformance:lineage`, which runs both on the same statements.
import { execFileSync } from 'node:child_process';
import { PGlite } from '@electric-sql/pglite';
import { compareSides } from '#core/change';
import { openStore } from '#edges/database';
import { createSqlReader } from '#edges/sql-engines';
import { noLineageCache, traceSides } from '#review';
import { sideOf } from './lineage/project.ts';

const WARM_LIMIT_MS = 150;
const sizes = [100, 1_000, 10_000];

/** What one process measured. */
interface Measured {
  readonly startMs: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly columns: number;
  readonly peakMb: number;
}

const [task, size] = process.argv.slice(2);
if (task === undefined) report();
else if (task === 'cold') await cold(Number(size));
else await warm(task);

function report(): void {
  console.log('models  start CPU ms  CPU ms  CPU ms a model  columns  peak MB');
  const perModel = sizes.map((models) => {
    const { startMs, cpuMs, columns, peakMb } = run('cold', models);
    const cells = [
      models,
      startMs.toFixed(0),
      cpuMs.toFixed(0),
      (cpuMs / models).toFixed(2),
      columns,
      peakMb.toFixed(0),
    ];
    console.log(cells.map((cell, at) => String(cell).padStart([6, 12, 6, 14, 7, 7][at] ?? 0)).join('  '));
    return cpuMs / models;
  });
  const [, thousand = 1, tenThousand = 1] = perModel;
  const linear = tenThousand / thousand <= 1.5;
  console.log(`10,000 models take ${(tenThousand / thousand).toFixed(2)} times as long a model as 1,000 (limit 1.5)`);
  const { wallMs, cpuMs, peakMb } = run('warm', 1_000);
  const told = `${wallMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of CPU, peak ${peakMb.toFixed(0)} MB`;
  console.log(`one changed model in 1,000, reviewed before by this process: ${told} (limit ${WARM_LIMIT_MS} ms)`);
  const stored = run('stored', 1_000);
  const first = `${stored.wallMs.toFixed(0)} ms, ${stored.cpuMs.toFixed(0)} ms of CPU, start of the engine included`;
  console.log(`one changed model in 1,000, first review of a process that finds the others stored: ${first}`);
  if (!linear) console.error('time is not linear in models');
  if (wallMs > WARM_LIMIT_MS) console.error(`a warm review takes ${wallMs.toFixed(0)} ms`);
  process.exitCode = linear && wallMs <= WARM_LIMIT_MS ? 0 : 1;
}

function run(name: string, models: number): Measured {
  return JSON.parse(
    execFileSync(process.execPath, [import.meta.filename, name, String(models)], { encoding: 'utf8' }),
  ) as Measured;
}

/** Every model is read and traced. The start is that of a worker and its engine, up to a first statement. */
async function cold(models: number): Promise<void> {
  const sqlReader = createSqlReader();
  const side = sideOf(models, null);
  const begun = process.cpuUsage();
  await sqlReader.read([{ key: 'first', sql: 'select 1 as one', dialect: 'postgres' }]);
  const startMs = cpuSince(begun);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const { lineage } = await traceSides({ base: side, head: side }, { sqlReader, lineageCache: noLineageCache });
  const measured = { startMs, cpuMs: cpuSince(cpu), wallMs: performance.now() - started };
  await sqlReader.close();
  tell(
    measured,
    [...lineage.head.values()].reduce((sum, node) => sum + node.columns.length, 0),
  );
}

/** The median of six reviews after a first one, each of another head; or, `stored`, the first by a process. */
async function warm(kind: string): Promise<void> {
  const store = await openStore({ pglite: await PGlite.create() });
  const lineageCache = store.lineageCache({ version: 'bench' });
  const base = sideOf(1_000, null);
  const times: { wallMs: number; cpuMs: number }[] = [];
  let sqlReader = createSqlReader();
  for (let round = 0; round < 7; round += 1) {
    if (kind === 'stored' && round > 0) {
      await sqlReader.close();
      sqlReader = createSqlReader();
    }
    const sides = { pullRequest: null, base, head: sideOf(1_000, round) };
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    compareSides(sides, (await traceSides(sides, { sqlReader, lineageCache })).lineage);
    if (round > 0) times.push({ wallMs: performance.now() - started, cpuMs: cpuSince(cpu) });
  }
  await sqlReader.close();
  await store.close(0);
  const median = times.sort((a, b) => a.wallMs - b.wallMs)[3] ?? { wallMs: 0, cpuMs: 0 };
  tell({ startMs: 0, ...median }, 0);
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function tell(measured: Pick<Measured, 'startMs' | 'cpuMs' | 'wallMs'>, columns: number): void {
  console.log(
    JSON.stringify({ ...measured, columns, peakMb: process.resourceUsage().maxRSS / 1_024 } satisfies Measured),
  );
}
