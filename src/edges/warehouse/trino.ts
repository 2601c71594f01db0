import type { Reason } from '#core/base';
import { type OneExplain, type OneSelect, sqlWriter } from '#core/evidence';
import type { JsonReply } from './http/ask-json.ts';
import { askJson, rowsAt, textAt, valueAt } from './http/ask-json.ts';
import { overHttp, type Service, type Step } from './http/over-http.ts';
import { bytesOf, readSettings, type Settings } from './http/settings.ts';
import {
  loginRefused,
  permissionDenied,
  queryFailed,
  relationAbsent,
  sqlRefused,
  tooCostly,
  tooSlow,
} from './reasons.ts';
import type { Driver, WarehouseOptions } from './warehouse.ts';

const example = 'trino://user:password@host:443/catalog/schema?maximum_gigabytes=100';

/** The page after the ones that were read, and the rows that the first of them with any held. */
interface Page {
  readonly url: URL;
  readonly rows: readonly (readonly unknown[])[] | null;
}

/** Trino, and Starburst, by its client protocol, which runs one statement a request. Give it a user that may SELECT only. */
export const trino: Driver = {
  name: 'Trino',
  example,
  matches: (url) => url.startsWith('trino://'),
  connect(url, options) {
    const settings = readSettings(url, {
      example,
      parameters: ['maximum_gigabytes', 'token_type'],
      endpoint: (host) => `https://${host}`,
    });
    return overHttp(service(settings, options), sqlWriter('trino'), options);
  },
};

function service(settings: Settings, options: WarehouseOptions): Service<Page> {
  const { endpoint, user, path } = settings;
  const mostBytes = bytesOf(settings, 'maximum_gigabytes');
  const session = [
    `query_max_run_time=${Math.floor(options.deadlineMilliseconds * 0.9)}ms`,
    ...(mostBytes === null ? [] : [`query_max_scan_physical_bytes=${mostBytes}B`]),
  ];
  const authorized = authorizationOf(settings);
  const limits = { ...options, mostBytes, endpoint };
  const start = async (sql: OneSelect | OneExplain, signal: AbortSignal): Promise<Step<Page>> => {
    const headers = {
      ...authorized,
      'content-type': 'text/plain; charset=utf-8',
      'x-trino-user': user,
      'x-trino-source': 'weirkeeper',
      'x-trino-session': session.join(','),
      ...(path[0] === undefined ? {} : { 'x-trino-catalog': path[0] }),
      ...(path[1] === undefined ? {} : { 'x-trino-schema': path[1] }),
    };
    const url = new URL('/v1/statement', endpoint);
    return toStep(await askJson({ method: 'POST', url, headers, body: sql, signal }), null, limits);
  };
  return {
    start,
    explain: start,
    async look({ url, rows }, signal) {
      return toStep(await askJson({ method: 'GET', url, headers: authorized, signal }), rows, limits);
    },
    cancel: ({ url }, signal) => askJson({ method: 'DELETE', url, headers: authorized, signal }),
  };
}

function authorizationOf({ user, password, parameters }: Settings): Readonly<Record<string, string>> {
  if (password === '') return {};
  if (parameters.get('token_type') === 'jwt') return { authorization: `Bearer ${password}` };
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

type Limits = WarehouseOptions & { readonly mostBytes: number | null; readonly endpoint: URL };

/** A statement has ended when there is no next page; until then its row may stand on any. */
function toStep({ status, body }: JsonReply, before: Page['rows'], limits: Limits): Step<Page> {
  if (status !== 200) {
    const refused = status === 401 || status === 403 ? loginRefused : queryFailed('Trino', `HTTP_${status}`);
    return { kind: 'failed', reason: refused };
  }
  const error = textAt(body, 'error', 'errorName');
  if (error !== '' || valueAt(body, 'error') !== null) {
    const isOurs = textAt(body, 'error', 'errorType') === 'USER_ERROR';
    return { kind: 'failed', reason: reasonFor(error, isOurs, limits) };
  }
  const rows = before ?? rowsAt(body, 'data');
  const next = URL.parse(textAt(body, 'nextUri'));
  if (next !== null) return { kind: 'waiting', place: { url: onOwnHost(next, limits.endpoint), rows } };
  return rows === null ? { kind: 'failed', reason: queryFailed('Trino') } : { kind: 'rows', rows };
}

/** Only its path is followed: the credentials go to the address that the operator gave, and to no other. */
function onOwnHost({ pathname, search }: URL, endpoint: URL): URL {
  const url = new URL(endpoint);
  url.pathname = pathname;
  url.search = search;
  return url;
}

/** By Trino's name of the error; of others whether it lays them to the user, and so to the SQL. */
function reasonFor(error: string, isOurs: boolean, limits: Limits): Reason {
  switch (error) {
    case 'TABLE_NOT_FOUND':
    case 'SCHEMA_NOT_FOUND':
    case 'CATALOG_NOT_FOUND':
      return relationAbsent;
    case 'PERMISSION_DENIED':
      return permissionDenied;
    case 'EXCEEDED_TIME_LIMIT':
    case 'USER_CANCELED':
      return tooSlow(limits);
    case 'EXCEEDED_SCAN_LIMIT':
      return limits.mostBytes === null ? queryFailed('Trino', error) : tooCostly(null, limits.mostBytes);
    default:
      return isOurs ? sqlRefused('Trino', error) : queryFailed('Trino', error);
  }
}
