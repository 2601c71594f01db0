import { DeploymentError } from '#core/base';
import type { StreamPlace } from '#review';
import { type ConnectOptions, connectApp, connectInstallation, type Octokit } from './connect.ts';
import { type Access, fetchInstallationToken, type Use } from './installation-token.ts';
import { createSpacing, type Turn } from './spacing.ts';
import type { AppIdentity } from './target.ts';
import { createTokenSource } from './tokens.ts';

/** Clients are cheap to make anew; a server of thousands of repositories need not keep one for each. */
const mostClients = 500;

/** Where the ports get clients and our identity from. */
export interface Connections {
  /** A client that reaches this repository alone, with the permissions of a review unless told otherwise. */
  octokit(place: StreamPlace, use?: Exclude<Use, 'overview'>): Octokit;
  /** A client that may look over a whole installation. */
  overview(installationId: number): Octokit;
  /** A client that acts as the App itself. */
  app(): Octokit;
  identity(): Promise<AppIdentity>;
}

/** One client for each repository and use, made when it is first asked for. */
export function createConnections(options: ConnectOptions): Connections {
  const clients = new Map<string, Octokit>();
  const turns = new Map<number, Turn>();
  let ofApp: Octokit | null = null;
  const app = () => (ofApp ??= connectApp(options));
  const clientFor = (access: Access): Octokit => {
    const key = JSON.stringify([access.installationId, access.repository, access.use]);
    const known = clients.get(key);
    if (known !== undefined) return known;
    // GitHub counts writes by installation, whichever repository they are for.
    const turn = turns.get(access.installationId) ?? spacingOf(options, access.installationId);
    turns.set(access.installationId, turn);
    const tokens = createTokenSource(
      () => fetchInstallationToken(app(), access),
      () => Date.now(),
    );
    const client = connectInstallation(options, { installationId: access.installationId, tokens, turn });
    clients.set(key, client);
    for (const oldest of clients.keys()) {
      if (clients.size <= mostClients) break;
      clients.delete(oldest);
    }
    return client;
  };
  let identity: Promise<AppIdentity> | null = null;
  return {
    octokit: ({ installationId, repository }, use = 'review') => clientFor({ installationId, repository, use }),
    overview: (installationId) => clientFor({ installationId, repository: null, use: 'overview' }),
    app,
    identity() {
      const asked = identity ?? readIdentity(app(), options.appId);
      identity = asked;
      // A failed answer is not kept: the next review asks again.
      asked.catch(() => {
        identity = null;
      });
      return asked;
    },
  };
}

function spacingOf({ throttle, takeTurn }: ConnectOptions, installationId: number): Turn {
  if (takeTurn === undefined) return createSpacing(throttle);
  return createSpacing(throttle, (notifies, spacing) => takeTurn(installationId, notifies, spacing));
}

async function readIdentity(app: Octokit, appId: number): Promise<AppIdentity> {
  const { data } = await app.rest.apps.getAuthenticated();
  if (data?.slug === undefined || data.id !== appId) {
    const text = `GitHub knows the App by another id than ${appId}: check the App id`;
    throw new DeploymentError('github-app-id', text, { app_id: appId });
  }
  return { appId, botLogin: `${data.slug}[bot]` };
}
