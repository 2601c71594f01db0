import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from './environment.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** Texts that must never be seen, such as the webhook secret. */
  readonly secrets?: readonly string[];
  /** Standard output unless told. */
  readonly destination?: DestinationStream;
}

/**
 * Secrets by their form, in a line of JSON. GitHub's tokens have no fixed length: `ghs_APPID_JWT` since 2026.
 * A private key ends with its END line, or with the text that holds it.
 */
const secretForms: readonly RegExp[] = [
  /gh[opsur]_[A-Za-z0-9_.-]{10,}/g,
  /github_pat_[A-Za-z0-9_]{10,}/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"\\]|\\.)*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="))/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /(?<=:\/\/)[^\s/@"\\]+(?=@)/g,
  /(?<=[?&](?:sig|signature|token|access_token|key|x-amz-signature|x-amz-credential|x-amz-security-token)=)[^&\s"\\]+/gi,
  /(?<=\b(?:bearer|basic|token|api-key) )[A-Za-z0-9._~+/=-]{16,}/gi,
];
const hidden = '[hidden]';
/** Shorter texts would hide half of every line. */
const shortestSecret = 8;

/** Makes the log: one JSON object a line, every line cleaned of secrets wherever in it they stand, messages included. */
export function createLog({ level, secrets = [], destination }: LogOptions): Logger {
  // As they would stand in a line of JSON, the longest first: one may hold another.
  const known = secrets
    .filter((secret) => secret.length >= shortestSecret)
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    hooks: { streamWrite: (line: string) => hideSecrets(line, known) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function hideSecrets(line: string, known: readonly string[]): string {
  let clean = line;
  for (const secret of known) clean = clean.replaceAll(secret, hidden);
  for (const form of secretForms) clean = clean.replace(form, hidden);
  return clean;
}

/** What an entry holds of an error. Nothing else: errors of the webhook library carry the whole payload. */
function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { name, message, code, details, stack, cause } = error as Readonly<Record<string, unknown>>;
  return {
    type: name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
