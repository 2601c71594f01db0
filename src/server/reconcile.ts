import type { Logger } from 'pino';
import type { Store } from '#edges/database';
import type { GitHub } from '#edges/github';

/** How often it is looked, and what is left alone because its webhook may still be on its way. Milliseconds. */
export interface ReconcileTimes {
  readonly everyMs: number;
  readonly graceMs: number;
}

/** What the server does: often enough that a lost webhook holds up nobody's afternoon, seldom enough for GitHub's budget. */
export const everyQuarterOfAnHour: ReconcileTimes = { everyMs: 15 * 60_000, graceMs: 2 * 60_000 };

export interface ReconcileParts {
  readonly app: GitHub['appView'];
  readonly store: Pick<Store, 'acceptDelivery' | 'isKnown' | 'isWaiting' | 'reviews'>;
  readonly log: Logger;
  readonly times: ReconcileTimes;
}

export interface ReconcileLoop {
  /** Looks at once, then at intervals. */
  start(): void;
  /** No further look; resolves when one under way has ended. */
  stop(): Promise<void>;
}

/** GitHub keeps deliveries for three days (docs: redelivering webhooks). */
const remembered = 3 * 86_400_000;
/** What a server does not take after so many attempts, it will not take. */
const mostAttempts = 5;
/** So that a long outage does not spend the whole budget of requests at once; the next look goes on. */
const mostAtOnce = 200;

/** Finds what was lost, and has it done, at intervals. Of several processes on one database one looks at a time. */
export function createReconcileLoop(parts: ReconcileParts): ReconcileLoop {
  const { log, times } = parts;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();
  const look = () => {
    underWay = reconcile(parts, new Date(), () => stopped)
      .catch((error: unknown) => log.warn({ err: error }, 'reconciling failed; it is tried again'))
      .then(() => {
        if (!stopped) timer = setTimeout(look, times.everyMs).unref();
      });
  };
  return {
    start: look,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}

/** One look: failed deliveries are sent again, open pull requests without a review on their head are reviewed. */
export async function reconcile(parts: ReconcileParts, now: Date, isOver: () => boolean): Promise<void> {
  const { store, log, times } = parts;
  const turn = Math.floor(now.getTime() / times.everyMs);
  // The delivery is the claim: one process stores it, the others find it there.
  const claim = { deliveryId: `reconcile/${times.everyMs}/${turn}`, event: 'reconcile', action: null, jobs: [] };
  if ((await store.acceptDelivery(claim)) === 'duplicate') return;
  const redelivered = await redeliverFailed(parts, now, isOver);
  const reviews = await askForMissingReviews(parts, { now, isOver });
  log.info({ redelivered, reviews }, 'reconciled');
}

async function redeliverFailed({ app, store }: ReconcileParts, now: Date, isOver: () => boolean): Promise<number> {
  const attempts = await app.listDeliveries(new Date(now.getTime() - remembered));
  const ofDelivery = Map.groupBy(attempts, ({ deliveryId }) => deliveryId);
  let count = 0;
  for (const [deliveryId, [newest, ...older]] of ofDelivery) {
    if (isOver() || count >= mostAtOnce) break;
    if (newest === undefined || older.length + 1 >= mostAttempts) continue;
    if (newest.succeeded || older.some(({ succeeded }) => succeeded)) continue;
    // Stored, and only the answer was lost.
    if (await store.isKnown(deliveryId)) continue;
    await app.redeliver(newest.id);
    count += 1;
  }
  return count;
}

interface Look {
  readonly now: Date;
  readonly isOver: () => boolean;
}

async function askForMissingReviews(parts: ReconcileParts, look: Look): Promise<number> {
  let count = 0;
  for (const installationId of await parts.app.listInstallations()) {
    for (const repository of await parts.app.listRepositories(installationId)) {
      if (look.isOver()) return count;
      count += await askInRepository(parts, look, { installationId, repository });
    }
  }
  return count;
}

async function askInRepository(
  { app, store, times }: ReconcileParts,
  { now }: Look,
  { installationId, repository }: { readonly installationId: number; readonly repository: string },
): Promise<number> {
  // By the hour, so that what failed for good gets a further chance when its cause may be mended.
  const hour = now.toISOString().slice(0, 13);
  let count = 0;
  for (const { number, headSha, updatedAt } of await app.listOpenPullRequests(installationId, repository)) {
    if (now.getTime() - updatedAt.getTime() < times.graceMs) continue;
    const deliveryId = `reconcile/${repository}#${number}@${headSha}/${hour}`;
    const place = { repository, installationId, pullNumber: number, headSha, deliveryId };
    const job = { ...place, kind: 'review', depth: 'standard', trigger: 'reconcile' } as const;
    if ((await store.isWaiting(job)) || (await store.reviews.isFinished(repository, number, headSha))) continue;
    const stored = await store.acceptDelivery({ deliveryId, event: 'reconcile', action: null, jobs: [job] });
    if (stored === 'stored') count += 1;
  }
  return count;
}
