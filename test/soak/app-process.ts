// The App as a process that can be killed. Told by its environment, as in production; asked over IPC how much is left to do.
// Its argument, JSON: settings of the store, of requests to GitHub, and of reconciling, over those of the soak; and whether
// writes to GitHub are kept apart as in production.
import { flushCompileCache } from 'node:module';
import { openStore } from '#edges/database';
import { type AppOptions, createLog, readEnvironment, startApp } from '../../src/server/index.ts';
import { linesOf } from '../support/idle.ts';

export type AppSettings = Pick<AppOptions, 'requests'> & {
  readonly store?: Parameters<typeof openStore>[1];
  readonly reconcile?: AppOptions['reconcile'] | null;
  readonly spaced?: boolean;
};

const settings = JSON.parse(process.argv[2] ?? '{}') as AppSettings;
const reconcile = settings.reconcile === undefined ? { everyMs: 10_000, graceMs: 3_000 } : settings.reconcile;
const environment = readEnvironment(process.env);
const place =
  environment.databaseUrl === null ? { dataDir: environment.dataDir } : { databaseUrl: environment.databaseUrl };
const app = await startApp({
  environment,
  // Without pauses between writes unless they are asked for: the other side is no GitHub.
  ...(settings.spaced === true ? {} : { throttle: false }),
  ...(settings.requests === undefined ? {} : { requests: settings.requests }),
  store: await openStore(place, { retryDelaySeconds: 1, maxAttempts: 50, heartbeatSeconds: 10, ...settings.store }),
  log: createLog({ level: environment.logLevel }),
  ...(reconcile === null ? {} : { reconcile }),
});
// At its end it is killed, and would keep nothing.
flushCompileCache();
process.on('message', (message) => {
  void answer(message).then((reply) => process.send?.({ asked: message, reply }));
});

async function answer(message: unknown): Promise<unknown> {
  if (message === 'url') return app.webhookUrl;
  return message === 'log' ? linesOf(app.store.exportAuditLog()) : app.store.countJobs();
}
