import type { Presence } from './presence.ts';

export interface TakeOverParts {
  readonly presence: Presence;
  /** Processes that have jobs in work. */
  readonly readWorkers: () => Promise<readonly number[]>;
  /** Has the jobs of a dead process done by whoever is free. */
  readonly takeFrom: (worker: number) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

const everyMs = 2_000;

/**
 * Looks every two seconds for processes that have jobs in work and are dead. One is taken for dead when it is in neither of two
 * looks: a process that has only lost its connection has heard of it by then, and stopped. Gives what ends the looking.
 */
export function startTakingOver(parts: TakeOverParts): () => void {
  let suspects: ReadonlySet<number> = new Set();
  let stopped = false;
  const look = async () => {
    suspects = await takeOverOnce(parts, suspects).catch((error: unknown) => {
      parts.onFault(error);
      return new Set<number>();
    });
    if (!stopped) timer = setTimeout(() => void look(), everyMs).unref();
  };
  let timer = setTimeout(() => void look(), 0).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** One look: takes over from those that were suspects already, and gives those that are now. */
async function takeOverOnce(
  { presence, readWorkers, takeFrom }: TakeOverParts,
  suspects: ReadonlySet<number>,
): Promise<ReadonlySet<number>> {
  const workers = await readWorkers();
  if (workers.length === 0) return new Set();
  const own = presence.worker;
  const living = await presence.readLiving();
  // A pooler between us and PostgreSQL may drop the lock and keep the connection.
  if (own !== null && own === presence.worker && !living.has(own)) presence.renew();
  const missing = workers.filter((worker) => !living.has(worker));
  for (const worker of missing) if (suspects.has(worker)) await takeFrom(worker);
  return new Set(missing);
}
