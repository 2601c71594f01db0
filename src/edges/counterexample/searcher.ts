import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';
import type { SearchResult, SearchTask } from './search.ts';

export type ToSearch = SearchTask;
export type FromSearch = { readonly kind: 'begun' } | { readonly kind: 'ended'; readonly result: SearchResult };

const value = z.string().max(100).nullable();
const rows = z.array(z.array(value).max(2_000)).max(20);
const columns = z.array(z.string().max(300)).max(2_000);
const found = z.strictObject({
  input: z.array(z.strictObject({ relation: z.string().max(300), columns, rows })).max(200),
  columns,
  differing: columns,
  base: rows,
  head: rows,
  unstable: z.enum(['base', 'head']).nullable(),
});
const result = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    found: found.nullable(),
    inputs: z.int().min(0),
    ended: z.enum(['found', 'inputs', 'time']),
  }),
  z.strictObject({ ok: z.literal(false), why: z.string().max(1_000) }),
]);
const Message = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('begun') }),
  z.strictObject({ kind: z.literal('ended'), result }),
]);

/** Searches in a process of its own, one search after the other. */
export interface Searcher {
  /** Never throws; ends soon after the task's time, the start of the process aside. */
  search(task: SearchTask): Promise<SearchResult>;
  close(): Promise<void>;
}

const startLimitMs = 60_000;
/** Beyond the task's time, in which the process shrinks what it found and is told to stop. */
const graceMs = 3_000;
/** A process that nobody asks is not kept. */
const idleMs = 10_000;

/** A process is started at the first search, kept for the next ones, and replaced when it has died or had to be killed. */
export function createSearcher({ onStart }: { readonly onStart?: (pid: number | undefined) => void } = {}): Searcher {
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function start(): ChildProcess {
    const started = fork(new URL('./search-process.ts', import.meta.url), {
      execArgv: ['--max-old-space-size=256', '--disable-warning=ExperimentalWarning'],
      env: {},
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    started.on('error', () => undefined);
    onStart?.(started.pid);
    return started;
  }

  function end(): void {
    child?.kill('SIGKILL');
    child = null;
  }

  async function run(task: SearchTask): Promise<SearchResult> {
    clearTimeout(idle);
    if (child === null || !child.connected) child = start();
    const answer = await ask(child, task);
    if (answer === null) end();
    idle = setTimeout(end, idleMs).unref();
    return answer ?? { ok: false, why: 'the process that ran the SQL died of it, or took too long' };
  }

  return {
    search(task) {
      const mine = last.then(() => run(task));
      last = mine;
      return mine;
    },
    async close() {
      await last;
      clearTimeout(idle);
      end();
    },
  };
}

/** Null when the process ended, was late, or sent what is no message. */
function ask(child: ChildProcess, task: SearchTask): Promise<SearchResult | null> {
  return new Promise((resolve) => {
    let timer = setTimeout(done, startLimitMs, null);
    function done(answer: SearchResult | null): void {
      clearTimeout(timer);
      child.off('message', hear).off('exit', die);
      child.unref();
      child.channel?.unref();
      resolve(answer);
    }
    function die(): void {
      done(null);
    }
    function hear(sent: unknown): void {
      const message = Message.safeParse(sent);
      if (message.success && message.data.kind === 'begun') {
        clearTimeout(timer);
        timer = setTimeout(done, task.milliseconds * 1.5 + graceMs, null);
      } else done(message.success && message.data.kind === 'ended' ? message.data.result : null);
    }
    child.ref();
    child.channel?.ref();
    child.on('message', hear).on('exit', die);
    child.send(task, (error) => {
      if (error !== null) done(null);
    });
  });
}
