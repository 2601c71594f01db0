import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ApplicationFunction, Probot } from 'probot';
import { parse } from 'yaml';
import type { Store } from '#edges/database';
import { permissionsOf } from '../../src/edges/github/installation-token.ts';
import { createLog, createProbotApp } from '../../src/server/index.ts';
import { createMetrics } from '../../src/server/metrics.ts';

interface Manifest {
  readonly default_permissions: Readonly<Record<string, string>>;
  readonly default_events: readonly string[];
}

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const manifestText = read('app.yml');
const security = read('SECURITY.md');
const manifest = parse(manifestText) as Manifest;

/** The names of the events that the app asks Probot for. */
async function listenedTo(app: ApplicationFunction): Promise<readonly string[]> {
  const names: string[] = [];
  const probot = { on: (asked: readonly string[]) => names.push(...asked) };
  await app(probot as unknown as Probot, { cwd: '', addHandler: () => undefined });
  return names;
}

describe('app.yml', () => {
  it('subscribes to what the app acts on, and to nothing else', async () => {
    const app = createProbotApp({
      store: {} as Store,
      toReviewJobs: () => [],
      log: createLog({ level: 'silent' }),
      metrics: createMetrics(),
    });
    const events = new Set((await listenedTo(app)).map((name) => name.split('.')[0]));
    // GitHub sends it unasked, and refuses to have it subscribed to.
    events.delete('installation');
    expect([...events].sort()).toEqual([...manifest.default_events].sort());
  });

  it('asks for what a review takes and for what its events take, and no more', () => {
    // Only to receive merge_group; no call of ours takes it, so no token has it.
    const forEvents = { merge_queues: 'read' };
    expect(manifest.default_permissions).toEqual({ ...permissionsOf.review, ...forEvents });
    for (const [name, level] of Object.entries(permissionsOf.overview))
      expect([level, 'write']).toContain(manifest.default_permissions[name]);
  });

  it('gives a reason for each permission', () => {
    const lines = manifestText.slice(manifestText.indexOf('default_permissions:')).split('\n').slice(1);
    const unexplained = lines.filter((line, at) => /^ {2}\w+: /.test(line) && !/^ {2}# ./.test(lines[at - 1] ?? ''));
    expect(unexplained).toEqual([]);
  });

  it('agrees with SECURITY.md, permission by permission', () => {
    const told = [...security.matchAll(/^\| `(\w+): (read|write)` \|/gm)].map(([, name, level]) => [name, level]);
    expect(Object.fromEntries(told)).toEqual(manifest.default_permissions);
  });

  it('and the code ask for nothing with which one could approve, merge, administer or change workflows', () => {
    const asked = [manifest.default_permissions, ...Object.values(permissionsOf)].flatMap((each) => Object.keys(each));
    for (const name of [
      'administration',
      'workflows',
      'secrets',
      'deployments',
      'members',
      'organization_administration',
    ])
      expect(asked).not.toContain(name);
  });
});

describe('SECURITY.md', () => {
  it('names for each defence specs that exist', () => {
    const named = [...security.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
    const lines = security.split('\n');
    const table = lines.slice(lines.indexOf('| attempt | defence | proven by |') + 2);
    const defences = table.slice(0, table.indexOf(''));
    expect(defences.length).toBeGreaterThan(15);
    expect(defences.filter((row) => !row.includes('`test/'))).toEqual([]);
  });
});
