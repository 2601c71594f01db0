// A process that opens a store, says what it does on standard output, and lives until it is killed.
// Arguments: the place as JSON, and `accept` (store a delivery) or `work` (store it and begin the job, never to end it).
import { openStore, type StorePlace } from '#edges/database';
import { aReviewJob } from './jobs.ts';

const [place = '', task = ''] = process.argv.slice(2);
const store = await openStore(JSON.parse(place) as StorePlace);
console.log('opened');
if (task !== 'open') {
  await store.acceptDelivery({ deliveryId: 'd1', event: 'pull_request', action: 'opened', jobs: [aReviewJob()] });
  console.log('accepted');
}
if (task === 'work') {
  await store.work(() => {
    console.log('working');
    return new Promise(() => undefined);
  });
}
setInterval(() => undefined, 1_000);
