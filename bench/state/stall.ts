// How long the server's event loop is held up while it reviews a pull request whose manifests are large:
//
//   npm run bench:stall -- [--mb 200] [--database postgres://…]
//
// A GitHub double in a process of its own opens a pull request with two manifests of that size; the App is the real one, in
// this process. What is measured is CPU time of the main thread between two turns of its timer: a machine that others use too
// holds every process up, but not so. Exit 1 when a turn took more than 50 ms, or when the review was not published.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openStore } from '#edges/database';
import { createLog, readEnvironment, startApp } from '../../src/server/index.ts';
import { startChild } from '../../test/soak/child.ts';
import { aPglite } from '../../test/support/store.ts';

const limitMs = 50;
const tickMs = 2;
const { values } = parseArgs({ options: { mb: { type: 'string', default: '200' }, database: { type: 'string' } } });

const github = startChild('../../bench/state/stall-github.ts', [values.mb]);
const { url, appId, privateKey, webhookSecret } = await github.ask<Record<string, string | number>>('ready');
const environment = readEnvironment({
  APP_ID: String(appId),
  PRIVATE_KEY: String(privateKey),
  WEBHOOK_SECRET: String(webhookSecret),
  GITHUB_API_URL: String(url),
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'silent',
  WEIRKEEPER_DATA_DIR: '/nowhere',
});
const place = values.database === undefined ? { pglite: await aPglite() } : { databaseUrl: values.database };
const store = await openStore(place, {});
const app = await startApp({ environment, store, throttle: false, log: createLog({ level: 'silent' }) });
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let longest = 0;
let before = process.threadCpuUsage();
const timer = setInterval(() => {
  const { user, system } = process.threadCpuUsage(before);
  longest = Math.max(longest, (user + system) / 1_000);
  before = process.threadCpuUsage();
}, tickMs);
const began = performance.now();
const seen = await github.ask<{ readonly output: { readonly title: string } }>(`open ${app.webhookUrl}`);
clearInterval(timer);
const seconds = (performance.now() - began) / 1_000;
console.log(
  `two manifests of ${values.mb} MB reviewed on ${'pglite' in place ? 'PGlite' : 'PostgreSQL'} in ${seconds.toFixed(1)} s: ${seen.output.title}`,
);
console.log(
  `longest turn of the event loop: ${longest.toFixed(0)} ms of CPU (goal ${limitMs}); longest delay seen, other processes' time included: ${(delay.max / 1e6).toFixed(0)} ms`,
);
await app.close();
await github.kill();
process.exit(longest > limitMs || seen.output.title === '' ? 1 : 0);
