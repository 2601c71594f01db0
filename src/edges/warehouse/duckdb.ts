import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { OneExplain, OneSelect } from '#core/evidence';
import { sqlWriter } from '#core/evidence';
import { queryFailed, relationAbsent, sqlRefused, tooSlow } from './reasons.ts';
import type { Connection, Driver, Explained, WarehouseOptions } from './warehouse.ts';

/** A DuckDB file: `duckdb:///var/data/shop.duckdb`, or its path. Opened read-only, with no way out of it. */
export const duckdb: Driver = {
  name: 'DuckDB',
  example: 'duckdb:///path/to/file.duckdb',
  matches: (url) => url.startsWith('duckdb:') || (!url.includes('://') && /\.(duckdb|ddb|db)$/i.test(url)),
  connect(url, options): Connection {
    const path = pathOf(url);
    let opening: Promise<Opened | Reason> | null = null;
    async function opened(): Promise<Opened | Reason> {
      opening ??= open(path);
      const found = await opening;
      // The file may be written just now: the next question tries again.
      if ('code' in found) opening = null;
      return found;
    }
    return {
      async writer() {
        const found = await opened();
        // A DuckDB file is one catalog, called after the file; dbt's name for it may be another.
        return 'code' in found ? found : sqlWriter('duckdb', found.catalog);
      },
      async run(sql) {
        const found = await opened();
        if ('code' in found) return { ok: false, reason: found };
        const ran = await runWithin(found, sql, options);
        return ran.ok ? { ok: true, row: ran.rows[0] ?? [] } : ran;
      },
      async explain(sql) {
        const found = await opened();
        return 'code' in found ? { ok: false, reason: found } : runWithin(found, sql, options);
      },
      async close() {
        const found = await opening;
        if (found === null || !('instance' in found)) return;
        found.instance.closeSync();
        await rm(found.folder, { recursive: true, force: true });
      },
    };
  },
};

interface Opened {
  readonly instance: DuckDBInstance;
  /** What does not fit in memory is put here meanwhile; nobody else may read it. */
  readonly folder: string;
  /** The catalog's real name; dbt may have opened the file under another. */
  readonly catalog: string;
}

function pathOf(url: string): string {
  return url.startsWith('duckdb:') ? decodeURIComponent(url.slice('duckdb:'.length).replace(/^\/\//, '')) : url;
}

/** DuckDB works inside our process: what takes more goes to disk, which costs little. */
const memoryLimit = '192MB';
const mostOnDisk = '20GB';

/** Read-only, no other files, no network, and none of it can be undone by what runs later. */
async function open(path: string): Promise<Opened | Reason> {
  const folder = await mkdtemp(join(tmpdir(), 'weirkeeper-duckdb-'));
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(path, {
      access_mode: 'READ_ONLY',
      autoload_known_extensions: 'false',
      autoinstall_known_extensions: 'false',
      memory_limit: memoryLimit,
      threads: '2',
    });
    const connection = await instance.connect();
    // The folder cannot be named any more once the rest of the disk is out of reach.
    await connection.run(`set temp_directory = '${folder.replaceAll("'", "''")}'`);
    await connection.run(`set max_temp_directory_size = '${mostOnDisk}'`);
    await connection.run('set enable_external_access = false');
    await connection.run('set lock_configuration = true');
    const reader = await connection.runAndReadAll('select current_database()');
    connection.closeSync();
    return { instance, folder, catalog: String(reader.getRows()[0]?.[0]) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return openingReason(error);
  }
}

function openingReason(error: unknown): Reason {
  const message = messageOf(error);
  if (/Cannot find (package|module)/.test(message)) {
    return reason('driver-missing', 'the DuckDB driver is not installed', 'install @duckdb/node-api');
  }
  if (message.includes('lock')) {
    return reason('warehouse-locked', 'the DuckDB file is locked by another process', 'close what writes to it');
  }
  return reason('warehouse-unreachable', 'the DuckDB file cannot be opened', 'check the path in WAREHOUSE_URL');
}

async function runWithin(
  { instance }: Opened,
  sql: OneSelect | OneExplain,
  options: WarehouseOptions,
): Promise<Explained> {
  const connection = await instance.connect();
  const late = { is: false };
  const timer = setTimeout(() => {
    late.is = true;
    connection.interrupt();
  }, options.deadlineMilliseconds);
  try {
    const reader = await connection.runAndReadAll(sql);
    return { ok: true, rows: reader.getRows() };
  } catch (error) {
    return { ok: false, reason: late.is ? tooSlow(options) : countingReason(error) };
  } finally {
    clearTimeout(timer);
    connection.closeSync();
  }
}

function countingReason(error: unknown): Reason {
  const message = messageOf(error);
  if (/^Catalog Error: .*Function/.test(message)) return sqlRefused('DuckDB');
  if (/^(Catalog Error|Binder Error: Catalog)/.test(message)) {
    return relationAbsent;
  }
  if (/^(Parser|Binder|Conversion) Error/.test(message)) return sqlRefused('DuckDB');
  if (message.startsWith('Permission Error')) {
    return reason('permission-denied', 'the relation reads files outside the DuckDB file, which is not allowed');
  }
  return queryFailed('DuckDB');
}

/** The driver's errors come from native code and need not be this realm's `Error`. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
}
