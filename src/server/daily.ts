import type { Logger } from 'pino';
import type { Store } from '#edges/database';
import type { Environment } from './environment.ts';

const dayMs = 86_400_000;

/**
 * Once a day, and at the start, removes what need not be kept, and asks for a look at every repository that has a log:
 * outcomes that no event told, and its checkpoint. Every process does; the jobs of one repository are one job, and doing it
 * twice records nothing twice.
 */
export function startDaily(
  store: Pick<Store, 'readStreams' | 'enqueue' | 'prune'>,
  retention: Environment['retention'],
  log: Logger,
): NodeJS.Timeout {
  const ask = () => {
    askAll(store).catch((error: unknown) => log.warn({ err: error }, 'the daily look could not be asked for'));
    store.prune(retention).then(
      (pruned) => log.info(pruned, 'old rows removed'),
      (error: unknown) => log.warn({ err: error }, 'old rows could not be removed'),
    );
  };
  ask();
  return setInterval(ask, dayMs).unref();
}

async function askAll(store: Pick<Store, 'readStreams' | 'enqueue'>): Promise<void> {
  const streams = await store.readStreams();
  if (streams.length === 0) return;
  await store.enqueue(streams.map((place) => ({ kind: 'settle', ...place, deliveryId: 'daily' })));
}
