import { setTimeout as pause } from 'node:timers/promises';
import type { Reason } from '#core/base';
import type { OneExplain, OneSelect, SqlWriter } from '#core/evidence';
import { tooSlow, unreachable } from '../reasons.ts';
import type { Connection, Explained, WarehouseOptions } from '../warehouse.ts';

/** Where a statement stands: its rows, why there are none, or where to look again. */
export type Step<Place> =
  | { readonly kind: 'rows'; readonly rows: readonly (readonly unknown[])[] }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'waiting'; readonly place: Place };

/** A service that runs statements over HTTP. Its methods throw where it does not answer. */
export interface Service<Place> {
  /** `began` is told a place as soon as the statement may run, so that it can be cancelled although no reply came. */
  start(sql: OneSelect, signal: AbortSignal, began: (place: Place) => void): Promise<Step<Place>>;
  /** Asks for a plan, by a request of its own where there is one; runs nothing. */
  explain(sql: OneExplain, signal: AbortSignal): Promise<Step<Place>>;
  look(place: Place, signal: AbortSignal): Promise<Step<Place>>;
  cancel(place: Place, signal: AbortSignal): Promise<unknown>;
}

const firstPause = 25;
const longestPause = 1_000;
/** How long a cancel may take: what does not come through is ended by the time-out that the statement was given. */
const cancelMilliseconds = 2_000;

/** A connection over such a service: it asks, looks again until there is a row, and cancels what is too late. */
export function overHttp<Place>(service: Service<Place>, writer: SqlWriter, options: WarehouseOptions): Connection {
  return {
    writer: () => Promise.resolve(writer),
    async run(sql) {
      const ran = await within(service, options, (signal, began) => service.start(sql, signal, began));
      return ran.ok ? { ok: true, row: ran.rows[0] ?? [] } : ran;
    },
    explain: (sql) => within(service, options, (signal) => service.explain(sql, signal)),
    close: () => Promise.resolve(),
  };
}

async function within<Place>(
  service: Service<Place>,
  options: WarehouseOptions,
  start: (signal: AbortSignal, began: (place: Place) => void) => Promise<Step<Place>>,
): Promise<Explained> {
  const deadline = AbortSignal.timeout(options.deadlineMilliseconds);
  const running: { place: Place | null } = { place: null };
  try {
    let step = await start(deadline, (place) => {
      running.place = place;
    });
    for (let wait = firstPause; step.kind === 'waiting'; wait = Math.min(wait * 2, longestPause)) {
      running.place = step.place;
      await pause(wait, undefined, { signal: deadline });
      step = await service.look(step.place, deadline);
    }
    return step.kind === 'rows' ? { ok: true, rows: step.rows } : { ok: false, reason: step.reason };
  } catch {
    if (running.place !== null) await cancel(service, running.place);
    return { ok: false, reason: deadline.aborted ? tooSlow(options) : unreachable };
  }
}

async function cancel<Place>(service: Service<Place>, place: Place): Promise<void> {
  try {
    await service.cancel(place, AbortSignal.timeout(cancelMilliseconds));
  } catch {
    // The service is gone, or has ended the statement already.
  }
}
