import { prepareTracing, type Sides, type SideTracing } from '#core/change';
import { decodeTraced, encodeTraced, type ProjectLineage, type Traced } from '#core/lineage';
import type { SqlAnswer, SqlStatement } from '#core/sql';
import type { LineageCache, SqlReader } from './ports.ts';
import { type Recent, recentOf } from './recent-lineage.ts';

/** Reads SQL, and keeps what came of it. */
export interface LineagePorts {
  readonly sqlReader: SqlReader;
  readonly lineageCache: LineageCache;
}

/** Where nothing is kept from one process to the next. */
export const noLineageCache: LineageCache = {
  get: () => Promise.resolve(new Map<string, Uint8Array>()),
  put: () => Promise.resolve(),
};

/** What tracing took. */
export interface TracingCount {
  /** Statements of different text. */
  readonly statements: number;
  /** Those that engines were asked for. */
  readonly asked: number;
}

interface Work {
  readonly ports: LineagePorts;
  readonly recent: Recent;
  readonly statements: ReadonlyMap<string, SqlStatement>;
  /** What is known of their SQL by now. */
  readonly known: Map<string, readonly Traced[]>;
  /** By SQL key. */
  readonly read: Map<string, SqlAnswer>;
  /** SQL keys that engines were asked for, and those of which something was traced anew. */
  readonly asked: Set<string>;
  readonly fresh: Set<string>;
}

/**
 * Lineage of both sides. SQL that has been traced before, in this process or by the cache, is neither read nor traced again
 * unless what it reads has other columns.
 */
export async function traceSides(
  { base, head }: Pick<Sides, 'base' | 'head'>,
  ports: LineagePorts,
): Promise<{ readonly lineage: Readonly<Record<'base' | 'head', ProjectLineage>>; readonly count: TracingCount }> {
  const [before, after] = [prepareTracing(base, 'base'), prepareTracing(head, 'head')];
  const work = await startWork([before, after], ports);
  const lineage = { base: await traceOne(before, work), head: await traceOne(after, work) };
  await keep(work);
  return { lineage, count: { statements: work.statements.size, asked: work.asked.size } };
}

/** Lineage of one side by itself. */
export async function traceLineage(
  side: Pick<Sides['head'], 'project' | 'catalog'>,
  ports: LineagePorts,
): Promise<ProjectLineage> {
  const prepared = prepareTracing(side, 'head');
  const work = await startWork([prepared], ports);
  const lineage = await traceOne(prepared, work);
  await keep(work);
  return lineage;
}

/** Recalls what is known of the statements, and reads those of which nothing is. */
async function startWork(sides: readonly SideTracing[], ports: LineagePorts): Promise<Work> {
  const statements = new Map(sides.flatMap((side) => [...side.statements]));
  const recent = recentOf(ports.sqlReader);
  const work: Work = {
    ports,
    recent,
    statements,
    known: new Map(),
    read: new Map(),
    asked: new Set(),
    fresh: new Set(),
  };
  const strange: string[] = [];
  for (const key of statements.keys()) {
    const known = recent.get(key);
    const refusal = recent.refusal(key);
    if (known !== undefined) work.known.set(key, known);
    else if (refusal !== undefined) work.read.set(key, refusal);
    else strange.push(key);
  }
  for (const [key, bytes] of strange.length === 0 ? [] : await stored(strange, ports)) {
    const known = decodeTraced(key, bytes);
    if (known !== null) work.known.set(key, known);
    if (known !== null) recent.set(key, known, bytes.length);
  }
  await read(
    strange.filter((key) => !work.known.has(key)),
    work,
  );
  return work;
}

/** A cache that fails is no reason to fail: the SQL is read again. */
async function stored(
  keys: readonly string[],
  { lineageCache }: LineagePorts,
): Promise<ReadonlyMap<string, Uint8Array>> {
  return lineageCache.get(keys).catch(() => new Map<string, Uint8Array>());
}

async function read(keys: readonly string[], { ports, recent, statements, asked, read: answers }: Work): Promise<void> {
  const fresh = keys.flatMap((key) => statements.get(key) ?? []);
  if (fresh.length === 0) return;
  for (const [key, answer] of await ports.sqlReader.read(fresh)) {
    asked.add(key);
    answers.set(key, answer);
    if (!answer.ok) recent.refuse(key, answer);
  }
}

async function traceOne({ start }: SideTracing, work: Work): Promise<ProjectLineage> {
  const tracing = start(work.known);
  let needed = tracing.advance(work.read);
  while (needed.length > 0) {
    await read(needed, work);
    needed = tracing.advance(work.read);
  }
  for (const [key, traced] of tracing.fresh) {
    work.known.set(key, traced);
    work.fresh.add(key);
  }
  return tracing.lineage();
}

/** Keeps what was traced anew, in this process and in the cache. */
async function keep({ ports, recent, known, fresh }: Work): Promise<void> {
  const entries = new Map<string, Uint8Array>();
  for (const key of fresh) {
    const traced = known.get(key) ?? [];
    const bytes = encodeTraced(key, traced);
    recent.set(key, traced, bytes.length);
    entries.set(key, bytes);
  }
  if (entries.size > 0) await ports.lineageCache.put(entries).catch(() => undefined);
}
