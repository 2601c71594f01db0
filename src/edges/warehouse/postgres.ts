import pg from 'pg';
import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { OneExplain, OneSelect } from '#core/evidence';
import { sqlWriter } from '#core/evidence';
import type { Connection, Driver, Ran, WarehouseOptions } from './warehouse.ts';

/**
 * PostgreSQL, and Redshift, which speaks its protocol. Give it a role that may SELECT only: the read-only transaction
 * and the time-out of each question are a second fence, the role is the first.
 */
export const postgres: Driver = {
  name: 'PostgreSQL',
  example: 'postgresql://reader:password@host:5432/database',
  matches: (url) => /^(postgres|postgresql|redshift):\/\//.test(url),
  connect(url, options): Connection {
    const connectionString = url.replace(/^redshift:/, 'postgresql:');
    const pool = new pg.Pool({
      connectionString,
      max: 2,
      connectionTimeoutMillis: Math.min(5_000, options.deadlineMilliseconds),
      idleTimeoutMillis: 10_000,
      application_name: 'weirkeeper',
    });
    // An idle connection may break at any time; the next question makes a new one.
    pool.on('error', () => undefined);
    return {
      writer: () => Promise.resolve(sqlWriter(url.startsWith('redshift:') ? 'redshift' : 'postgres')),
      run: (sql) => runWithin(pool, sql, options),
      close: () => pool.end(),
    };
  },
};

async function runWithin(pool: pg.Pool, sql: OneSelect | OneExplain, options: WarehouseOptions): Promise<Ran> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return { ok: false, reason: reasonFor(error) };
  }
  const late = Symbol('late');
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), options.deadlineMilliseconds);
  });
  try {
    const row = await Promise.race([runOn(client, sql, options), deadline]);
    if (row !== late) {
      client.release();
      return { ok: true, row };
    }
    // The server may not answer at all: the connection is dropped, and its time-out ends the query over there.
    client.release(true);
    return { ok: false, reason: tooSlow(options) };
  } catch (error) {
    client.release(true);
    return { ok: false, reason: codeOf(error) === '57014' ? tooSlow(options) : reasonFor(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** One SELECT in a transaction that can only read. The extended protocol takes one statement and no more. */
async function runOn(
  client: pg.PoolClient,
  sql: OneSelect | OneExplain,
  options: WarehouseOptions,
): Promise<readonly unknown[]> {
  const serverDeadline = Math.max(100, Math.floor(options.deadlineMilliseconds * 0.9));
  await client.query('begin transaction read only');
  await client.query(`set local statement_timeout = ${serverDeadline}`);
  const query = { text: sql, values: [], queryMode: 'extended', rowMode: 'array' };
  const result = await client.query<unknown[]>(query);
  await client.query('rollback');
  return result.rows[0] ?? [];
}

function tooSlow({ deadlineMilliseconds }: WarehouseOptions): Reason {
  return reason('warehouse-timeout', `the question took longer than ${deadlineMilliseconds / 1000} s and was stopped`);
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

const checkUrl = 'check WAREHOUSE_URL';

/** In our own words, by code: the server's message may hold names, values or the connection's settings. */
function reasonFor(error: unknown): Reason {
  const code = codeOf(error);
  switch (code) {
    case '42P01':
    case '3F000':
      return reason('relation-absent', 'the warehouse does not have the relation', 'build the model before the review');
    case '0A000':
      return reason('other-database', 'the relation is in another database than the connection', checkUrl);
    case '42501':
      return reason('permission-denied', 'the warehouse role may not read the relation', 'grant it SELECT');
    case '28P01':
    case '28000':
      return reason('warehouse-login', 'the warehouse refused the login', checkUrl);
    case '3D000':
      return reason('warehouse-unreachable', 'the warehouse does not have the database', checkUrl);
    default:
      return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08') && !code.startsWith('57P')
        ? reason('query-failed', `the question failed in PostgreSQL (${code})`)
        : reason('warehouse-unreachable', 'the warehouse cannot be reached', checkUrl);
  }
}
