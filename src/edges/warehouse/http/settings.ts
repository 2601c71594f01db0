import { DeploymentError } from '#core/base';

/** What a `WAREHOUSE_URL` of a service says. */
export interface Settings {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Parts of the path. */
  readonly path: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
  /** Where the service is asked. */
  readonly endpoint: URL;
}

export interface KnownSettings {
  /** What a URL looks like, for messages. */
  readonly example: string;
  /** Parameters besides `endpoint` and `timeout_seconds`. */
  readonly parameters: readonly string[];
  /** Address of the service of a host. */
  endpoint(host: string): string;
}

const everywhere = ['endpoint', 'timeout_seconds'];
const ownMachine: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Takes a URL apart. Throws DeploymentError where a part is wrong; no value is repeated, since one is a secret. */
export function readSettings(url: string, known: KnownSettings): Settings {
  const read = URL.parse(url);
  if (read === null || read.hostname === '') throw wrong(`is not of the form ${known.example}`);
  const parameters = new Map(read.searchParams);
  const names = [...everywhere, ...known.parameters];
  for (const name of parameters.keys())
    if (!names.includes(name)) throw wrong(`has an unknown parameter; known are: ${names.join(', ')}`);
  const endpoint = URL.parse(parameters.get('endpoint') ?? known.endpoint(read.host));
  if (endpoint === null || !isSafe(endpoint)) throw wrong('names no https address as its endpoint');
  return {
    host: read.host,
    user: decoded(read.username),
    password: decoded(read.password),
    path: read.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    parameters,
    endpoint,
  };
}

/** Credentials travel encrypted, or stay on the machine. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && ownMachine.has(hostname));
}

/** A parameter as bytes; null where it is not there. */
export function bytesOf({ parameters }: Settings, name: string): number | null {
  const written = parameters.get(name);
  if (written === undefined) return null;
  const gigabytes = Number(written);
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(written) || gigabytes === 0) throw wrong(`has a ${name} that is no number`);
  return Math.round(gigabytes * 1e9);
}

export function wrong(text: string): DeploymentError {
  return new DeploymentError('warehouse-url', `WAREHOUSE_URL ${text}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
