import { randomUUID } from 'node:crypto';
import type { Reason } from '#core/base';
import { reason } from '#core/base';
import { type OneExplain, type OneSelect, sqlWriter } from '#core/evidence';
import type { JsonReply } from './http/ask-json.ts';
import { askJson, textAt, valueAt } from './http/ask-json.ts';
import { googleTokens } from './http/google-tokens.ts';
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

/** What one question may read, unless the URL says otherwise. */
const standardBytes = 100e9;
const example = 'bigquery://project?location=EU&credentials_path=/run/secrets/key.json&maximum_gigabytes=100';

interface Job {
  readonly id: string;
  readonly location: string;
}

/**
 * BigQuery by its REST API (version 2). A dry run, which costs nothing, tells what the question would read before it is asked, and that
 * BigQuery too takes it for a SELECT; the question itself runs with `maximumBytesBilled`. Give it an account that may read data and
 * run jobs.
 */
export const bigquery: Driver = {
  name: 'BigQuery',
  example,
  matches: (url) => url.startsWith('bigquery://'),
  connect(url, options) {
    const settings = readSettings(url, {
      example,
      parameters: ['location', 'credentials_path', 'maximum_gigabytes', 'metadata_host'],
      endpoint: () => 'https://bigquery.googleapis.com',
    });
    return overHttp(service(settings, options), sqlWriter('bigquery'), options);
  },
};

type Ask = (method: 'GET' | 'POST', path: string, signal: AbortSignal, body?: object) => Promise<JsonReply | Reason>;

function service(settings: Settings, options: WarehouseOptions): Service<Job> {
  const project = settings.host;
  const location = settings.parameters.get('location') ?? '';
  const mostBytes = bytesOf(settings, 'maximum_gigabytes') ?? standardBytes;
  const ask = askOf(settings, mostBytes, options);
  return {
    async start(sql, signal, began) {
      const tried = await ask('POST', 'jobs', signal, dryRun(sql, { project, location }));
      const refusal = 'code' in tried ? tried : refusalOf(tried, mostBytes);
      if (refusal !== null) return { kind: 'failed', reason: refusal };
      // The id is ours, so that the job can be cancelled although the reply does not come.
      const job = { id: `weirkeeper_${randomUUID()}`, location };
      began(job);
      const inserted = await ask('POST', 'jobs', signal, {
        jobReference: { projectId: project, jobId: job.id, ...(location === '' ? {} : { location }) },
        configuration: {
          jobTimeoutMs: String(Math.floor(options.deadlineMilliseconds * 0.9)),
          labels: { asked_by: 'weirkeeper' },
          query: { query: sql, useLegacySql: false, maximumBytesBilled: String(mostBytes) },
        },
      });
      if ('code' in inserted) return { kind: 'failed', reason: inserted };
      const place = { id: job.id, location: textAt(inserted.body, 'jobReference', 'location') || location };
      return { kind: 'waiting', place };
    },
    async explain(sql, signal) {
      const tried = await ask('POST', 'jobs', signal, dryRun(sql, { project, location }));
      if ('code' in tried) return { kind: 'failed', reason: tried };
      const refusal = refusalOf(tried, Number.POSITIVE_INFINITY);
      if (refusal !== null) return { kind: 'failed', reason: refusal };
      return { kind: 'rows', rows: [[valueAt(tried.body, 'statistics', 'totalBytesProcessed')]] };
    },
    async look({ id, location: at }, signal) {
      const where = at === '' ? '' : `&location=${encodeURIComponent(at)}`;
      return toStep(await ask('GET', `queries/${id}?maxResults=1&timeoutMs=5000${where}`, signal), {
        id,
        location: at,
      });
    },
    cancel: ({ id, location: at }, signal) =>
      ask('POST', `jobs/${id}/cancel${at === '' ? '' : `?location=${encodeURIComponent(at)}`}`, signal, {}),
  };
}

function askOf(settings: Settings, mostBytes: number, options: WarehouseOptions): Ask {
  const tokens = googleTokens(settings, options);
  return async (method, path, signal, body) => {
    const token = await tokens(signal);
    if ('code' in token) return token;
    const headers = { authorization: `Bearer ${token.text}`, 'content-type': 'application/json' };
    const url = new URL(`/bigquery/v2/projects/${encodeURIComponent(settings.host)}/${path}`, settings.endpoint);
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const reply = await askJson({ method, url, headers, signal, ...sent });
    return faultOf(reply, mostBytes, options) ?? reply;
  };
}

/** BigQuery knows no EXPLAIN, so that what begins with it would be refused if it were run by mistake; a dry run is given the rest. */
function dryRun(
  sql: OneSelect | OneExplain,
  { project, location }: { readonly project: string; readonly location: string },
): object {
  return {
    ...(location === '' ? {} : { jobReference: { projectId: project, location } }),
    configuration: { dryRun: true, query: { query: sql.replace(/^explain /, ''), useLegacySql: false } },
  };
}

/** Why a question is not asked after its dry run; null when it may be. */
function refusalOf({ body }: JsonReply, mostBytes: number): Reason | null {
  const type = textAt(body, 'statistics', 'query', 'statementType');
  if (type !== '' && type !== 'SELECT')
    return reason('not-one-select', 'BigQuery does not take the question for a SELECT, so it was not asked');
  const bytes = Number(valueAt(body, 'statistics', 'totalBytesProcessed') ?? Number.NaN);
  if (!Number.isFinite(bytes))
    return reason('over-budget', 'BigQuery does not say what the question would read, so it was not asked');
  return bytes > mostBytes ? tooCostly(bytes, mostBytes) : null;
}

function toStep(reply: JsonReply | Reason, place: Job): Step<Job> {
  if ('code' in reply) return { kind: 'failed', reason: reply };
  if (valueAt(reply.body, 'jobComplete') !== true) return { kind: 'waiting', place };
  const cells = valueAt(reply.body, 'rows', 0, 'f');
  if (!Array.isArray(cells)) return { kind: 'failed', reason: queryFailed('BigQuery') };
  return { kind: 'rows', rows: [cells.map((cell) => valueAt(cell, 'v'))] };
}

/** What went wrong, by the `reason` of BigQuery's error table; null when nothing did. */
function faultOf({ status, body }: JsonReply, mostBytes: number, options: WarehouseOptions): Reason | null {
  const code = textAt(body, 'error', 'errors', 0, 'reason') || textAt(body, 'status', 'errorResult', 'reason');
  // A second attempt of a request whose reply was lost finds its job there.
  if ((status === 200 && code === '') || code === 'duplicate') return null;
  const known = knownFault(code, mostBytes, options);
  if (known !== null) return known;
  return status === 401 ? loginRefused : queryFailed('BigQuery', code === '' ? `HTTP_${status}` : code);
}

function knownFault(code: string, mostBytes: number, options: WarehouseOptions): Reason | null {
  switch (code) {
    case 'notFound':
      return relationAbsent;
    case 'accessDenied':
      return permissionDenied;
    case 'invalidQuery':
      return sqlRefused('BigQuery', code);
    case 'bytesBilledLimitExceeded':
      return tooCostly(null, mostBytes);
    case 'stopped':
    case 'timeout':
      return tooSlow(options);
    default:
      return null;
  }
}
