import type { Engine, Outcome } from './engine.ts';
import type { HttpDouble, Seen, Told } from './http-double.ts';
import { startDouble } from './http-double.ts';

/** The secret of every double; it must be seen in no answer. Messages of errors hold it. */
export const secret = 'hunter2-secret';

export interface ServiceDouble extends HttpDouble {
  /** How often statements are still running when they are looked at. */
  readonly slowness: { looks: number };
  /** Statements that arrived, dry runs among them. */
  readonly statements: string[];
  /** What an EXPLAIN is answered with, as the service writes it. */
  readonly plan: { text: string };
  /** Of statements that were cancelled. */
  readonly cancelled: string[];
}

/** A statement that the double has taken, and how often it was looked at. */
interface Taken {
  readonly outcome: Outcome;
  looks: number;
}

interface Running {
  /** `isDry`: the statement itself says that nothing is to be run. */
  take(sql: string, isDry?: boolean): Promise<string>;
  /** Null while it runs. */
  look(id: string): Outcome | null;
}

type Answer = (request: Seen, running: Running) => Told | Promise<Told>;

async function startService(
  engine: Engine,
  answer: (double: { cancelled: string[] }) => Answer,
): Promise<ServiceDouble> {
  const statements: string[] = [];
  const cancelled: string[] = [];
  const slowness = { looks: 0 };
  const plan = { text: '' };
  const taken = new Map<string, Taken>();
  const running: Running = {
    async take(sql, isDry = false) {
      statements.push(sql);
      const [words = '', select = sql] = /^(explain(?: using json| cost| \([^)]*\))?) (.*)$/s.exec(sql)?.slice(1) ?? [];
      const planned = words !== '' || isDry ? await engine.plan(select) : null;
      const outcome = planned === null ? await engine.run(sql) : planned.kind === 'row' ? shown(plan.text) : planned;
      const id = `01b2c3d4-0000-0000-0000-${String(taken.size).padStart(12, '0')}`;
      taken.set(id, { outcome, looks: 0 });
      return id;
    },
    look(id) {
      const one = taken.get(id);
      if (one === undefined) return { kind: 'absent' };
      one.looks += 1;
      return one.looks <= slowness.looks || one.outcome.kind === 'never' ? null : one.outcome;
    },
  };
  const reply = answer({ cancelled });
  const double = await startDouble((request) => reply(request, running));
  return { ...double, slowness, statements, cancelled, plan };
}

function shown(text: string): Outcome {
  return { kind: 'row', row: [text] };
}

const message = `what the service says may hold ${secret}`;

/** Snowflake's SQL API: every statement is taken with 202 and looked at by its handle. */
export function startSnowflake(engine: Engine, isRight: (request: Seen) => boolean): Promise<ServiceDouble> {
  return startService(engine, ({ cancelled }) => async (request, running) => {
    if (!isRight(request)) return { status: 401, body: { code: '390144', message } };
    const [, handle = '', cancel] = request.path.match(/^\/api\/v2\/statements\/([^/?]+)(\/cancel)?/) ?? [];
    const under = (id: string): Told => ({
      status: 202,
      body: { code: '333334', message, statementHandle: id, statementStatusUrl: `/api/v2/statements/${id}` },
    });
    if (handle === '') return under(await running.take(String(request.json['statement'])));
    if (cancel !== undefined) {
      cancelled.push(handle);
      return { status: 200, body: { code: '000604', message, statementHandle: handle } };
    }
    const outcome = running.look(handle);
    if (outcome === null) return under(handle);
    const failed = (code: string, sqlState: string): Told => ({
      status: 422,
      body: { code, sqlState, message, statementHandle: handle },
    });
    switch (outcome.kind) {
      case 'row':
        return {
          status: 200,
          body: {
            code: '090001',
            statementHandle: handle,
            resultSetMetaData: { numRows: 1, format: 'jsonv2', partitionInfo: [{ rowCount: 1 }] },
            data: [outcome.row],
          },
        };
      case 'denied':
        return failed('003001', '42501');
      case 'absent':
        return failed('002003', '42S02');
      default:
        return failed('001003', '42000');
    }
  });
}

/** BigQuery's jobs. A dry run tells 1 GB; jobs have the ids that they are given, and stand in the EU. */
export function startBigQuery(engine: Engine): Promise<ServiceDouble> {
  const ids = new Map<string, string>();
  const fault = (status: number, reason: string): Told => ({
    status,
    body: { error: { code: status, message, errors: [{ reason, message, domain: 'global' }] } },
  });
  const problem = ({ kind }: Outcome): Told =>
    kind === 'absent'
      ? fault(404, 'notFound')
      : kind === 'denied'
        ? fault(403, 'accessDenied')
        : fault(400, 'invalidQuery');
  return startService(engine, ({ cancelled }) => async (request, running) => {
    if (request.headers.authorization !== `Bearer ${secret}`) return fault(401, 'authError');
    const [, what = '', id = '', cancel] =
      request.path.match(/^\/bigquery\/v2\/projects\/shop-prod\/(jobs|queries)\/?([^/?]*)(\/cancel)?/) ?? [];
    if (cancel !== undefined) {
      cancelled.push(id);
      return { status: 200, body: { kind: 'bigquery#jobCancelResponse' } };
    }
    if (what === 'jobs') return insert(request, running);
    const outcome = running.look(ids.get(id) ?? '');
    if (outcome === null) return { status: 200, body: { jobComplete: false } };
    if (outcome.kind !== 'row') return problem(outcome);
    return { status: 200, body: { jobComplete: true, totalRows: '1', rows: [{ f: outcome.row.map((v) => ({ v })) }] } };
  });

  async function insert({ json }: Seen, running: Running): Promise<Told> {
    const { configuration, jobReference } = json as {
      readonly configuration: { readonly dryRun?: boolean; readonly query: { readonly query: string } };
      readonly jobReference?: { readonly jobId?: string };
    };
    const taken = await running.take(configuration.query.query, configuration.dryRun);
    if (configuration.dryRun === true) {
      const outcome = running.look(taken);
      if (outcome !== null && outcome.kind !== 'row') return problem(outcome);
      const statistics = { totalBytesProcessed: '1000000000', query: { statementType: 'SELECT' } };
      return { status: 200, body: { status: { state: 'DONE' }, statistics } };
    }
    const jobId = jobReference?.jobId ?? '';
    ids.set(jobId, taken);
    return { status: 200, body: { jobReference: { jobId, location: 'EU' }, status: { state: 'RUNNING' } } };
  }
}

/** Databricks' Statement Execution API, and its token endpoint. */
export function startDatabricks(engine: Engine): Promise<ServiceDouble> {
  const plans = new Set<string>();
  return startService(engine, ({ cancelled }) => async (request, running) => {
    if (request.path === '/oidc/v1/token') {
      const basic = `Basic ${Buffer.from(`robot:${secret}`).toString('base64')}`;
      return request.headers.authorization === basic
        ? { status: 200, body: { access_token: secret, token_type: 'Bearer', expires_in: 3600 } }
        : { status: 401, body: { error: 'invalid_client', error_description: message } };
    }
    if (request.headers.authorization !== `Bearer ${secret}`)
      return { status: 403, body: { error_code: 'PERMISSION_DENIED', message } };
    const [, id = '', cancel] = request.path.match(/^\/api\/2\.0\/sql\/statements\/([^/?]+)(\/cancel)?/) ?? [];
    if (id === '') {
      const statement = String(request.json['statement']);
      const taken = await running.take(statement);
      if (statement.startsWith('explain ')) plans.add(taken);
      return { status: 200, body: { statement_id: taken, status: { state: 'PENDING' } } };
    }
    if (cancel !== undefined) {
      cancelled.push(id);
      return { status: 200, body: {} };
    }
    const outcome = running.look(id);
    if (outcome === null) return { status: 200, body: { statement_id: id, status: { state: 'RUNNING' } } };
    const given = (rows: readonly (readonly unknown[])[]): Told => ({
      status: 200,
      body: {
        statement_id: id,
        status: { state: 'SUCCEEDED' },
        manifest: { format: 'JSON_ARRAY', total_row_count: rows.length, truncated: false },
        result: { chunk_index: 0, row_count: rows.length, data_array: rows },
      },
    });
    const failed = (name: string, sqlState: string): Told => {
      const text = `[${name}] ${message}. SQLSTATE: ${sqlState}`;
      // What cannot be planned is told as a plan.
      if (plans.has(id)) return given([['Error occurred during query planning: '], [text]]);
      const error = { error_code: 'BAD_REQUEST', message: text };
      return { status: 200, body: { statement_id: id, status: { state: 'FAILED', error } } };
    };
    switch (outcome.kind) {
      case 'row':
        return given([outcome.row]);
      case 'denied':
        return failed('INSUFFICIENT_PERMISSIONS', '42501');
      case 'absent':
        return failed('TABLE_OR_VIEW_NOT_FOUND', '42P01');
      default:
        return failed('PARSE_SYNTAX_ERROR', '42601');
    }
  });
}

/** Trino's client protocol: a page without data, a page with it, and a last one. Links name another host, as behind a proxy. */
export function startTrino(engine: Engine): Promise<ServiceDouble> {
  return startService(engine, ({ cancelled }) => async (request, running) => {
    const basic = `Basic ${Buffer.from(`reader:${secret}`).toString('base64')}`;
    if (request.headers.authorization !== basic) return { status: 401, body: message };
    const link = (id: string, at: number): string =>
      `https://coordinator.inside.example/v1/statement/executing/${id}/y1/${at}`;
    const page = (id: string, at: number, more: object = {}): Told => ({
      status: 200,
      body: { id, nextUri: link(id, at), stats: { state: 'RUNNING' }, ...more },
    });
    if (request.method === 'POST') return page(await running.take(request.text), 0);
    const [, id = '', at = ''] = request.path.match(/executing\/([^/]+)\/y1\/(\d+)/) ?? [];
    if (request.method === 'DELETE') {
      cancelled.push(id);
      return { status: 204 };
    }
    if (Number(at) === 9) return { status: 200, body: { id, stats: { state: 'FINISHED' } } };
    const outcome = running.look(id);
    if (outcome === null) return page(id, Number(at) + 1);
    const failed = (errorName: string): Told => ({
      status: 200,
      body: { id, stats: { state: 'FAILED' }, error: { message, errorName, errorType: 'USER_ERROR', errorCode: 46 } },
    });
    switch (outcome.kind) {
      case 'row':
        return page(id, 9, {
          columns: outcome.row.map((_, index) => ({ name: `_col${index}`, type: 'bigint' })),
          // Whole numbers are numbers here.
          data: [outcome.row.map((value) => (/^\d+$/.test(String(value)) ? Number(value) : value))],
        });
      case 'denied':
        return failed('PERMISSION_DENIED');
      case 'absent':
        return failed('TABLE_NOT_FOUND');
      default:
        return failed('SYNTAX_ERROR');
    }
  });
}
