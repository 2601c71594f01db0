import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const compiled = join(tmpdir(), 'weirkeeper-soak-compiled');

/** A process of the soak, asked by name over IPC. */
export interface Child {
  ask<Reply>(question: string): Promise<Reply>;
  /** Tells it something, and waits for the answer of that name. */
  tell<Reply>(message: object, answer: string): Promise<Reply>;
  /** Kills it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  /** Whether it has ended by itself. */
  hasEnded(): boolean;
}

/** Starts a script of this folder. What it logs is dropped unless WEIRKEEPER_SOAK_LOG is set; its errors are shown. */
export function startChild(
  script: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const out = process.env['WEIRKEEPER_SOAK_LOG'] === undefined ? 'ignore' : 'inherit';
  // A start is most of a short life: compiled scripts are kept, and WASM is not compiled a second time for speed.
  const env = { NODE_COMPILE_CACHE: compiled, ...process.env, ...variables };
  const execArgv = ['--liftoff-only'];
  const child: ChildProcess = fork(path, [...args], { env, execArgv, stdio: ['ignore', out, 'inherit', 'ipc'] });
  const gone = once(child, 'exit');
  return {
    ask: <Reply>(question: string) => ask<Reply>(child, question, question),
    tell: <Reply>(message: object, answer: string) => ask<Reply>(child, message, answer),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    hasEnded: () => child.exitCode !== null,
  };
}

async function ask<Reply>(child: ChildProcess, question: string | object, answer: string): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const hear = (message: unknown) => {
    const { asked, reply } = message as { readonly asked: string; readonly reply: Reply };
    if (asked === answer) resolve(reply);
  };
  const end = () => reject(new Error(`the process ended before it answered ${answer}`));
  child.on('message', hear);
  child.once('exit', end);
  if (question !== 'ready') child.send(question);
  return promise.finally(() => {
    child.off('message', hear);
    child.off('exit', end);
  });
}
