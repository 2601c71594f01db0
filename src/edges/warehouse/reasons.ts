import type { Reason } from '#core/base';
import { grouped, reason } from '#core/base';
import type { WarehouseOptions } from './warehouse.ts';

// Why a warehouse did not answer, in our own words: its own message may hold names, values or the connection's settings.

const checkUrl = 'check WAREHOUSE_URL';

export const relationAbsent: Reason = reason(
  'relation-absent',
  'the warehouse does not have the relation',
  'build the model before the review',
);

/** Of a warehouse that says the same of what is not there and of what may not be read. */
export const absentOrDenied: Reason = reason(
  'relation-absent',
  'the warehouse does not have the relation, or the role may not read it',
  'build the model before the review, or grant the role SELECT',
);

export const permissionDenied: Reason = reason(
  'permission-denied',
  'the warehouse role may not read the relation',
  'grant it SELECT',
);

export const loginRefused: Reason = reason('warehouse-login', 'the warehouse refused the login', checkUrl);

export const unreachable: Reason = reason('warehouse-unreachable', 'the warehouse cannot be reached', checkUrl);

export const otherDatabase: Reason = reason(
  'other-database',
  'the relation is in another database than the connection',
  checkUrl,
);

export const noDatabase: Reason = reason('warehouse-unreachable', 'the warehouse does not have the database', checkUrl);

export function tooSlow({ deadlineMilliseconds }: Pick<WarehouseOptions, 'deadlineMilliseconds'>): Reason {
  return reason('warehouse-timeout', `the question took longer than ${deadlineMilliseconds / 1000} s and was stopped`);
}

/** `code` is the warehouse's own; whatever has not the form of one is left out. */
export function queryFailed(warehouse: string, code: unknown = null): Reason {
  return reason('query-failed', failed(warehouse, code));
}

/** The same where the warehouse says that the SQL is at fault, and nothing else. */
export function sqlRefused(warehouse: string, code: unknown = null): Reason {
  return reason('sql-refused', failed(warehouse, code));
}

function failed(warehouse: string, code: unknown): string {
  const shown = typeof code === 'string' && /^\w{1,60}(\.\w{1,60})?$/.test(code) ? ` (${code})` : '';
  return `the question failed in ${warehouse}${shown}`;
}

/** `bytes` is what the question would read, where that is known before it runs. */
export function tooCostly(bytes: number | null, mostBytes: number): Reason {
  const most = `the ${grouped(mostBytes / 1e9)} GB that one question may`;
  const text =
    bytes === null
      ? `the question would read more than ${most}`
      : `the question would read ${grouped(Math.ceil(bytes / 1e9))} GB, more than ${most}`;
  return reason('over-budget', text, 'raise `maximum_gigabytes` in WAREHOUSE_URL');
}
