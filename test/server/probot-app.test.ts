import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ApplicationFunction, Probot } from 'probot';
import { parse } from 'yaml';
import type { Store } from '#edges/database';
import { createLog, createProbotApp } from '../../src/server/index.ts';
import { createMetrics } from '../../src/server/metrics.ts';

interface Manifest {
  readonly default_permissions: Readonly<Record<string, string>>;
  readonly default_events: readonly string[];
}

const manifest = parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')) as Manifest;

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

  it('asks for what its events and calls need, and no more', () => {
    expect(manifest.default_permissions).toEqual({
      actions: 'read',
      checks: 'write',
      contents: 'read',
      issues: 'write',
      merge_queues: 'read',
      metadata: 'read',
      pull_requests: 'write',
    });
  });
});
