import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { type ConstructorOptions, fromPglite } from 'pg-boss';
import { DeploymentError } from '#core/base';
import { errorCode } from './error-code.ts';
import { lockFolder } from './folder-lock.ts';
import { alone, announcePresence, type Presence } from './presence.ts';
import type { Tables } from './schema.ts';

/** Where the store is: a folder of this process alone, a PostgreSQL server, or an open PGlite (whose folder is the caller's affair). */
export type StorePlace = { readonly dataDir: string } | { readonly databaseUrl: string } | { readonly pglite: PGlite };

/** An open database, and how pg-boss is to reach it. */
export interface Connection {
  readonly db: Kysely<Tables>;
  /** Whether this process is the only one that can use the database. */
  readonly embedded: boolean;
  readonly queueOptions: ConstructorOptions;
  /** Makes this process seen by others on the same database; `onLost` hears when they see it no more. */
  announcePresence(onLost: () => void): Presence;
  close(): Promise<void>;
}

/** Connections of one process to PostgreSQL; pg-boss has as many of its own, and one that listens. */
const poolSize = 6;
const connectTimeoutMs = 10_000;

/** Opens the database. Throws DeploymentError `data-folder-…` or `database-unreachable`. */
export async function connect(place: StorePlace): Promise<Connection> {
  if ('pglite' in place) return onPglite(place.pglite, () => undefined);
  if ('databaseUrl' in place) return onPostgres(place.databaseUrl);
  const unlock = lockFolder(place.dataDir);
  try {
    const folder = join(place.dataDir, 'pglite');
    mkdirSync(folder, { recursive: true });
    return onPglite(await PGlite.create({ dataDir: folder }), unlock);
  } catch (error) {
    unlock();
    throw new DeploymentError(
      'database-unreadable',
      `The database in ${place.dataDir} cannot be opened. Restore the folder from a backup, or name another in WEIRKEEPER_DATA_DIR.`,
      { folder: place.dataDir },
      error,
    );
  }
}

function onPglite(pglite: PGlite, unlock: () => void): Connection {
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return {
    db,
    embedded: true,
    queueOptions: { backend: 'pglite', db: fromPglite(pglite) },
    announcePresence: () => alone,
    async close() {
      await db.destroy();
      if (!pglite.closed) await pglite.close();
      unlock();
    },
  };
}

async function onPostgres(databaseUrl: string): Promise<Connection> {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'weirkeeper',
  });
  // A connection lost while idle is replaced with the next query; unheard, this event would end the process.
  pool.on('error', () => undefined);
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw new DeploymentError(
      'database-unreachable',
      'The PostgreSQL server of DATABASE_URL could not be reached or refused the connection. Check host, port, database, user, password and sslmode.',
      { code: errorCode(error) },
      error,
    );
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    embedded: false,
    queueOptions: { connectionString: databaseUrl, max: poolSize, application_name: 'weirkeeper queue' },
    announcePresence: (onLost) => announcePresence(databaseUrl, db, onLost),
    close: () => db.destroy(),
  };
}
