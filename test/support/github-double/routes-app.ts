import { grants, issueToken } from './auth.ts';
import { ApiError, invalidRequest, notFound } from './errors.ts';
import { type Json, optionalList, optionalObject } from './json.ts';
import { pageAsked } from './pages.ts';
import { appJson, nodeId, repositoryJson, userJson } from './shapes.ts';
import type { Delivery, Permissions, Repository } from './state.ts';
import { type Call, created, integerParam, ok, type Reply, type Route, repositoryRoute, type World } from './world.ts';

/** The App itself: who it is, where it is installed, its tokens and its webhook deliveries. */
export function appRoutes(redeliver: (delivery: Delivery) => void): readonly Route[] {
  return [
    route('GET', '/app', 'apps/apps#get-the-authenticated-app', ({ world }) => ok(appJson(world, world.app))),
    route('GET', '/app/installations', 'apps/apps#list-installations-for-the-authenticated-app', ({ world }) =>
      ok([installationJson(world)]),
    ),
    route('GET', '/app/installations/:id', 'apps/apps#get-an-installation-for-the-authenticated-app', (call) => {
      requireInstallation(call);
      return ok(installationJson(call.world));
    }),
    route(
      'POST',
      '/app/installations/:id/access_tokens',
      'apps/apps#create-an-installation-access-token-for-an-app',
      createToken,
    ),
    route('GET', '/app/hook/deliveries', 'apps/webhooks#list-deliveries-for-an-app-webhook', listDeliveries),
    route('GET', '/app/hook/deliveries/:id', 'apps/webhooks#get-a-delivery-for-an-app-webhook', (call) =>
      ok(fullDeliveryJson(call.world, requireDelivery(call))),
    ),
    route(
      'POST',
      '/app/hook/deliveries/:id/attempts',
      'apps/webhooks#redeliver-a-delivery-for-an-app-webhook',
      (call) => {
        redeliver(requireDelivery(call));
        return { status: 202, body: {} };
      },
    ),
    repositoryRoute(
      'GET',
      '/installation',
      { needs: 'jwt', docs: 'apps/apps#get-a-repository-installation-for-the-authenticated-app' },
      ({ world }) => ok(installationJson(world)),
    ),
    {
      method: 'GET',
      path: '/installation/repositories',
      needs: 'token',
      docs: 'apps/installations#list-repositories-accessible-to-the-app-installation',
      run: installationRepositories,
    },
    {
      method: 'GET',
      path: '/rate_limit',
      needs: 'token',
      docs: 'rate-limit/rate-limit',
      run: () => ok({ resources: {} }),
    },
  ];
}

function route(method: Route['method'], path: string, docs: string, run: Route['run']): Route {
  return { method, path, needs: 'jwt', docs, run };
}

export function installationJson(world: World): Json {
  const { app } = world;
  const account = installedRepositories(world)[0]?.owner ?? app.owner;
  const id = String(app.installationId);
  return {
    id: app.installationId,
    node_id: nodeId('I', id),
    account: userJson(world, account),
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    repository_selection: 'selected',
    access_tokens_url: `${world.url()}/app/installations/${id}/access_tokens`,
    repositories_url: `${world.url()}/installation/repositories`,
    html_url: `${world.webUrl}/settings/installations/${id}`,
    permissions: { metadata: 'read', ...app.permissions },
    events: app.events,
    created_at: '2026-01-05T08:00:00Z',
    updated_at: '2026-01-05T08:00:00Z',
    single_file_name: null,
    suspended_at: null,
    suspended_by: null,
  };
}

function createToken(call: Call): Reply {
  const { world, body } = call;
  requireInstallation(call);
  const permissions = narrowedPermissions(world.app.permissions, optionalObject(body, 'permissions'));
  const repositories = narrowedRepositories(call);
  const token = issueToken(world, permissions, repositories?.map((repository) => repository.id) ?? null);
  return created({
    token: token.token,
    expires_at: new Date(token.expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    permissions: token.permissions,
    repository_selection: 'selected',
    ...(repositories === null
      ? {}
      : { repositories: repositories.map((repository) => repositoryJson(world, repository)) }),
  });
}

function narrowedPermissions(held: Permissions, asked: Json | null): Permissions {
  if (asked === null) {
    return held;
  }
  const entries = Object.entries(asked).map(([name, level]) => {
    if (level !== 'read' && level !== 'write' && level !== 'admin') {
      throw invalidRequest(`For 'properties/${name}', ${JSON.stringify(level)} is not a member of ["read", "write"].`);
    }
    if (!grants(held, `${name}:${level === 'read' ? 'read' : 'write'}`)) {
      throw new ApiError(422, 'The permissions requested are not granted to this installation.');
    }
    return [name, level] as const;
  });
  return Object.fromEntries(entries);
}

function narrowedRepositories({ world, body }: Call): readonly Repository[] | null {
  const names = optionalList(body, 'repositories');
  const ids = optionalList(body, 'repository_ids');
  if (names === null && ids === null) {
    return null;
  }
  const installed = installedRepositories(world);
  const found = [
    ...(names ?? []).map((name) => installed.find((repository) => repository.name === name)),
    ...(ids ?? []).map((id) => installed.find((repository) => repository.id === id)),
  ];
  return found.map((repository) => {
    if (repository === undefined) {
      throw new ApiError(
        422,
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      );
    }
    return repository;
  });
}

function installationRepositories({ world, identity }: Call): Reply {
  const ids = identity.kind === 'installation' ? identity.token.repositoryIds : null;
  const shown = installedRepositories(world).filter((repository) => ids === null || ids.includes(repository.id));
  return ok({
    total_count: shown.length,
    repositories: shown.map((repository) => repositoryJson(world, repository)),
  });
}

function installedRepositories(world: World): readonly Repository[] {
  return world.state.repositories.filter((repository) => repository.installed);
}

/** Newest first, paged by a cursor as GitHub does it; `status` is success or failure. */
function listDeliveries(call: Call): Reply {
  const { perPage } = pageAsked(call);
  const status = call.query.get('status');
  const before = Number(call.query.get('cursor') ?? Number.MAX_SAFE_INTEGER);
  const matching = call.world.state.deliveries
    .toReversed()
    .filter((delivery) => delivery.id < before)
    .filter((delivery) => status === null || (status === 'success') === succeeded(delivery));
  const shown = matching.slice(0, perPage);
  const last = shown.at(-1);
  const more = last !== undefined && matching.length > shown.length;
  const next = `${call.world.url()}/app/hook/deliveries?per_page=${String(perPage)}&cursor=${String(last?.id ?? 0)}`;
  return {
    status: 200,
    body: shown.map((delivery) => deliveryJson(call.world, delivery)),
    headers: more ? { link: `<${next}>; rel="next"` } : {},
  };
}

function succeeded(delivery: Delivery): boolean {
  return delivery.statusCode >= 200 && delivery.statusCode < 300;
}

function deliveryJson(world: World, delivery: Delivery): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.durationSeconds,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: world.app.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function fullDeliveryJson(world: World, delivery: Delivery): Json {
  return {
    ...deliveryJson(world, delivery),
    request: { headers: delivery.requestHeaders, payload: delivery.payload },
    response: { headers: {}, payload: delivery.responseBody },
  };
}

function requireDelivery(call: Call): Delivery {
  const id = integerParam(call, 'id');
  const found = call.world.state.deliveries.find((delivery) => delivery.id === id);
  if (found === undefined) {
    throw notFound();
  }
  return found;
}

function requireInstallation(call: Call): void {
  if (integerParam(call, 'id') !== call.world.app.installationId) {
    throw notFound();
  }
}
