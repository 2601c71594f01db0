import type { Command } from 'commander';

/** `weirkeeper serve`: the App, until it is told to stop. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the GitHub App; it is configured by environment variables (see the README)')
    .action(async () => {
      // Loaded only here: the server's libraries take longer to load than a review takes.
      const { closeOnSignal, everyQuarterOfAnHour, logOf, readEnvironment, startApp } = await import('#server');
      const environment = readEnvironment(process.env);
      const log = logOf(environment);
      const server = await startApp({ environment, log, reconcile: everyQuarterOfAnHour });
      closeOnSignal(() => server.close(), log);
    });
}
