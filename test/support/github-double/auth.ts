import { createVerify } from 'node:crypto';
import { ApiError, badCredentials, notAccessible } from './errors.ts';
import { isJson, type Json } from './json.ts';
import { limits } from './limits.ts';
import type { InstallationToken, Permissions } from './state.ts';
import type { Identity, Need, Route, World } from './world.ts';

const clockToleranceSeconds = 60;

/** Who an Authorization header speaks for; 401 when it does not hold. */
export function identify(world: World, header: string | undefined): Identity {
  if (header === undefined || header === '') {
    return { kind: 'anonymous' };
  }
  const credential = /^(?:bearer|token) +(.+)$/i.exec(header)?.[1];
  if (credential === undefined) {
    throw badCredentials();
  }
  const token = world.state.tokens.find((candidate) => candidate.token === credential);
  if (token !== undefined) {
    if (token.expiresAt <= world.now()) {
      throw badCredentials();
    }
    return { kind: 'installation', token };
  }
  if (credential.startsWith('ghs_') || credential.split('.').length !== 3) {
    throw badCredentials();
  }
  verifyJwt(world, credential);
  return { kind: 'app' };
}

/** Refuses a caller whose identity or permissions do not suffice for a route. */
export function authorize(route: Route, identity: Identity): void {
  if (route.needs === 'jwt') {
    if (identity.kind !== 'app') {
      throw badCredentials('A JSON web token could not be decoded');
    }
    return;
  }
  if (identity.kind === 'app') {
    throw new ApiError(403, 'Resource not accessible by integration');
  }
  if (identity.kind === 'anonymous') {
    if (route.method !== 'GET' || !route.path.startsWith('/repos/')) {
      throw badCredentials('Requires authentication');
    }
    return;
  }
  if (route.needs !== 'token' && !route.needs.some((need) => grants(identity.token.permissions, need))) {
    throw notAccessible(route.needs);
  }
}

export function grants(permissions: Permissions, need: Need): boolean {
  const [name = '', level] = need.split(':');
  const held = name === 'metadata' ? (permissions[name] ?? 'read') : permissions[name];
  return held !== undefined && (level === 'read' || held !== 'read');
}

/** Makes an installation token that already passed the checks on what it may reach. */
export function issueToken(
  world: World,
  permissions: Permissions,
  repositoryIds: readonly number[] | null,
): InstallationToken {
  const part = (bytes: number): string => world.random(bytes).toString('base64url');
  const token: InstallationToken = {
    // The format that GitHub rolls out since April 2026: the App's id and three parts, no fixed length.
    token: `ghs_${String(world.app.id)}_${part(24)}.${part(60)}.${part(48)}`,
    permissions: { metadata: 'read', ...permissions },
    repositoryIds,
    issuedAt: world.now(),
    expiresAt: world.now() + limits.tokenLifetimeSeconds.value * 1000,
  };
  world.state.tokens.push(token);
  return token;
}

function verifyJwt(world: World, token: string): void {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const header = decodePart(head);
  const claims = decodePart(payload);
  if (header['alg'] !== 'RS256') {
    throw badCredentials('A JSON web token could not be decoded');
  }
  const verifier = createVerify('RSA-SHA256').update(`${head}.${payload}`);
  if (!verifier.verify(world.publicKey, Buffer.from(signature, 'base64url'))) {
    throw badCredentials('A JSON web token could not be decoded');
  }
  if (String(claims['iss']) !== String(world.app.id)) {
    throw new ApiError(404, 'Integration not found');
  }
  checkTimes(claims, Math.floor(world.now() / 1000));
}

function checkTimes(claims: Json, now: number): void {
  const { exp, iat } = claims;
  if (typeof exp !== 'number' || exp <= now) {
    throw badCredentials(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + limits.jwtLifetimeSeconds.value) {
    throw badCredentials("'Expiration time' claim ('exp') is too far in the future");
  }
  if (typeof iat !== 'number' || iat > now + clockToleranceSeconds) {
    throw badCredentials(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
}

function decodePart(part: string): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (isJson(value)) {
      return value;
    }
  } catch {
    // Falls through to the same refusal as JSON of another shape.
  }
  throw badCredentials('A JSON web token could not be decoded');
}
