import type { Reason } from '#core/base';
import { type OneExplain, type OneSelect, sqlWriter } from '#core/evidence';
import type { JsonReply } from './http/ask-json.ts';
import { askJson, rowsAt, textAt } from './http/ask-json.ts';
import { overHttp, type Service, type Step } from './http/over-http.ts';
import { readSettings, type Settings, wrong } from './http/settings.ts';
import { askToken, fixedToken, keptTokens, type Tokens } from './http/tokens.ts';
import {
  loginRefused,
  permissionDenied,
  queryFailed,
  relationAbsent,
  sqlRefused,
  tooSlow,
  unreachable,
} from './reasons.ts';
import type { Driver, WarehouseOptions } from './warehouse.ts';

const example = 'databricks://token:dapi…@workspace.cloud.databricks.com/sql/1.0/warehouses/ID?catalog=main';
const statements = '/api/2.0/sql/statements';
/** Where there is no plan, its rows say why. */
const mostPlanRows = 50;

/** Databricks SQL by its Statement Execution API, which runs one statement a request. Give it a principal that may SELECT only. */
export const databricks: Driver = {
  name: 'Databricks',
  example,
  matches: (url) => url.startsWith('databricks://'),
  connect(url, options) {
    const settings = readSettings(url, {
      example,
      parameters: ['catalog', 'schema'],
      endpoint: (host) => `https://${host}`,
    });
    const warehouse = settings.path.at(-1);
    if (warehouse === undefined) throw wrong(`names no SQL warehouse: ${example}`);
    return overHttp(service(settings, warehouse, options), sqlWriter('databricks'), options);
  },
};

function service(settings: Settings, warehouse: string, options: WarehouseOptions): Service<string> {
  const { endpoint, parameters } = settings;
  const tokens = tokensOf(settings, options);
  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<Step<string>> => {
    const token = await tokens(signal);
    if ('code' in token) return { kind: 'failed', reason: token };
    const headers = { authorization: `Bearer ${token.text}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return toStep(await askJson({ method, url: new URL(path, endpoint), headers, signal, ...sent }), options);
  };
  const start = (sql: OneSelect | OneExplain, rows: number, signal: AbortSignal): Promise<Step<string>> =>
    ask('POST', statements, signal, {
      statement: sql,
      warehouse_id: warehouse,
      catalog: parameters.get('catalog'),
      schema: parameters.get('schema'),
      // Answers at once with an id, by which a slow statement is cancelled.
      wait_timeout: '0s',
      on_wait_timeout: 'CONTINUE',
      disposition: 'INLINE',
      format: 'JSON_ARRAY',
      row_limit: rows,
    });
  return {
    start: (sql, signal) => start(sql, 1, signal),
    explain: (sql, signal) => start(sql, mostPlanRows, signal),
    look: (id, signal) => ask('GET', `${statements}/${encodeURIComponent(id)}`, signal),
    cancel: (id, signal) => ask('POST', `${statements}/${encodeURIComponent(id)}/cancel`, signal, {}),
  };
}

/** The user `token` brings an access token; any other is a service principal with its secret (OAuth for machines). */
function tokensOf({ user, password, endpoint }: Settings, { now }: WarehouseOptions): Tokens {
  if (user === 'token') return fixedToken(password);
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  const form = { grant_type: 'client_credentials', scope: 'all-apis' };
  return keptTokens(
    (signal) => askToken({ url: new URL('/oidc/v1/token', endpoint), form, headers }, now, signal),
    now,
  );
}

function toStep({ status, body }: JsonReply, options: WarehouseOptions): Step<string> {
  if (status !== 200) return { kind: 'failed', reason: refusalFor(status, textAt(body, 'error_code')) };
  const state = textAt(body, 'status', 'state');
  const id = textAt(body, 'statement_id');
  if ((state === 'PENDING' || state === 'RUNNING') && id !== '') return { kind: 'waiting', place: id };
  const rows = rowsAt(body, 'result', 'data_array');
  const unplanned = whyUnplanned(rows ?? []);
  if (unplanned !== null) return { kind: 'failed', reason: unplanned };
  if (state === 'SUCCEEDED' && rows !== null) return { kind: 'rows', rows };
  return { kind: 'failed', reason: state === 'CANCELED' ? tooSlow(options) : reasonFor(body) };
}

/** What cannot be planned is told in the rows of a statement that succeeds. */
function whyUnplanned(rows: readonly (readonly unknown[])[]): Reason | null {
  if (!String(rows[0]?.[0]).startsWith('Error occurred during query planning')) return null;
  const message = rows.map(([text]) => String(text)).join(' ');
  return reasonOf(message, classIn(message) === '' ? '' : '42000');
}

function refusalFor(status: number, code: string): Reason {
  if (status === 401 || status === 403) return loginRefused;
  return status === 404 ? unreachable : queryFailed('Databricks', code === '' ? `HTTP_${status}` : code);
}

const absent = /^(TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND|NO_SUCH_CATALOG_EXCEPTION|CATALOG_NOT_FOUND)/;
const denied = /^(INSUFFICIENT_PERMISSIONS|PERMISSION_DENIED|UNAUTHORIZED_ACCESS)/;

/** What a statement that failed says of itself. */
function reasonFor(body: unknown): Reason {
  const message = textAt(body, 'status', 'error', 'message');
  const [, written = ''] = message.match(/SQLSTATE: (\w{5})/) ?? [];
  const state = textAt(body, 'status', 'sql_state') || written;
  return reasonOf(message, state, textAt(body, 'status', 'error', 'error_code'));
}

/** By the class in square brackets with which Databricks begins its messages, and the SQLSTATE. */
function reasonOf(message: string, sqlState: string, code = ''): Reason {
  const name = classIn(message);
  if (absent.test(name) || sqlState === '42P01' || sqlState === '42704') return relationAbsent;
  if (denied.test(name) || sqlState === '42501') return permissionDenied;
  return sqlState.startsWith('42') ? sqlRefused('Databricks', name) : queryFailed('Databricks', name || code);
}

function classIn(message: string): string {
  const [, name = ''] = message.match(/\[([A-Z0-9_]+(?:\.[A-Z0-9_]+)?)\]/) ?? [];
  return name;
}
