import { setTimeout as sleep } from 'node:timers/promises';
import { ProbotOctokit } from 'probot';
import { UpstreamError, type WeirkeeperError } from '#core/base';
import { createSpacing, type TakeTurn, type Turn, type WriteSpacing } from './spacing.ts';
import { toFailure } from './to-failure.ts';
import type { TokenSource } from './tokens.ts';

export type Octokit = InstanceType<typeof ProbotOctokit>;

/** Where entries about single requests go. */
export interface RequestLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** How one request ended. */
export interface RequestOutcome {
  /** Null for the App itself. */
  readonly installationId: number | null;
  /** 0 when no answer came. */
  readonly status: number;
  /** What is left of the hour's requests; null when the answer did not say. */
  readonly remaining: number | null;
}

export interface ConnectOptions {
  readonly appId: number;
  /** PEM text. */
  readonly privateKey: string;
  /** Root of the REST API, without a trailing slash; github.com's when left out. */
  readonly baseUrl?: string;
  readonly log?: RequestLog;
  /** Hears of every answer, and of every request without one. */
  readonly onOutcome?: (outcome: RequestOutcome) => void;
  /** `false` sends writes as fast as they come: for tests and the demo only. */
  readonly throttle?: WriteSpacing | false;
  /** Gives turns to writes where several processes write for one installation; unless given, each process keeps its own apart. */
  readonly takeTurn?: TakeTurn;
  /** Attempts in all, for requests that may be sent twice. */
  readonly attempts?: number;
  /** Pause before the second attempt; each later one is four times longer. */
  readonly retryDelayMs?: number;
  /** The longest that a rate limit is waited for here; beyond it the job is given back to the queue. */
  readonly maxWaitMs?: number;
  readonly timeoutMs?: number;
}

type Headers = Readonly<Record<string, string | number | undefined>>;

interface Policy {
  readonly turn: Turn;
  /** Null for the App itself, whose credentials are made anew for each request. */
  readonly tokens: TokenSource | null;
  readonly told: (status: number, headers: Headers | undefined) => void;
  readonly log: RequestLog;
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly maxWaitMs: number;
  readonly timeoutMs: number;
}

/** The part of an Octokit request that the policy looks at. */
interface Endpoint {
  readonly method: string;
  readonly url: string;
  /** Of a check run. */
  readonly output?: unknown;
}

interface Signed {
  readonly headers: Record<string, string | number | undefined>;
}

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Whom an installation's client acts for, and in whose turn it writes. */
export interface InstallationAccess {
  readonly installationId: number;
  readonly tokens: TokenSource;
  readonly turn: Turn;
}

/**
 * A client that acts as the App itself, which reaches only what is the App's own. All that it throws is UpstreamError,
 * DeploymentError, RepositoryError or InvariantError.
 */
export function connectApp(options: ConnectOptions): Octokit {
  const { appId, privateKey } = options;
  const policy = policyOf(options, { installationId: null, tokens: null, turn: createSpacing(options.throttle) });
  return withPolicy(new ProbotOctokit({ ...common(options), auth: { appId, privateKey } }), policy);
}

/**
 * A client that acts with an installation's token. It throws as `connectApp` does. It renews a refused token once, sends reads
 * and repeatable writes again when GitHub fails, and keeps writes apart. Probot's own throttling and retrying are switched
 * off: they would sleep up to an hour inside a review, and would send a POST twice that GitHub had answered with 502 after
 * doing what it said.
 */
export function connectInstallation(options: ConnectOptions, access: InstallationAccess): Octokit {
  const authStrategy = () => sendingToken(access.tokens);
  return withPolicy(new ProbotOctokit({ ...common(options), authStrategy }), policyOf(options, access));
}

function common({ baseUrl }: ConnectOptions) {
  return {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    log: silent,
    throttle: { enabled: false },
    retry: { enabled: false },
  };
}

/** Octokit's own way for installations cannot narrow a token. */
function sendingToken(tokens: TokenSource) {
  const hook = async (request: (endpoint: Signed) => unknown, endpoint: Signed) => {
    endpoint.headers['authorization'] = `token ${await tokens.read()}`;
    return request(endpoint);
  };
  return Object.assign(() => tokens.read(), { hook });
}

function withPolicy(octokit: Octokit, policy: Policy): Octokit {
  octokit.hook.wrap('request', (request, endpoint) =>
    send(policy, endpoint, (signal) => {
      // Hooks further in are bound to this very object, so a changed copy would not reach them.
      endpoint.request = { ...endpoint.request, signal };
      return request(endpoint);
    }),
  );
  return octokit;
}

interface Acting {
  readonly installationId: number | null;
  readonly tokens: TokenSource | null;
  readonly turn: Turn;
}

function policyOf(options: ConnectOptions, { installationId, tokens, turn }: Acting): Policy {
  return {
    turn,
    tokens,
    told: (status, headers) => {
      const left = Number(headers?.['x-ratelimit-remaining'] ?? Number.NaN);
      options.onOutcome?.({ installationId, status, remaining: Number.isFinite(left) ? left : null });
    },
    log: options.log ?? silent,
    attempts: options.attempts ?? 3,
    retryDelayMs: options.retryDelayMs ?? 1_000,
    maxWaitMs: options.maxWaitMs ?? 10_000,
    timeoutMs: options.timeoutMs ?? 30_000,
  };
}

async function send<Response extends { readonly status: number; readonly headers: Headers }>(
  policy: Policy,
  endpoint: Endpoint,
  request: (signal: AbortSignal) => Response | Promise<Response>,
): Promise<Response> {
  const route = `${endpoint.method} ${endpoint.url}`;
  for (let attempt = 1; true; attempt += 1) {
    await sleep(await policy.turn(endpoint.method, endpoint.url, Date.now()));
    const start = Date.now();
    try {
      const response = await request(AbortSignal.timeout(policy.timeoutMs));
      policy.told(response.status, response.headers);
      policy.log.debug({ route, status: response.status, duration_ms: Date.now() - start }, 'GitHub answered');
      return response;
    } catch (error) {
      const failure = toFailure(error, route, Date.now());
      policy.told(Number(failure.details['status'] ?? 0), headersOf(error));
      const pause = pauseBefore(policy, endpoint, { failure, attempt });
      const fields = { route, code: failure.code, status: failure.details['status'], attempt, pause_ms: pause };
      policy.log[failure instanceof UpstreamError ? 'warn' : 'debug'](fields, 'GitHub refused a request');
      if (pause === null) throw failure;
      await sleep(pause);
    }
  }
}

/** Milliseconds until the request is sent again; null when it is not. */
function pauseBefore(
  policy: Policy,
  endpoint: Endpoint,
  { failure, attempt }: { readonly failure: WeirkeeperError; readonly attempt: number },
): number | null {
  // What the installation was granted since is in a new token only.
  if (failure.code === 'github-permission') policy.tokens?.forget();
  if (attempt >= policy.attempts) return null;
  if (failure.code === 'github-credentials') return pauseForToken(policy, attempt);
  if (failure.code === 'github-rate-limit') {
    const wait = Number(failure.details['retry_after_s']) * 1_000;
    return wait <= policy.maxWaitMs ? wait : null;
  }
  if (failure.code !== 'github-unavailable' || !isRepeatable(endpoint)) return null;
  return policy.retryDelayMs * 4 ** (attempt - 1);
}

/** Whether sending it twice comes to the same. GitHub adds the annotations of each update of a check run to those before. */
function isRepeatable({ method, output }: Endpoint): boolean {
  if (method === 'POST') return false;
  const annotations: unknown =
    typeof output === 'object' && output !== null && 'annotations' in output ? output.annotations : [];
  return !Array.isArray(annotations) || annotations.length === 0;
}

function pauseForToken({ tokens, retryDelayMs }: Policy, attempt: number): number | null {
  if (tokens?.isYoung() === true) return retryDelayMs * 4 ** (attempt - 1);
  // The token may have ended, or been revoked, in mid-review.
  tokens?.forget();
  return attempt === 1 ? 0 : null;
}

function headersOf(error: unknown): Headers | undefined {
  if (!(error instanceof Error) || !('response' in error)) return undefined;
  return (error.response as { readonly headers?: Headers } | undefined)?.headers;
}

function ignore(): void {
  // Octokit's own messages hold request bodies; ours are written by `send`.
}
