import { setFlagsFromString } from 'node:v8';
import { run } from './run.ts';

// The optimising compiler takes longer over the first SQL engine than the statements of one project take to read; a server
// earns that back. Set once, before anything is compiled, and never switched again (decision 0023).
if (process.argv[2] !== 'serve')
  for (const flag of ['tier-up', 'dynamic-tiering']) setFlagsFromString(`--no-wasm-${flag}`);

// Whoever reads our output may close it early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') console.error(error);
  process.exit();
});

process.exitCode = await run(process.argv.slice(2));
