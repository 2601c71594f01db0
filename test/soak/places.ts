import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** Where an App keeps its data for a while. */
export interface Place {
  readonly name: string;
  /** What tells the App so. */
  readonly variables: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A folder of its own. */
export function onPglite(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-soak-'));
  const dispose = () => {
    rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  };
  return Promise.resolve({ name: 'PGlite', variables: { WEIRKEEPER_DATA_DIR: folder, DATABASE_URL: '' }, dispose });
}

/** A database of its own on the server of WEIRKEEPER_TEST_DATABASE_URL; null, and said aloud, without it. */
export async function onPostgres(): Promise<Place | null> {
  const server = process.env['WEIRKEEPER_TEST_DATABASE_URL'] ?? '';
  if (server === '') {
    console.log('not run on PostgreSQL: WEIRKEEPER_TEST_DATABASE_URL is not set');
    return null;
  }
  const name = `weirkeeper_soak_${crypto.randomUUID().replaceAll('-', '')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-soak-'));
  return {
    name: 'PostgreSQL',
    variables: { DATABASE_URL: url.href, WEIRKEEPER_DATA_DIR: folder },
    async dispose() {
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function onServer(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
