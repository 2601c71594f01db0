// A server process that tells its webhook URL on standard output and ends on a signal. Its jobs take 500 ms; with a data
// folder as its argument they never end by themselves, heed no signal, and have 1.5 s to finish.
import { openStore } from '#edges/database';
import { closeOnSignal, createLog, startServer } from '../../src/server/index.ts';
import { anEnvironment } from './environment.ts';
import { aReviewJob } from './jobs.ts';
import { aPglite } from './store.ts';

const log = createLog({ level: 'info' });
const [dataDir] = process.argv.slice(2);
const store = await openStore(dataDir === undefined ? { pglite: await aPglite() } : { dataDir });
const server = await startServer(
  { environment: anEnvironment(), store, log, ...(dataDir === undefined ? {} : { drainMs: 1_500 }) },
  {
    toReviewJobs: (_, deliveryId) => [aReviewJob({ deliveryId })],
    createRunJob: () => async () => {
      log.info('job begun');
      await new Promise((resolve) => setTimeout(resolve, dataDir === undefined ? 500 : 600_000));
    },
  },
);
closeOnSignal(() => server.close(), log);
console.log(`listening ${server.webhookUrl}`);
