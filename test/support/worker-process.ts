// A process that does jobs of the store at a place, each in the time given, and says on standard output what it does:
// `begin KEY HEAD ATTEMPT TIME`, `end KEY HEAD ATTEMPT TIME`. Arguments: the place as JSON, milliseconds a job takes. Its heartbeat
// is too slow to be missed in a spec: the dead are found by their connection, or not at all.
import { openStore, type StorePlace } from '#edges/database';

const [place = '', jobMs = ''] = process.argv.slice(2);
const store = await openStore(JSON.parse(place) as StorePlace, { concurrency: 2, heartbeatSeconds: 3_600 });
await store.work(async (job, { attempt, signal }) => {
  const what = `${'pullNumber' in job ? job.pullNumber : 0} ${'headSha' in job ? job.headSha : ''} ${attempt}`;
  console.log(`begin ${what} ${Date.now()}`);
  await new Promise((resolve) => {
    setTimeout(resolve, Number(jobMs));
    signal.addEventListener('abort', resolve);
  });
  if (signal.aborted) return { kind: 'retry', code: 'stopped' };
  console.log(`end ${what} ${Date.now()}`);
  return { kind: 'done' };
});
console.log('works');
