import { AsyncResource } from 'node:async_hooks';
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadDifferently } from '#edges/sql-engines';
import type { OutsidePorts, ReviewRequest, ReviewSummary, WorkflowArtifacts } from '#review';
import { createDoor, type Door } from './door.ts';
import { type FromProcess, readMessage, type ToProcess, toError, toFailureData } from './messages.ts';

/** How a process ended. */
export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote on standard error: V8 says there what it died of. */
  readonly said: string;
}

type Ended =
  | { readonly kind: 'reviewed'; readonly summary: ReviewSummary | null; readonly peakMb: number }
  | { readonly kind: 'failed'; readonly error: Error }
  | ({ readonly kind: 'died' } & Death);

export interface ReviewerOptions {
  readonly workflowArtifacts: WorkflowArtifacts;
  readonly memoryMb: number;
  readonly onDifference?: (difference: ReadDifferently) => void;
  /** Told the id of each process that is started. */
  readonly onStart?: (pid: number | undefined) => void;
}

/** One process that reviews, one review at a time. */
export interface Reviewer {
  review(request: ReviewRequest, ports: OutsidePorts): Promise<Ended>;
  kill(): void;
  readonly died: Promise<Death>;
}

/** A part of what the process may take for its objects: four artifacts of this size leave half of it for what is made of them. */
const artifactShare = 1 / 4;
/** A process reads few projects: the engines' optimising compiler takes longer than it saves (decision 0023). */
const nodeFlags = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering', '--disable-warning=ExperimentalWarning'];
/** How long calls may go on after the review has ended. */
const lastCallsMs = 30_000;
/** Characters of what a process writes on standard error that are kept. */
const mostSaid = 2_000;
/** Bytes that are sent at once, so that other work of the server comes in between. */
const partBytes = 512 * 1024;

/** Starts a process that reviews. It is given no environment, so that no secret is in its memory. */
export function createReviewer({ workflowArtifacts, memoryMb, onDifference, onStart }: ReviewerOptions): Reviewer {
  const child = fork(new URL('./review-process.ts', import.meta.url), {
    execArgv: [`--max-old-space-size=${memoryMb}`, ...nodeFlags],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  onStart?.(child.pid);
  const died = deathOf(child);
  const memoryLimit = { bytes: memoryMb * 1024 * 1024 * artifactShare };
  setWaiting(child, false);

  return {
    died,
    kill: () => void child.kill('SIGKILL'),
    async review(request, ports) {
      const { evidence, serverUrl } = ports;
      const calls = answersOf(child, createDoor(request, ports, workflowArtifacts));
      const ended = new Promise<Ended>((resolve) => {
        const hear = (sent: unknown) => {
          const message = readMessage(sent);
          if (message === null) child.kill('SIGKILL');
          else if (message.kind === 'call') calls.answer(message);
          else if (message.kind === 'stage') ports.progress.stage(message.name, message.details);
          else if (message.kind === 'difference') onDifference?.(message.difference);
          else if (message.kind === 'reviewed') resolve(message);
          else resolve({ kind: 'failed', error: toError(message.failure) });
        };
        // What is done for the review belongs to its job, also in the log.
        child.on('message', AsyncResource.bind(hear));
      });
      setWaiting(child, true);
      void send(child, {
        kind: 'review',
        request,
        serverUrl,
        memoryLimit,
        evidence: evidence.map(({ kinds }) => kinds),
      });
      const end = await Promise.race([ended, died.then((death) => ({ kind: 'died', ...death }) as const)]);
      child.removeAllListeners('message');
      setWaiting(child, false);
      // What the dead had asked for may still be under way: nothing else is written to the pull request before it is done.
      await Promise.race([calls.settled(), sleep(lastCallsMs, undefined, { ref: false })]);
      return end;
    },
  };
}

/** How the process ends, once it does. */
function deathOf(child: ChildProcess): Promise<Death> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-mostSaid);
    });
    child.once('exit', (code, signal) => resolve({ code, signal, said }));
    child.once('error', () => resolve({ code: null, signal: null, said }));
  });
}

/** Whether this process stays alive for the other one. */
function setWaiting(child: ChildProcess, waits: boolean): void {
  const what = waits ? 'ref' : 'unref';
  child[what]();
  child.channel?.[what]();
}

/** Settles once the message is on its way, and also when there is nobody left to hear it. */
function send(child: ChildProcess, message: ToProcess): Promise<void> {
  return new Promise((resolve) => {
    if (!child.connected) resolve();
    else {
      child.send(message, () => {
        resolve();
      });
    }
  });
}

type Call = Extract<FromProcess, { kind: 'call' }>;

/** Answers calls, and knows when all have been. */
function answersOf(child: ChildProcess, door: Door) {
  const running = new Set<Promise<void>>();
  return {
    answer(call: Call): void {
      const answering = answer(child, door, call).finally(() => running.delete(answering));
      running.add(answering);
    },
    settled: () => Promise.allSettled(running),
  };
}

async function answer(child: ChildProcess, door: Door, { id, port, method, args }: Call): Promise<void> {
  try {
    const value = await door.ask(port, method, args);
    if (!(value instanceof Uint8Array)) {
      await send(child, { kind: 'answer', id, value });
      return;
    }
    for (let from = 0; from < value.length; from += partBytes)
      await send(child, { kind: 'part', id, bytes: value.subarray(from, from + partBytes) });
    await send(child, { kind: 'answer', id, value: new Uint8Array() });
  } catch (error) {
    await send(child, { kind: 'failure', id, failure: toFailureData(error) });
  }
}
