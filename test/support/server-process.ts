// A server process that tells its webhook URL on standard output, does jobs of 500 ms, and ends on a signal.
import { openStore } from '#edges/database';
import { closeOnSignal, createLog, startServer } from '../../src/server/index.ts';
import { anEnvironment } from './environment.ts';
import { aReviewJob } from './jobs.ts';
import { aPglite } from './store.ts';

const log = createLog({ level: 'info' });
const server = await startServer(
  { environment: anEnvironment(), store: await openStore({ pglite: await aPglite() }), log },
  {
    toReviewJobs: (_, deliveryId) => [aReviewJob({ deliveryId })],
    createRunJob: () => async () => {
      log.info('job begun');
      await new Promise((resolve) => setTimeout(resolve, 500));
    },
  },
);
closeOnSignal(() => server.close(), log);
console.log(`listening ${server.webhookUrl}`);
