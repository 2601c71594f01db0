import { DeploymentError, InvariantError, RepositoryError, UpstreamError, WeirkeeperError } from '#core/base';

/** GitHub's answer to a request that it refused, or `status` 500 without headers when none came. */
interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  /** `POST /repos/{owner}/{repo}/check-runs`: never with names or tokens in it. */
  readonly route: string;
  /** Whether it was the request for an installation token that failed. */
  readonly forToken: boolean;
}

/** Seconds to wait after a secondary rate limit without `retry-after` (docs: best practices for using the REST API). */
const secondaryLimitWait = 60;

/**
 * Turns what a request to GitHub threw into one of our errors, by who must act. `details` hold `status`, `route` and,
 * when GitHub limits our rate, `retry_after_s`. An error of ours is given back as it is.
 */
export function toFailure(error: unknown, route: string, now: number): WeirkeeperError {
  if (error instanceof WeirkeeperError) return error;
  const refusal = refusalIn(error, route);
  if (refusal === null) return notAnswered(error, route);
  const wait = secondsToWait(refusal, now);
  if (wait !== null) return rateLimited(refusal, wait, error);
  if (refusal.status >= 500) return unavailable(refusal, error);
  if (refusal.forToken) return noToken(refusal, error);
  return refused(refusal, error);
}

/** Whether GitHub answered the request itself, not the one for a token before it, with this HTTP status. */
export function isStatus(error: unknown, status: number): boolean {
  const isAnswer = error instanceof RepositoryError || error instanceof InvariantError;
  return isAnswer && error.details['status'] === status;
}

function refusalIn(error: unknown, route: string): Refusal | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null;
  const response = 'response' in error ? (error.response as { headers?: Refusal['headers'] } | undefined) : undefined;
  const request = 'request' in error ? (error.request as { url?: string } | undefined) : undefined;
  return {
    status: error.status,
    message: error.message.slice(0, 300),
    headers: response?.headers ?? {},
    route,
    forToken: /\/app\/installations\/\d+(?:\/access_tokens)?$/.test(request?.url ?? ''),
  };
}

/** Seconds until GitHub answers again; null when it was not a rate limit that refused. */
function secondsToWait({ status, message, headers }: Refusal, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const asked = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(asked)) return Math.max(1, asked);
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const reset = Number(headers['x-ratelimit-reset']);
    return Number.isFinite(reset) ? Math.max(1, Math.ceil(reset - now / 1000) + 1) : secondaryLimitWait;
  }
  return status === 429 || /rate limit|abuse detection/i.test(message) ? secondaryLimitWait : null;
}

function rateLimited(refusal: Refusal, wait: number, cause: unknown): WeirkeeperError {
  const text = `GitHub limits the rate of requests; the review goes on in ${wait} s`;
  return new UpstreamError('github-rate-limit', text, { ...details(refusal), retry_after_s: wait }, cause);
}

function unavailable(refusal: Refusal, cause: unknown): WeirkeeperError {
  const text = `GitHub did not answer ${refusal.route} (status ${refusal.status}); the review is tried again`;
  return new UpstreamError('github-unavailable', text, details(refusal), cause);
}

function noToken(refusal: Refusal, cause: unknown): WeirkeeperError {
  if (refusal.status === 401) return badCredentials(refusal, cause);
  if (refusal.status === 422) return notReached(refusal, cause);
  const text =
    refusal.status === 403
      ? `the installation is suspended (${refusal.message}): unsuspend the App in the organization's settings`
      : 'the App is not installed here, or was removed: install it, or stop sending its webhooks to this server';
  return new DeploymentError('github-installation', text, details(refusal), cause);
}

/** A token is asked for one repository by its name; a new name brings webhooks of its own. */
function notReached(refusal: Refusal, cause: unknown): WeirkeeperError {
  const text =
    'the installation does not reach this repository, or it has another name by now: add it in the settings of the installation';
  return new RepositoryError('repository-not-reached', text, details(refusal), cause);
}

function badCredentials(refusal: Refusal, cause: unknown): WeirkeeperError {
  const text = "GitHub does not accept the App's credentials: check the App id, its private key and the server's clock";
  return new DeploymentError('github-credentials', text, details(refusal), cause);
}

function refused(refusal: Refusal, cause: unknown): WeirkeeperError {
  const { status, message, route } = refusal;
  const give = details(refusal);
  if (status === 401) return badCredentials(refusal, cause);
  if (status === 403 && /archived/i.test(message)) {
    return new RepositoryError(
      'repository-archived',
      'the repository is archived: GitHub takes no review for it',
      give,
      cause,
    );
  }
  if (status === 403 && /too large|too_large/i.test(message)) {
    return new RepositoryError('file-too-large', 'GitHub gives no file above 100 MB', give, cause);
  }
  if (status === 403 || status === 451) {
    const text = `the App lacks the permission ${permissionFor(refusal)} for ${route}: grant it in the App's settings and accept it in the installation`;
    return new DeploymentError('github-permission', text, { ...give, permission: permissionFor(refusal) }, cause);
  }
  if (status === 404 || status === 410 || status === 409) {
    return new RepositoryError('github-not-found', `GitHub has no ${route} (${message})`, give, cause);
  }
  return new InvariantError('github-refused', `GitHub refused ${route}: ${message}`, give, cause);
}

const permissionByRoute: readonly (readonly [RegExp, string])[] = [
  [/check-(runs|suites)/, 'checks'],
  [/\/actions\//, 'actions'],
  [/\/pulls/, 'pull_requests'],
  [/\/(issues|labels)/, 'issues'],
  [/\/(contents|compare|commits|git)/, 'contents'],
];

/** GitHub names the permission in a header (docs: troubleshooting the REST API); where it does not, by the route. */
function permissionFor({ headers, route }: Refusal): string {
  const named = headers['x-accepted-github-permissions'];
  if (typeof named === 'string' && named !== '') return named;
  const area = permissionByRoute.find(([pattern]) => pattern.test(route))?.[1] ?? 'metadata';
  return `${area}=${route.startsWith('GET') ? 'read' : 'write'}`;
}

function notAnswered(error: unknown, route: string): WeirkeeperError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (/private.?key|keydata|asn1|pkcs|pem|DataError|jwt/i.test(message)) {
    const text = "the App's private key cannot be read: give the PEM text that GitHub gave, line ends included";
    return new DeploymentError('github-private-key', text, { route }, error);
  }
  if (/AbortError|TimeoutError|fetch failed|ECONN|EPIPE|ENOTFOUND|socket/i.test(message)) {
    return new UpstreamError(
      'github-unavailable',
      `GitHub did not answer ${route}; the review is tried again`,
      { route },
      error,
    );
  }
  return new InvariantError('github-call', `the request ${route} failed in our own code`, { route }, error);
}

function details({ status, route }: Refusal): { readonly status: number; readonly route: string } {
  return { status, route };
}
