import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GitAnswer, GitCall } from './git-runner.ts';

interface Runner {
  readonly child: ChildProcess;
  readonly waiting: Map<number, (answer: GitAnswer) => void>;
}

let runner: Runner | null = null;
let users = 0;
let calls = 0;

/** Whoever holds it keeps one process for its calls; the last to release it ends the process. */
export function holdGit(): void {
  users++;
}

export function releaseGit(): void {
  users--;
  if (users === 0 && runner !== null) {
    runner.child.disconnect();
    runner = null;
  }
}

/** One run of git. Never rejects: a git that did not start has the code null. */
export function runGit(call: Omit<GitCall, 'id'>): Promise<GitAnswer> {
  runner ??= start();
  const { child, waiting } = runner;
  const id = ++calls;
  // Nobody has to wait for an idle runner, and everybody for one that works.
  if (waiting.size === 0) child.channel?.ref();
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    child.send({ id, ...call });
  });
}

function start(): Runner {
  // Advanced serialisation passes bytes as bytes. Without the parent's flags: they are those of a spec runner.
  const child = fork(fileURLToPath(new URL('git-runner.ts', import.meta.url)), {
    execArgv: [],
    serialization: 'advanced',
  });
  const started: Runner = { child, waiting: new Map() };
  child.unref();
  child.on('message', (answer: GitAnswer) => {
    started.waiting.get(answer.id)?.(answer);
    started.waiting.delete(answer.id);
    if (started.waiting.size === 0) child.channel?.unref();
  });
  child.on('exit', () => {
    if (runner === started) runner = null;
    for (const [id, resolve] of started.waiting)
      resolve({ id, code: null, out: Buffer.of(), err: 'its process ended' });
    started.waiting.clear();
  });
  return started;
}
