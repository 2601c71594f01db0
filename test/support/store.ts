import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import { Client, Pool } from 'pg';
import { openStore, type Store, type StoreSettings } from '#edges/database';

/** Retries at once, and few, so that tests do not wait. */
export const quick: StoreSettings = { retryDelaySeconds: 0, maxAttempts: 3 };

/** An engine to run the same tests on. */
export interface TestDatabase {
  readonly name: string;
  /** A store of its own on an empty database, or on one that `before` filled as an older version would have. */
  open(settings?: StoreSettings, before?: (db: Kysely<unknown>) => Promise<void>): Promise<TestStore>;
}

export interface TestStore {
  readonly store: Store;
  /** Runs SQL beside the store. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Opens a further store on the same database, as another process or a later start would. */
  reopen(settings?: StoreSettings): Promise<Store>;
  /** Closes what is open and throws the database away. */
  dispose(): Promise<void>;
}

/** PGlite in memory, from a template with all migrations applied: less than a second instead of five. */
const embedded: TestDatabase = {
  name: 'PGlite',
  async open(settings = quick, before) {
    const pglite = before === undefined ? await aPglite() : await PGlite.create();
    // Not destroyed: that would close the PGlite as well.
    await before?.(new Kysely({ dialect: new PGliteDialect({ pglite }) }));
    const store = await openStore({ pglite }, settings);
    let open = store;
    return {
      store,
      query: async (sql) => (await pglite.query<Record<string, unknown>>(sql)).rows,
      async reopen(again = quick) {
        const copy = await PGlite.create({ loadDataDir: await pglite.dumpDataDir('none') });
        open = await openStore({ pglite: copy }, again);
        return open;
      },
      async dispose() {
        await store.close(0);
        await open.close(0);
      },
    };
  },
};

/** A PGlite in memory with every table in place. */
export async function aPglite(): Promise<PGlite> {
  const path = join(tmpdir(), `weirkeeper-template-${templateVersion()}.tar`);
  if (!existsSync(path)) await writeTemplate(path);
  return PGlite.create({ loadDataDir: new Blob([readFileSync(path)]) });
}

/** A data folder with every table in place, as a process that has ended leaves it. */
export async function aDataFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-data-'));
  const memory = await aPglite();
  const onDisk = await PGlite.create({
    dataDir: join(folder, 'pglite'),
    loadDataDir: await memory.dumpDataDir('none'),
  });
  await onDisk.close();
  await memory.close();
  return folder;
}

async function writeTemplate(path: string): Promise<void> {
  const pglite = await PGlite.create();
  const store = await openStore({ pglite });
  const dump = await pglite.dumpDataDir('none');
  await store.close(0);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, Buffer.from(await dump.arrayBuffer()));
  renameSync(draft, path);
}

/** Changes whenever the tables may: with the code of the store and with the packages it stands on. */
function templateVersion(): string {
  const hash = createHash('sha256');
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = join(root, 'src/edges/database');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash
    .update(readFileSync(join(root, 'package.json')))
    .digest('hex')
    .slice(0, 16);
}

const serverUrl = process.env['WEIRKEEPER_TEST_DATABASE_URL'];

/** PostgreSQL, one new database a store, on the server of WEIRKEEPER_TEST_DATABASE_URL; null without it. */
export const postgres: TestDatabase | null =
  serverUrl === undefined || serverUrl === ''
    ? null
    : {
        name: 'PostgreSQL',
        async open(settings = quick, before) {
          const name = `weirkeeper_test_${crypto.randomUUID().replaceAll('-', '')}`;
          await onServer(serverUrl, `CREATE DATABASE ${name}`);
          const url = new URL(serverUrl);
          url.pathname = `/${name}`;
          const databaseUrl = url.href;
          if (before !== undefined) await onKysely(databaseUrl, before);
          const stores = [await openStore({ databaseUrl }, settings)];
          return {
            store: stores[0]!,
            query: (sql) => onServer(databaseUrl, sql),
            async reopen(again = quick) {
              const store = await openStore({ databaseUrl }, again);
              stores.push(store);
              return store;
            },
            async dispose() {
              for (const store of stores) await store.close(0);
              await onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
            },
          };
        },
      };

async function onServer(connectionString: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function onKysely(connectionString: string, work: (db: Kysely<unknown>) => Promise<void>): Promise<void> {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString, max: 1 }) }) });
  try {
    await work(db);
  } finally {
    await db.destroy();
  }
}

/** The engines there are; says aloud when PostgreSQL is left out. */
export function testDatabases(): readonly TestDatabase[] {
  if (postgres !== null) return [embedded, postgres];
  console.info('not run on PostgreSQL: WEIRKEEPER_TEST_DATABASE_URL is not set');
  return [embedded];
}

/** Waits until `reached` gives true; fails the test after `timeoutMs`. */
export async function eventually(reached: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await reached())) {
    if (Date.now() > end) throw new Error(`not reached within ${timeoutMs} ms: ${reached.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
