import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { openStore, type StorePlace } from '#edges/database';
import { type AppOptions, inProcess, logOf, readEnvironment, startApp } from '../../src/server/index.ts';
import type { GitHubDouble } from './github-double/index.ts';
import { linesOf, untilIdle } from './idle.ts';
import { aPglite, quick } from './store.ts';

/** The whole App on an embedded database in memory, told and listened to by a GitHub double. */
export interface RunningApp {
  readonly webhookUrl: string;
  /** Everything that was logged, one JSON object a line. */
  readonly logText: () => string;
  /** Resolves when every accepted job is done and no webhook is under way; fails when a job failed for good. */
  readonly settled: () => Promise<void>;
  /** The daily look at one repository, to its end. */
  readonly lookAt: (repository: string, installationId: number) => Promise<void>;
  /** Answer of `GET` on a path of the App. */
  readonly get: (path: string) => Promise<string>;
  /** Lines of the exported audit log. */
  readonly auditLines: (repository?: string) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** Starts the App for this double and gives the double its webhook address. `variables` add to the environment. */
export async function startAppFor(
  github: GitHubDouble,
  variables: Readonly<Record<string, string>> = {},
  { reconcile, place, clock }: Pick<AppOptions, 'reconcile' | 'clock'> & { readonly place?: StorePlace } = {},
): Promise<RunningApp> {
  const log = collectLog();
  const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-app-'));
  const environment = readEnvironment({
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    GITHUB_API_URL: github.url,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'debug',
    WEIRKEEPER_DATA_DIR: folder,
    ...variables,
  });
  const app = await startApp({
    environment,
    store: await openStore(place ?? { pglite: await aPglite() }, quick),
    log: logOf(environment, log.stream),
    throttle: false,
    reviewers: inProcess,
    ...(reconcile === undefined ? {} : { reconcile }),
    ...(clock === undefined ? {} : { clock }),
    drainMs: 5_000,
  });
  github.setWebhookUrl(app.webhookUrl);
  return {
    webhookUrl: app.webhookUrl,
    logText: log.text,
    settled: () => untilIdle(github, app.store),
    lookAt: async (repository, installationId) => {
      await app.store.enqueue([{ kind: 'settle', repository, installationId, deliveryId: 'daily' }]);
      await untilIdle(github, app.store);
    },
    get: async (path) => (await fetch(`${app.url}${path}`)).text(),
    auditLines: (repository) => linesOf(app.store.exportAuditLog(repository)),
    close: async () => {
      github.setWebhookUrl(null);
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function collectLog(): { readonly stream: Writable; readonly text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}
