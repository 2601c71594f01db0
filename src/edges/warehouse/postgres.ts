import pg from 'pg';
import type { Reason } from '#core/base';
import type { OneExplain, OneSelect } from '#core/evidence';
import { sqlWriter } from '#core/evidence';
import {
  loginRefused,
  noDatabase,
  otherDatabase,
  permissionDenied,
  queryFailed,
  relationAbsent,
  sqlRefused,
  tooSlow,
  unreachable,
} from './reasons.ts';
import type { Connection, Driver, Explained, WarehouseOptions } from './warehouse.ts';

/**
 * PostgreSQL. Give it a role that may SELECT only: the read-only transaction and the time-out of each question are a second fence, the
 * role is the first.
 */
export const postgres: Driver = {
  name: 'PostgreSQL',
  example: 'postgresql://reader:password@host:5432/database',
  matches: (url) => /^(postgres|postgresql):\/\//.test(url),
  connect: (url, options) => overPostgres(url, { ...options, name: 'PostgreSQL', dialect: 'postgres' }),
};

interface Spoken extends WarehouseOptions {
  readonly name: string;
  readonly dialect: 'postgres' | 'redshift';
}

/** A connection over PostgreSQL's protocol, which others speak too. */
export function overPostgres(connectionString: string, options: Spoken): Connection {
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
    writer: () => Promise.resolve(sqlWriter(options.dialect)),
    async run(sql) {
      const ran = await runWithin(pool, sql, options);
      return ran.ok ? { ok: true, row: ran.rows[0] ?? [] } : ran;
    },
    explain: (sql) => runWithin(pool, sql, options),
    close: () => pool.end(),
  };
}

async function runWithin(pool: pg.Pool, sql: OneSelect | OneExplain, options: Spoken): Promise<Explained> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return { ok: false, reason: reasonFor(error, options) };
  }
  const late = Symbol('late');
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), options.deadlineMilliseconds);
  });
  try {
    const rows = await Promise.race([runOn(client, sql, options), deadline]);
    if (rows !== late) {
      client.release();
      return { ok: true, rows };
    }
    // The server may not answer at all: the connection is dropped, and its time-out ends the query over there.
    client.release(true);
    return { ok: false, reason: tooSlow(options) };
  } catch (error) {
    client.release(true);
    return { ok: false, reason: codeOf(error) === '57014' ? tooSlow(options) : reasonFor(error, options) };
  } finally {
    clearTimeout(timer);
  }
}

/** One SELECT in a transaction that can only read. The extended protocol takes one statement and no more. */
async function runOn(
  client: pg.PoolClient,
  sql: OneSelect | OneExplain,
  options: WarehouseOptions,
): Promise<readonly (readonly unknown[])[]> {
  const serverDeadline = Math.max(100, Math.floor(options.deadlineMilliseconds * 0.9));
  await client.query('begin transaction read only');
  await client.query(`set local statement_timeout = ${serverDeadline}`);
  const query = { text: sql, values: [], queryMode: 'extended', rowMode: 'array' };
  const result = await client.query<unknown[]>(query);
  await client.query('rollback');
  return result.rows;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

function reasonFor(error: unknown, { name }: Spoken): Reason {
  const code = codeOf(error);
  switch (code) {
    case '42P01':
    case '3F000':
      return relationAbsent;
    case '0A000':
      return otherDatabase;
    case '42501':
      return permissionDenied;
    case '28P01':
    case '28000':
      return loginRefused;
    case '3D000':
      return noDatabase;
    default:
      return failureOf(code, name);
  }
}

/** Classes 42 and 22: what the SQL says, or a constant in it, cannot be. */
function failureOf(code: string, name: string): Reason {
  if (/^(42|22)[0-9A-Z]{3}$/.test(code)) return sqlRefused(name, code);
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08') && !code.startsWith('57P')
    ? queryFailed(name, code)
    : unreachable;
}
