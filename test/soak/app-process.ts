// The App as a process that can be killed. Told by its environment, as in production; asked over IPC how much is left to do.

import { openStore } from '#edges/database';
import { createLog, readEnvironment, startApp } from '../../src/server/index.ts';
import { linesOf } from '../support/idle.ts';

const environment = readEnvironment(process.env);
const place =
  environment.databaseUrl === null ? { dataDir: environment.dataDir } : { databaseUrl: environment.databaseUrl };
const app = await startApp({
  environment,
  // Without pauses between writes: the other side is no GitHub.
  throttle: false,
  store: await openStore(place, { retryDelaySeconds: 1, maxAttempts: 50 }),
  log: createLog({ level: environment.logLevel }),
  reconcile: { everyMs: 10_000, graceMs: 3_000 },
});
process.on('message', (message) => {
  void answer(message).then((reply) => process.send?.({ asked: message, reply }));
});

async function answer(message: unknown): Promise<unknown> {
  return message === 'log' ? linesOf(app.store.exportAuditLog()) : app.store.countJobs();
}
