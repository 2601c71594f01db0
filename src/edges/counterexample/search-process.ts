// The process that runs SQL of pull requests on made-up rows. It is given no environment, and ends with whoever started it.
import { search } from './search.ts';
import type { FromSearch, ToSearch } from './searcher.ts';

/** Bytes that the process may take; texts are made outside what DuckDB counts. */
const mostBytes = 1024 * 1024 * 1024;
const watchMs = 50;

process.on('message', (task: ToSearch) => {
  tell({ kind: 'begun' });
  void search(task).then(
    (result) => tell({ kind: 'ended', result }),
    (error: unknown) =>
      tell({ kind: 'ended', result: { ok: false, why: `the search failed (${String(error).slice(0, 200)})` } }),
  );
});
// A query that cannot be stopped would keep an orderly exit waiting.
process.on('disconnect', end);
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
setInterval(() => {
  if (process.memoryUsage.rss() > mostBytes) end();
}, watchMs).unref();

function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function tell(message: FromSearch): void {
  process.send?.(message);
}
