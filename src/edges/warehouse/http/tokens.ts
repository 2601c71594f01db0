import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reason } from '#core/base';
import { reason } from '#core/base';
import { loginRefused } from '../reasons.ts';
import { askJson, textAt, valueAt } from './ask-json.ts';

/** A token, and when it ends. */
export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Gives a token that holds for a minute at least; or why there is none. Throws where the service that gives it does not answer. */
export type Tokens = (signal: AbortSignal) => Promise<Token | Reason>;

/** A token that does not end. */
export function fixedToken(text: string): Tokens {
  return () => Promise.resolve({ text, until: Number.POSITIVE_INFINITY });
}

/** Keeps a token until a minute before its end. */
export function keptTokens(make: Tokens, now: () => Date): Tokens {
  let kept: Token | null = null;
  return async (signal) => {
    if (kept !== null && kept.until > now().getTime() + 60_000) return kept;
    const made = await make(signal);
    if ('code' in made) return made;
    kept = made;
    return made;
  };
}

/** A JSON Web Token signed with RS256 (RFC 7519, RFC 7518). */
export function signedJwt(key: KeyObject, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

/** The RSA key in a PEM file that a parameter of the URL names. */
export function readRsaKey(path: string, parameter: string): KeyObject | Reason {
  const key = rsaKey(readTextFile(path) ?? '');
  return key ?? unreadable(parameter, 'an RSA private key in PEM form, without a passphrase');
}

export function rsaKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}

export function readTextFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

export function unreadable(parameter: string, form: string): Reason {
  return reason(
    'warehouse-login',
    `the file that \`${parameter}\` of WAREHOUSE_URL names does not hold ${form}`,
    'give the path of one that the process may read',
  );
}

/** Asks a token endpoint (RFC 6749) for an access token. */
export async function askToken(
  request: {
    readonly url: URL;
    readonly form: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
  },
  now: () => Date,
  signal: AbortSignal,
): Promise<Token | Reason> {
  const { status, body } = await askJson({
    method: 'POST',
    url: request.url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...request.headers },
    body: new URLSearchParams(request.form).toString(),
    signal,
  });
  return status === 200 ? toToken(body, now) : loginRefused;
}

/** `access_token` and `expires_in` of such a reply. */
export function toToken(body: unknown, now: () => Date): Token | Reason {
  const text = textAt(body, 'access_token');
  if (text === '') return loginRefused;
  return { text, until: now().getTime() + Number(valueAt(body, 'expires_in') ?? 0) * 1_000 };
}
