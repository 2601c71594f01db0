// Runs git for the process that started it: forking a spec's process with its hundreds of megabytes costs forty
// milliseconds a call, forking this small one costs two. Ends with its parent.
import { spawn } from 'node:child_process';

export interface GitCall {
  readonly id: number;
  readonly directory: string;
  readonly args: readonly string[];
  readonly input: Uint8Array | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `code` is null when git could not be started or was killed; `err` says why. */
export interface GitAnswer {
  readonly id: number;
  readonly code: number | null;
  readonly out: Uint8Array;
  readonly err: string;
}

function run({ id, directory, args, input, env }: GitCall): void {
  const child = spawn('git', args, { cwd: directory, env });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const answer = (code: number | null, why: string): void => {
    process.send?.({ id, code, out: Buffer.concat(out), err: why } satisfies GitAnswer);
  };
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => answer(null, error.message));
  child.on('close', (code) => answer(code, Buffer.concat(err).toString().trim()));
  child.stdin.end(input ?? undefined);
}

process.on('message', run);
process.on('disconnect', () => process.exit());
