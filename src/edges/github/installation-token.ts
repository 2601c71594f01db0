import type { Octokit } from './connect.ts';
import { ownerAndRepo } from './target.ts';

type Level = 'read' | 'write';
type Permissions = Readonly<Record<string, Level>>;

/**
 * What a client is for, and the permissions that its token is narrowed to. Together they are what `app.yml` asks for, but for
 * permissions that only events need.
 */
export const permissionsOf = {
  /** One repository's pull requests: read, and answered. */
  review: {
    actions: 'read',
    checks: 'write',
    contents: 'read',
    issues: 'write',
    metadata: 'read',
    pull_requests: 'write',
  },
  /** One repository's ref of the audit log. Asked for only where the policy turns checkpoints on. */
  checkpoint: { contents: 'write', metadata: 'read' },
  /** Which repositories an installation has, and which pull requests are open there. */
  overview: { metadata: 'read', pull_requests: 'read' },
} as const satisfies Readonly<Record<string, Permissions>>;

export type Use = keyof typeof permissionsOf;

/** Whom a client acts for. */
export interface Access {
  readonly installationId: number;
  /** `owner/name` of the only repository that the token reaches; null for all of the installation. */
  readonly repository: string | null;
  readonly use: Use;
}

/**
 * A new installation token that reaches one repository and no more permissions than its use takes. What the installation
 * has not granted is left out: GitHub refuses a token for it, and the request that lacks it can say which it was.
 */
export async function fetchInstallationToken(
  app: Octokit,
  { installationId, repository, use }: Access,
): Promise<string> {
  const installation = await app.rest.apps.getInstallation({ installation_id: installationId });
  const { data } = await app.rest.apps.createInstallationAccessToken({
    installation_id: installationId,
    permissions: grantedOf(permissionsOf[use], installation.data.permissions),
    ...(repository === null ? {} : { repositories: [ownerAndRepo(repository).repo] }),
  });
  return data.token;
}

function grantedOf(wanted: Permissions, granted: Readonly<Record<string, string | undefined>>): Record<string, Level> {
  const known = Object.entries(wanted).filter(([name]) => granted[name] !== undefined);
  return Object.fromEntries(known.map(([name, level]) => [name, granted[name] === 'read' ? 'read' : level]));
}
