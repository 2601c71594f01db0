import type { Command } from 'commander';

/** `weirkeeper serve`: the App, until it is told to stop. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the GitHub App; it is configured by environment variables (see the README)')
    .action(async () => {
      // Loaded only here: the server's libraries take longer to load than a review takes.
      const { closeOnSignal, createLog, readEnvironment, startApp } = await import('#server');
      const environment = readEnvironment(process.env);
      const secrets = [
        environment.webhookSecret,
        environment.privateKey,
        environment.openai.apiKey,
        environment.databaseUrl,
        environment.warehouseUrl,
      ];
      const log = createLog({ level: environment.logLevel, secrets: secrets.filter((text) => text !== null) });
      const server = await startApp({ environment, log });
      closeOnSignal(() => server.close(), log);
    });
}
