import type { Reason } from '#core/base';
import type { WarehouseOptions } from '../warehouse.ts';
import { askJson, textAt } from './ask-json.ts';
import { isSafe, type Settings } from './settings.ts';
import {
  askToken,
  fixedToken,
  keptTokens,
  readTextFile,
  rsaKey,
  signedJwt,
  type Token,
  type Tokens,
  toToken,
  unreadable,
} from './tokens.ts';

const scope = 'https://www.googleapis.com/auth/bigquery';
const metadataPath = '/computeMetadata/v1/instance/service-accounts/default/token';

/**
 * Access tokens for Google: the URL's own, else by the service account whose key file the URL names (RFC 7523), else by the account of the
 * machine or container itself.
 */
export function googleTokens({ password, parameters }: Settings, { now }: WarehouseOptions): Tokens {
  if (password !== '') return fixedToken(password);
  const path = parameters.get('credentials_path');
  if (path !== undefined) return keptTokens((signal) => byKeyFile(path, now, signal), now);
  const url = new URL(`http://${parameters.get('metadata_host') ?? 'metadata.google.internal'}${metadataPath}`);
  return keptTokens(async (signal) => {
    const { body } = await askJson({ method: 'GET', url, headers: { 'metadata-flavor': 'Google' }, signal });
    return toToken(body, now);
  }, now);
}

async function byKeyFile(path: string, now: () => Date, signal: AbortSignal): Promise<Token | Reason> {
  const file = toJson(readTextFile(path));
  const key = rsaKey(textAt(file, 'private_key'));
  const url = URL.parse(textAt(file, 'token_uri') || 'https://oauth2.googleapis.com/token');
  if (key === null || url === null || !isSafe(url))
    return unreadable('credentials_path', 'the key of a service account, as Google gives it');
  const issued = Math.floor(now().getTime() / 1_000);
  const claims = { iss: textAt(file, 'client_email'), scope, aud: url.href, iat: issued, exp: issued + 3_600 };
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: signedJwt(key, claims) };
  return askToken({ url, form }, now, signal);
}

function toJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
