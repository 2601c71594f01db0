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
      ok(installationIds(world).map((id) => installationJson(world, id))),
    ),
    route('GET', '/app/installations/:id', 'apps/apps#get-an-installation-for-the-authenticated-app', (call) => {
      return ok(installationJson(call.world, requireInstallation(call)));
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
      ({ world, repository }) => ok(installationJson(world, repository.installationId)),
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

export function installationJson(world: World, installationId: number): Json {
  const { app } = world;
  const account = installedRepositories(world, installationId)[0]?.owner ?? app.owner;
  const id = String(installationId);
  return {
    id: installationId,
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
  const installationId = requireInstallation(call);
  const permissions = narrowedPermissions(world.app.permissions, optionalObject(body, 'permissions'));
  const repositories = narrowedRepositories(call, installationId);
  const isOnly = installationIds(world).length === 1;
  const reached = repositories ?? (isOnly ? null : installedRepositories(world, installationId));
  const token = issueToken(world, permissions, reached?.map((repository) => repository.id) ?? null);
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

function narrowedRepositories({ world, body }: Call, installationId: number): readonly Repository[] | null {
  const names = optionalList(body, 'repositories');
  const ids = optionalList(body, 'repository_ids');
  if (names === null && ids === null) {
    return null;
  }
  const installed = installedRepositories(world, installationId);
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
  const shown = world.state.repositories.filter(({ id, installed }) => installed && (ids === null || ids.includes(id)));
  return ok({
    total_count: shown.length,
    repositories: shown.map((repository) => repositoryJson(world, repository)),
  });
}

function installedRepositories(world: World, installationId: number): readonly Repository[] {
  return world.state.repositories.filter(
    (repository) => repository.installed && repository.installationId === installationId,
  );
}

/** The App's installations, the first of them even when it covers nothing. */
function installationIds({ app, state }: World): readonly number[] {
  return [...new Set([app.installationId, ...state.repositories.map((repository) => repository.installationId)])];
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
    installation_id: installationOf(world, delivery),
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function installationOf({ app, state }: World, { repositoryId }: Delivery): number {
  return state.repositories.find(({ id }) => id === repositoryId)?.installationId ?? app.installationId;
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

function requireInstallation(call: Call): number {
  const id = integerParam(call, 'id');
  if (!installationIds(call.world).includes(id)) {
    throw notFound();
  }
  return id;
}
