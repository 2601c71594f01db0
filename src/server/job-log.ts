import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';

const current = new AsyncLocalStorage<Logger>();

/** Does work whose entries, also those of what it calls, go to this log with its fields. */
export function withJobLog<Result>(log: Logger, work: () => Result): Result {
  return current.run(log, work);
}

/** The log of the job that is being done here, with the fields of its review; the one given where none is. */
export function jobLogOr(log: Logger): Logger {
  return current.getStore() ?? log;
}
