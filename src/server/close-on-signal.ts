import type { Logger } from 'pino';

/** 20 s in all, with what closing takes beside the drain. */
const lastMomentMs = 20_000;

/**
 * Ends the process in order on SIGTERM (Docker, Kubernetes, systemd) and SIGINT (Ctrl-C): exit status 0 when everything
 * could be closed, 1 after 20 s, and at once on a second signal.
 */
export function closeOnSignal(close: () => Promise<void>, log: Logger): void {
  let closing = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) process.exit(1);
    closing = true;
    log.info({ signal }, 'signal received');
    setTimeout(() => process.exit(1), lastMomentMs).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not close in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
