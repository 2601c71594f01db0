import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { DeploymentError, UpstreamError } from '#core/base';
import { lookUpPublic } from './private-address.ts';

/** A zip of 200 MB at 5 MB/s. */
const downloadTimeoutMs = 60_000;
/** Where github.com and ghe.com keep workflow artifacts (docs: self-hosted runners, accessible domains). */
const hostsOfGitHub = ['*.blob.core.windows.net', '*.actions.githubusercontent.com'];

/** Which hosts a workflow artifact may be downloaded from. */
export interface StorageRules {
  /** Hosts on the internet: a private address behind such a name is refused. */
  readonly known: readonly string[];
  /** Hosts that whoever runs the App has named: these may be in the own network. */
  readonly named: readonly string[];
  /** Whether an unencrypted download will do: only where GitHub itself is spoken to without encryption. */
  readonly unencrypted: boolean;
}

/**
 * The rules for a GitHub by the root of its REST API. An own server may keep artifacts itself, or below its own name; what
 * else may be is named in `extra`: host names, or `*.` and a domain.
 */
export function storageRules(apiUrl: string, extra: readonly string[] = []): StorageRules {
  const { hostname, protocol } = new URL(apiUrl);
  const unencrypted = protocol === 'http:';
  if (hostname === 'api.github.com') return { known: hostsOfGitHub, named: extra, unencrypted };
  const own = hostname.replace(/^api\.(?=.*\.ghe\.com$)/, '');
  const known = own.endsWith('.ghe.com') ? hostsOfGitHub : [];
  return { known, named: [own, `*.${own}`, ...extra], unencrypted };
}

/**
 * Downloads up to `maxBytes` from where GitHub says that an artifact lies, without credentials of ours and without following
 * a redirect. Throws DeploymentError for a place that the rules do not allow, UpstreamError when the storage does not answer.
 */
export async function downloadFrom(
  location: URL,
  maxBytes: number,
  rules: StorageRules,
): Promise<Uint8Array | 'too-large'> {
  const isNamed = rules.named.some((pattern) => matches(location.hostname, pattern));
  if (!isNamed && !rules.known.some((pattern) => matches(location.hostname, pattern))) throw hostRefused(location);
  if (location.protocol !== 'https:' && !(rules.unencrypted && location.protocol === 'http:'))
    throw schemeRefused(location);
  try {
    const response = await ask(location, isNamed ? {} : { lookup: lookUpPublic });
    if (response.statusCode !== 200) {
      response.destroy();
      throw storageFailed(location, response.statusCode ?? 0);
    }
    return await readUpTo(response, maxBytes);
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    if (isPrivate(error)) throw privateRefused(location);
    throw storageFailed(location, 0, error);
  }
}

function matches(hostname: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern;
}

/** Not by `fetch`, which tells nobody the address that it is about to connect to. */
function ask(location: URL, options: { readonly lookup?: typeof lookUpPublic }): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const get = location.protocol === 'https:' ? getHttps : getHttp;
  get(location, { ...options, signal: AbortSignal.timeout(downloadTimeoutMs) }, resolve).on('error', reject);
  return promise;
}

async function readUpTo(body: IncomingMessage, maxBytes: number): Promise<Uint8Array | 'too-large'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the stream, so that the rest is never received.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isPrivate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'PRIVATE_ADDRESS';
}

function hostRefused({ hostname }: URL): DeploymentError {
  const text = `GitHub keeps a workflow artifact at ${hostname}, which is none of the hosts known for that: name it in WEIRKEEPER_ARTIFACT_HOSTS if it is the storage of your GitHub`;
  return new DeploymentError('artifact-host', text, { host: hostname });
}

function schemeRefused({ hostname, protocol }: URL): DeploymentError {
  const text = `GitHub keeps a workflow artifact at ${hostname} by ${protocol} and not by https: let your GitHub use storage with https`;
  return new DeploymentError('artifact-host', text, { host: hostname });
}

function privateRefused({ hostname }: URL): DeploymentError {
  const text = `the storage of workflow artifacts (${hostname}) is at a private address: name the host in WEIRKEEPER_ARTIFACT_HOSTS if that is meant`;
  return new DeploymentError('artifact-host', text, { host: hostname });
}

/** The query of the place is a credential and is never told. */
function storageFailed({ host }: URL, status: number, cause?: unknown): UpstreamError {
  const text = `the storage of workflow artifacts (${host}) did not answer; the review is tried again`;
  return new UpstreamError('artifact-storage', text, { status, host }, cause);
}
