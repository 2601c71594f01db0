import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DeploymentError } from '#core/base';
import { errorCode } from './error-code.ts';

const lockName = 'weirkeeper.lock';

/** Who holds a folder. `started` tells a process from a later one of the same number; null where it cannot be known. */
const Holder = z.object({ pid: z.int(), host: z.string(), started: z.string().nullable(), token: z.string() });
type Holder = z.infer<typeof Holder>;

/** Tokens of the locks that this process holds: its own number in a lock file may be that of a dead process before it. */
const held = new Set<string>();

/**
 * Takes a folder for this process, by a lock file in it: PGlite does not lock, and two processes in one folder lose rows.
 * Gives the function that lets go. Never takes the folder from a process that lives, nor from one on another host.
 * Throws DeploymentError `data-folder-in-use` or `data-folder-unusable`.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, lockName);
  const holder: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid), token: randomUUID() };
  try {
    mkdirSync(folder, { recursive: true });
    if (!create(path, JSON.stringify(holder))) takeFromDead(path, holder);
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    const code = errorCode(error) ?? 'unknown';
    const message = `The data folder ${folder} cannot be used (${code}). Make it writable, or name another in WEIRKEEPER_DATA_DIR.`;
    throw new DeploymentError('data-folder-unusable', message, { folder, code }, error);
  }
  held.add(holder.token);
  return () => {
    held.delete(holder.token);
    if (readText(path) === JSON.stringify(holder)) rmSync(path, { force: true });
  };
}

function takeFromDead(path: string, holder: Holder): void {
  const seen = readText(path);
  if (seen !== null) {
    const other = readHolder(seen);
    if (other === null || isAlive(other)) throw inUse(path, other);
    // Moved away and looked at again: had another process taken the folder meanwhile, its lock is put back.
    const grave = `${path}.${holder.token}`;
    moveAway(path, grave);
    const moved = readText(grave);
    if (moved !== null && moved !== seen) create(path, moved);
    rmSync(grave, { force: true });
  }
  if (!create(path, JSON.stringify(holder))) throw inUse(path, readHolder(readText(path) ?? ''));
}

function isAlive({ pid, host, started, token }: Holder): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(token);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === null || now === null || started === now;
}

/** When a process was started, as Linux counts it, with the boot it belongs to; null elsewhere. */
function startOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`);
  const boot = readText('/proc/sys/kernel/random/boot_id');
  // proc(5): the command's name stands in brackets and may hold anything; field 22, the start time, is the 20th after it.
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return ticks === undefined || boot === null ? null : `${boot.trim()}/${ticks}`;
}

function inUse(path: string, other: Holder | null): DeploymentError {
  const who = other === null ? 'another process' : `process ${other.pid} on ${other.host}`;
  return new DeploymentError(
    'data-folder-in-use',
    `The data folder is in use by ${who} (${path}). Stop that process, name another folder in WEIRKEEPER_DATA_DIR, or use PostgreSQL with DATABASE_URL. Only if that process is certainly gone, delete the file.`,
    { path, pid: other?.pid ?? null, host: other?.host ?? null },
  );
}

/** Writes the lock file; false when there is one. */
function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function moveAway(path: string, grave: string): void {
  try {
    renameSync(path, grave);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function readHolder(text: string): Holder | null {
  try {
    const holder = Holder.safeParse(JSON.parse(text));
    return holder.success ? holder.data : null;
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
