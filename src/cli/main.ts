import { run } from './run.ts';

// Whoever reads our output may close it early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') console.error(error);
  process.exit();
});

process.exitCode = await run(process.argv.slice(2));
