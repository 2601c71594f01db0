import type { Json } from './json.ts';

const documentation = 'https://docs.github.com/rest';

/** What a route throws to answer with an error in GitHub's shape. */
export class ApiError extends Error {
  readonly status: number;
  readonly extra: Json;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, extra: Json = {}, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.extra = extra;
    this.headers = headers;
  }
}

/** `{message, documentation_url, status}`, with `errors` where GitHub sends them. */
export function errorBody(error: ApiError, docs: string | null): Json {
  return {
    message: error.message,
    ...error.extra,
    documentation_url: error.extra['documentation_url'] ?? (docs === null ? documentation : `${documentation}/${docs}`),
    status: String(error.status),
  };
}

export function badCredentials(message = 'Bad credentials'): ApiError {
  return new ApiError(401, message);
}

export function notFound(): ApiError {
  return new ApiError(404, 'Not Found');
}

export function notAccessible(needed: readonly string[]): ApiError {
  return new ApiError(
    403,
    'Resource not accessible by integration',
    {},
    {
      'x-accepted-github-permissions': needed.map((need) => need.replace(':', '=')).join('; '),
    },
  );
}

/** GitHub's schema check, which refuses before anything is looked at. */
export function invalidRequest(reason: string): ApiError {
  return new ApiError(422, `Invalid request.\n\n${reason}`);
}

export interface FieldError {
  readonly resource: string;
  readonly field: string;
  readonly code: 'custom' | 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable';
  readonly message?: string;
}

export function validationFailed(errors: readonly FieldError[]): ApiError {
  return new ApiError(422, 'Validation Failed', { errors });
}

/** Reviews answer with bare sentences where other routes send objects. */
export function unprocessable(errors: readonly string[]): ApiError {
  return new ApiError(422, 'Unprocessable Entity', { errors });
}
