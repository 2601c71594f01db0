import type { BlobServer } from './blob-server.ts';
import { ApiError, notFound } from './errors.ts';
import { resolveCommit } from './git.ts';
import type { Json } from './json.ts';
import type { App, InstallationToken, Repository, State, User } from './state.ts';
import { fullName } from './state.ts';

/** What routes share: the state, the clock, where the servers listen, and how an event is announced. */
export interface World {
  readonly state: State;
  readonly app: App;
  readonly bot: User;
  readonly publicKey: string;
  /** Milliseconds since the epoch by the double's clock. */
  readonly now: () => number;
  /** Root of the REST API, without a trailing slash. */
  readonly url: () => string;
  readonly webUrl: string;
  readonly blobs: BlobServer;
  readonly random: (bytes: number) => Buffer;
  /** Sends the webhook that the App's own action causes, without making the request wait. */
  readonly announce: (event: string, repository: Repository, payload: Json) => void;
}

export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'app' }
  | { readonly kind: 'installation'; readonly token: InstallationToken };

export interface Call {
  readonly world: World;
  readonly identity: Identity;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly body: Json;
}

export interface RepositoryCall extends Call {
  readonly repository: Repository;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless a Buffer, which goes out as it is. */
  readonly body?: unknown;
}

export type Need = `${string}:${'read' | 'write'}`;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  /** `jwt`: the App itself; `token`: any installation token; a list: one of these permissions. */
  readonly needs: 'jwt' | 'token' | readonly Need[];
  readonly docs: string;
  readonly run: (call: Call) => Reply | Promise<Reply>;
}

/** A route under /repos/:owner/:repo; hidden repositories answer 404 as on GitHub. */
export function repositoryRoute(
  method: Route['method'],
  path: string,
  access: { readonly needs: Route['needs']; readonly docs: string },
  run: (call: RepositoryCall) => Reply | Promise<Reply>,
): Route {
  return {
    method,
    path: `/repos/:owner/:repo${path}`,
    needs: access.needs,
    docs: access.docs,
    run: (call) => run({ ...call, repository: visibleRepository(call) }),
  };
}

function visibleRepository(call: Call): Repository {
  const wanted = `${call.params['owner'] ?? ''}/${call.params['repo'] ?? ''}`.toLowerCase();
  const found = call.world.state.repositories.find((repository) => fullName(repository).toLowerCase() === wanted);
  if (found === undefined || !reaches(call.identity, found)) {
    throw notFound();
  }
  return found;
}

function reaches(identity: Identity, repository: Repository): boolean {
  switch (identity.kind) {
    case 'anonymous':
      return !repository.private;
    case 'app':
      return repository.installed;
    case 'installation': {
      const { repositoryIds } = identity.token;
      return repository.installed && (repositoryIds === null || repositoryIds.includes(repository.id));
    }
  }
}

/** The commit a ref, branch, tag, `heads/x` or (short) SHA names in a repository, or null. */
export async function commitOf(repository: Repository, ref: string): Promise<string | null> {
  if (/[\s^~:?*[\\]|\.\.|@\{/.test(ref) || ref === '') {
    return null;
  }
  const { directory, refPrefix } = repository;
  const names = [`${refPrefix}${ref}`, `refs/tags/${ref}`];
  if (ref.startsWith('heads/') || ref.startsWith('refs/heads/')) {
    names.unshift(`${refPrefix}${ref.replace(/^(refs\/)?heads\//, '')}`);
  }
  if (ref.startsWith('refs/') || ref.startsWith('pull/') || ref.startsWith('tags/')) {
    names.unshift(ref.startsWith('refs/') ? ref : `refs/${ref}`);
  }
  if (/^[0-9a-f]{7,40}$/.test(ref)) {
    names.push(ref);
  }
  for (const name of names) {
    const sha = await resolveCommit(directory, name);
    if (sha !== null) {
      return sha;
    }
  }
  return null;
}

export async function requireCommitOf(repository: Repository, ref: string): Promise<string> {
  const sha = await commitOf(repository, ref);
  if (sha === null) {
    throw new ApiError(422, `No commit found for SHA: ${ref}`);
  }
  return sha;
}

export function integerParam(call: Call, name: string): number {
  const value = Number(call.params[name]);
  if (!Number.isSafeInteger(value)) {
    throw notFound();
  }
  return value;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function created(body: unknown): Reply {
  return { status: 201, body };
}

export const noContent: Reply = { status: 204 };
