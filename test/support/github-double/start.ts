import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEvents, defaultPermissions, type KeyPair, sharedKeyPair } from './app-identity.ts';
import { issueToken } from './auth.ts';
import { type BlobServer, closeServer, listen, originOf, startBlobServer } from './blob-server.ts';
import { createFaults, type Faults } from './faults.ts';
import { holdGit, releaseGit } from './git-process.ts';
import { graphqlRoute } from './graphql.ts';
import type { Json } from './json.ts';
import { installationPayload } from './payloads.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { createRepository, type NewRepository, type RepositoryDouble } from './repository-double.ts';
import { actionRoutes } from './routes-actions.ts';
import { appRoutes } from './routes-app.ts';
import { branchRuleRoutes } from './routes-branch-rules.ts';
import { checkRoutes } from './routes-checks.ts';
import { contentsRoutes } from './routes-contents.ts';
import { gitDataRoutes } from './routes-git-data.ts';
import { issueRoutes } from './routes-issues.ts';
import { pullRoutes } from './routes-pulls.ts';
import { repositoryRoutes } from './routes-repository.ts';
import { reviewRoutes } from './routes-reviews.ts';
import { createApiServer } from './server.ts';
import {
  accountOf,
  createState,
  type Delivery,
  type ForbiddenAttempt,
  type InstallationToken,
  type Permissions,
  type RepositoryRole,
  type RequestEntry,
  type State,
} from './state.ts';
import { createChance, createWebhooks, type DeliveryOptions, type Webhooks } from './webhooks.ts';
import type { Route, World } from './world.ts';

export interface GitHubDoubleOptions extends NewRepository {
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  readonly webhookTimeoutMs?: number;
  readonly permissions?: Permissions;
  readonly events?: readonly string[];
  readonly appSlug?: string;
  readonly clock?: () => Date;
  /** Makes tokens and delivery ids the same every time; not for a second run against one store. */
  readonly seed?: string;
  readonly keyPair?: KeyPair;
  /** Whether the App's own labels, comments and check runs come back to it as webhooks, as on GitHub; on by default. */
  readonly echo?: boolean;
  readonly webUrl?: string;
  readonly onRequest?: (entry: RequestEntry) => void;
}

export interface GitHubDouble {
  readonly url: string;
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly installationId: number;
  readonly repository: RepositoryDouble;
  readonly addRepository: (wanted: NewRepository) => Promise<RepositoryDouble>;
  readonly faults: Faults;
  readonly rateLimit: RateLimit;
  readonly requests: readonly RequestEntry[];
  /** Every installation token that was given out, the oldest first. */
  readonly tokens: readonly InstallationToken[];
  readonly deliveries: readonly Delivery[];
  /** Attempts to approve, merge or dismiss, whatever was answered: a reviewer leaves this empty. */
  readonly forbidden: readonly ForbiddenAttempt[];
  /** Requests to the storage host that carried credentials: an App leaves this at 0. */
  readonly leakedCredentials: () => number;
  /** An installation token without the JWT, as GITHUB_TOKEN in a workflow. */
  readonly issueToken: (permissions?: Permissions) => string;
  readonly expireTokens: () => void;
  readonly setPermissions: (permissions: Permissions) => void;
  readonly setRole: (login: string, role: RepositoryRole) => void;
  /** An account with an id and an address of its own; commits of that address are then its commits. */
  readonly addAccount: (account: { readonly id: number; readonly login: string; readonly email: string }) => void;
  /** Moves the double's clock forward. */
  readonly advance: (milliseconds: number) => void;
  readonly setWebhookUrl: (url: string | null) => void;
  readonly deliver: (event: string, payload: Json, options?: DeliveryOptions) => Promise<Delivery>;
  /** Sends a delivery again with the same X-GitHub-Delivery. */
  readonly redeliver: (delivery: number | Delivery) => Promise<Delivery>;
  readonly loseNextDeliveries: (count: number) => void;
  readonly tellInstallation: (
    action: 'created' | 'deleted' | 'suspend' | 'unsuspend',
    user?: string,
  ) => Promise<Delivery | null>;
  /** Resolves when no background delivery is under way. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts the double on two free loopback ports; `close` removes its repositories. */
export async function startGitHubDouble(options: GitHubDoubleOptions = {}): Promise<GitHubDouble> {
  holdGit();
  const directory = await mkdtemp(join(tmpdir(), 'github-double-'));
  const keyPair = options.keyPair ?? (await sharedKeyPair());
  const state = createState();
  const chance = createChance(options.seed);
  let offset = 0;
  const now = (): number => (options.clock === undefined ? Date.now() : options.clock().getTime()) + offset;
  const blobs = await startBlobServer(now, () => chance.bytes(12).toString('hex'));
  const webhookSecret = options.webhookSecret ?? chance.bytes(20).toString('hex');
  const app = createApp(state, options);
  const webhooks = createWebhooks({
    state,
    now,
    newGuid: chance.guid,
    appId: app.id,
    secret: webhookSecret,
    url: options.webhookUrl ?? null,
    ...(options.webhookTimeoutMs === undefined ? {} : { timeoutMs: options.webhookTimeoutMs }),
  });
  let url = '';
  const world: World = {
    state,
    app,
    bot: accountOf(state, `${app.slug}[bot]`, 'none'),
    publicKey: keyPair.publicKey,
    now,
    url: () => url,
    webUrl: options.webUrl ?? 'https://github.example',
    blobs,
    random: chance.bytes,
    announce: (event, repository, payload) => {
      if (options.echo !== false && repository.installed && webhooks.hasUrl() && app.events.includes(event)) {
        webhooks.background(event, payload);
      }
    },
  };
  const faults = createFaults();
  const rateLimit = createRateLimit(now);
  const parts = {
    world,
    routes: allRoutes(webhooks),
    faults,
    rateLimit,
    onRequest: options.onRequest ?? ((): void => undefined),
  };
  const server = createApiServer(() => parts);
  await listen(server);
  url = originOf(server);
  const addRepository = (wanted: NewRepository): Promise<RepositoryDouble> =>
    createRepository(world, webhooks, directory, wanted);
  const repository = await addRepository(options);
  return {
    url,
    appId: app.id,
    privateKey: keyPair.privateKey,
    webhookSecret,
    installationId: app.installationId,
    repository,
    addRepository,
    faults,
    rateLimit,
    requests: state.requests,
    tokens: state.tokens,
    deliveries: state.deliveries,
    forbidden: state.forbidden,
    leakedCredentials: blobs.leakedCredentials,
    issueToken: (permissions = app.permissions) => issueToken(world, permissions, null).token,
    expireTokens: () => {
      for (const token of state.tokens) {
        token.expiresAt = now();
      }
    },
    setPermissions: (permissions) => {
      app.permissions = permissions;
    },
    setRole: (login, role) => {
      accountOf(state, login).role = role;
    },
    addAccount: (account) => {
      if (!state.users.some((user) => user.login === account.login)) {
        state.users.push({ ...account, type: 'User', role: 'write' });
      }
    },
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    setWebhookUrl: webhooks.setUrl,
    deliver: webhooks.deliver,
    redeliver: (delivery) => webhooks.redeliver(deliveryOf(state, delivery)),
    loseNextDeliveries: webhooks.loseNext,
    // An App gets installation events without subscribing to them.
    tellInstallation: async (action, user = app.owner.login) =>
      webhooks.hasUrl()
        ? webhooks.deliver('installation', installationPayload(world, action, accountOf(state, user)))
        : null,
    settled: webhooks.settled,
    close: () => closeAll(server, blobs, webhooks, directory),
  };
}

function createApp(state: State, options: GitHubDoubleOptions): World['app'] {
  return {
    id: 1_234,
    slug: options.appSlug ?? 'weirkeeper',
    name: 'Weirkeeper',
    owner: accountOf(state, options.owner ?? 'acme', 'admin', options.ownerType ?? 'Organization'),
    installationId: 56_789,
    permissions: options.permissions ?? defaultPermissions,
    events: options.events ?? defaultEvents,
  };
}

function allRoutes(webhooks: Webhooks): readonly Route[] {
  return [
    ...appRoutes(webhooks.redeliverInBackground),
    ...repositoryRoutes,
    ...gitDataRoutes,
    ...branchRuleRoutes,
    ...contentsRoutes,
    ...pullRoutes,
    ...reviewRoutes,
    ...checkRoutes,
    ...issueRoutes,
    ...actionRoutes,
    graphqlRoute,
  ];
}

function deliveryOf(state: State, wanted: number | Delivery): Delivery {
  const found = typeof wanted === 'number' ? state.deliveries.find((delivery) => delivery.id === wanted) : wanted;
  if (found === undefined) {
    throw new Error('there is no such delivery');
  }
  return found;
}

async function closeAll(server: Server, blobs: BlobServer, webhooks: Webhooks, directory: string): Promise<void> {
  webhooks.setUrl(null);
  await webhooks.settled();
  await closeServer(server);
  await blobs.close();
  await rm(directory, { recursive: true, force: true });
  releaseGit();
}
