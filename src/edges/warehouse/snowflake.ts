import { createHash, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import type { Reason } from '#core/base';
import { type OneExplain, type OneSelect, sqlWriter } from '#core/evidence';
import type { JsonReply } from './http/ask-json.ts';
import { askJson, rowsAt, textAt } from './http/ask-json.ts';
import { overHttp, type Service, type Step } from './http/over-http.ts';
import { readSettings, type Settings } from './http/settings.ts';
import { fixedToken, keptTokens, readRsaKey, signedJwt, type Tokens } from './http/tokens.ts';
import {
  absentOrDenied,
  loginRefused,
  permissionDenied,
  queryFailed,
  sqlRefused,
  tooSlow,
  unreachable,
} from './reasons.ts';
import type { Driver, WarehouseOptions } from './warehouse.ts';

/** A JWT of a key pair may hold for an hour at most. */
const jwtSeconds = 55 * 60;
const example = 'snowflake://user@org-account/database?warehouse=WH&role=READER&private_key_path=/run/secrets/key.p8';

/**
 * Snowflake by its SQL API (version 2), which runs one statement a request. Give it a role that may SELECT only, and a warehouse with a
 * resource monitor.
 */
export const snowflake: Driver = {
  name: 'Snowflake',
  example,
  matches: (url) => url.startsWith('snowflake://'),
  connect(url, options) {
    const settings = readSettings(url, {
      example,
      parameters: ['warehouse', 'role', 'private_key_path', 'token_type'],
      endpoint: (host) =>
        `https://${host.endsWith('.snowflakecomputing.com') ? host : `${host}.snowflakecomputing.com`}`,
    });
    return overHttp(service(settings, options), sqlWriter('snowflake'), options);
  },
};

function service(settings: Settings, options: WarehouseOptions): Service<string> {
  const { endpoint, parameters, path } = settings;
  const tokens = tokensOf(settings, options);
  const tokenType = parameters.has('private_key_path')
    ? 'KEYPAIR_JWT'
    : parameters.get('token_type') === 'oauth'
      ? 'OAUTH'
      : 'PROGRAMMATIC_ACCESS_TOKEN';
  const ask = async (method: 'GET' | 'POST', at: string, signal: AbortSignal, body?: object): Promise<Step<string>> => {
    const token = await tokens(signal);
    if ('code' in token) return { kind: 'failed', reason: token };
    const headers = {
      authorization: `Bearer ${token.text}`,
      'x-snowflake-authorization-token-type': tokenType,
      'content-type': 'application/json',
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const reply = await askJson({ method, url: new URL(at, endpoint), headers, signal, ...sent });
    return toStep(reply, options);
  };
  const start = (sql: OneSelect | OneExplain, signal: AbortSignal): Promise<Step<string>> =>
    ask('POST', `/api/v2/statements?async=true&requestId=${randomUUID()}`, signal, {
      statement: sql,
      timeout: Math.max(1, Math.floor((options.deadlineMilliseconds * 0.9) / 1_000)),
      ...(path[0] === undefined ? {} : { database: path[0] }),
      ...(path[1] === undefined ? {} : { schema: path[1] }),
      ...optional('warehouse', parameters),
      ...optional('role', parameters),
      parameters: { MULTI_STATEMENT_COUNT: '1', query_tag: 'weirkeeper' },
    });
  return {
    start,
    explain: start,
    look: (handle, signal) => ask('GET', `/api/v2/statements/${encodeURIComponent(handle)}`, signal),
    cancel: (handle, signal) => ask('POST', `/api/v2/statements/${encodeURIComponent(handle)}/cancel`, signal, {}),
  };
}

function optional(name: string, parameters: Settings['parameters']): object {
  const value = parameters.get(name);
  return value === undefined ? {} : { [name]: value };
}

function tokensOf({ host, user, password, parameters }: Settings, { now }: WarehouseOptions): Tokens {
  const path = parameters.get('private_key_path');
  if (path === undefined) return fixedToken(password);
  const account = (host.split('.')[0] ?? '').toUpperCase();
  return keptTokens(() => {
    const key = readRsaKey(path, 'private_key_path');
    if ('code' in key) return Promise.resolve(key);
    const issued = Math.floor(now().getTime() / 1_000);
    const subject = `${account}.${user.toUpperCase()}`;
    const claims = { iss: `${subject}.${fingerprintOf(key)}`, sub: subject, iat: issued, exp: issued + jwtSeconds };
    return Promise.resolve({ text: signedJwt(key, claims), until: (issued + jwtSeconds) * 1_000 });
  }, now);
}

/** As `DESC USER` shows it in RSA_PUBLIC_KEY_FP. */
function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
}

function toStep({ status, body }: JsonReply, options: WarehouseOptions): Step<string> {
  const handle = textAt(body, 'statementHandle');
  if (status === 202 && handle !== '') return { kind: 'waiting', place: handle };
  const rows = rowsAt(body, 'data');
  if (status === 200 && rows !== null) return { kind: 'rows', rows };
  return { kind: 'failed', reason: reasonFor(status, textAt(body, 'sqlState'), textAt(body, 'code'), options) };
}

/** Cancelled; its time-out has passed. */
const late: ReadonlySet<string> = new Set(['000604', '000630']);
/** Of a relation, of anything else. */
const absent: ReadonlySet<string> = new Set(['002003', '002043']);

function reasonFor(status: number, state: string, code: string, options: WarehouseOptions): Reason {
  if (status === 401 || status === 403) return loginRefused;
  if (status === 404) return unreachable;
  if (status === 408 || late.has(code)) return tooSlow(options);
  return planningReason(status, state, code) ?? queryFailed('Snowflake', code === '' ? `HTTP_${status}` : code);
}

/** Of what could not be planned: SQLSTATE 42601, 42704 and others of their class. */
function planningReason(status: number, state: string, code: string): Reason | null {
  if (absent.has(code) || state === '42S02') return absentOrDenied;
  if (code === '003001' || state === '42501') return permissionDenied;
  return status === 422 && state.startsWith('42') ? sqlRefused('Snowflake', code) : null;
}
