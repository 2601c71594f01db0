// The command line, in this process or in one of its own.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { run } from '../../src/cli/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Paths of the demo's artifacts (`base`, `pr-1` …) and of its warehouse. */
export function demo(folder: string): string {
  return join(root, 'demo/artifacts', folder);
}
export const demoWarehouse = join(root, 'demo/warehouse/cinderhouse.duckdb');

/** Runs `weirkeeper` with these arguments as a process, from the checkout's top. */
export function spawnCli(...args: readonly string[]): Told {
  return spawn(process.execPath, [join(root, 'src/cli/weirkeeper.mjs'), ...args]);
}

/** Runs a program as a process, from the checkout's top. */
export function spawn(program: string, args: readonly string[]): Told {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8', env: ownEnvironment() });
  return { code: status, out: stdout, err: stderr };
}

/** Runs `weirkeeper` with these arguments in this process. */
export async function runCli(...args: readonly string[]): Promise<Told> {
  let out = '';
  let err = '';
  const { exitCode } = process;
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true)),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true)),
    jest.spyOn(console, 'log').mockImplementation((text) => (out += `${String(text)}\n`)),
    jest.spyOn(console, 'error').mockImplementation((text) => (err += `${String(text)}\n`)),
  ];
  try {
    return { code: await run(args), out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = exitCode;
  }
}

export interface Folder {
  /** Where a file of this name lies, or would. */
  readonly path: (name: string) => string;
  /** Writes a file and gives its path. */
  readonly write: (name: string, content: string | Uint8Array | object) => string;
  readonly remove: () => void;
}

/** A folder of a test's own. */
export function aFolder(): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-cli-'));
  return {
    path: (name) => join(folder, name),
    write(name, content) {
      const path = join(folder, name);
      const isText = typeof content === 'string' || content instanceof Uint8Array;
      writeFileSync(path, isText ? content : JSON.stringify(content));
      return path;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing of the machine's own keys: no LLM is asked. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
}
