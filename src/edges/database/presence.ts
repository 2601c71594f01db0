import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';
import type { Tables } from './schema.ts';

/** First key of the locks that stand for processes: any number that no one else uses. */
const family = 0x7765_6972;
const largest = 2 ** 31 - 1;
const reconnectMs = 1_000;
const settings = { application_name: 'weirkeeper presence', keepAlive: true, connectionTimeoutMillis: 10_000 };

/** A process among others on one PostgreSQL: as long as it lives it holds a lock on its number. */
export interface Presence {
  /** Its number now; null while it has no connection, and for a process that is alone on its database. */
  readonly worker: number | null;
  /** Resolves when it has its first number. */
  readonly ready: Promise<void>;
  /** Numbers of all processes that live. */
  readLiving(): Promise<ReadonlySet<number>>;
  /** Takes a new number: what was done under the old one is for others to do. */
  renew(): void;
  close(): Promise<void>;
}

/** Of a process that is alone on its database nobody asks whether it lives. */
export const alone: Presence = {
  worker: null,
  ready: Promise.resolve(),
  readLiving: () => Promise.resolve(new Set()),
  renew: () => undefined,
  close: () => Promise.resolve(),
};

/**
 * Holds a session's advisory lock on a connection of its own: PostgreSQL lets go of it when the process is dead, at once where
 * its socket closes. `onLost` hears when the connection, and with it the lock, is gone; another is made, under a new number.
 */
export function announcePresence(databaseUrl: string, db: Kysely<Tables>, onLost: () => void): Presence {
  let worker: number | null = null;
  let client: Client | null = null;
  let closed = false;
  const lose = (gone: Client) => {
    if (client !== gone) return;
    client = null;
    worker = null;
    gone.end().catch(() => undefined);
    if (closed) return;
    onLost();
    connecting = connect();
  };
  const connect = async () => {
    while (!closed) {
      const fresh = new Client({ ...settings, connectionString: databaseUrl });
      fresh.on('error', () => lose(fresh));
      fresh.on('end', () => lose(fresh));
      try {
        await fresh.connect();
        const number = await lock(fresh);
        client = fresh;
        worker = number;
        return;
      } catch {
        await fresh.end().catch(() => undefined);
        await sleep(reconnectMs, null, { ref: false });
      }
    }
  };
  let connecting = connect();
  return {
    get worker() {
      return worker;
    },
    ready: connecting,
    readLiving: () => readLiving(db),
    renew() {
      if (client !== null) lose(client);
    },
    async close() {
      closed = true;
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}

async function readLiving(db: Kysely<Tables>): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ worker: number }>`
    SELECT objid::bigint::integer AS worker FROM pg_locks
    WHERE locktype = 'advisory' AND classid::bigint = ${family} AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(db);
  return new Set(rows.map((row) => row.worker));
}

async function lock(client: Client): Promise<number> {
  for (;;) {
    const number = 1 + Math.floor(Math.random() * (largest - 1));
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [
      family,
      number,
    ]);
    if (rows[0]?.held === true) return number;
  }
}
