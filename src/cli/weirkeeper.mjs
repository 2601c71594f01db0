#!/usr/bin/env node
// Starts the program on a Node that runs TypeScript as written: this one, or the one among the development dependencies.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('./main.ts', import.meta.url);
// What Node made of each file is kept in the installation: a start takes half the time. Where that cannot be written, it is not.
const kept = fileURLToPath(new URL('../../node_modules/.cache/weirkeeper', import.meta.url));
const bundled = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));

if (Number(process.versions.node.split('.', 1)[0]) >= 24) {
  module.enableCompileCache(kept);
  await import(main.href);
} else if (existsSync(bundled)) {
  const child = spawn(bundled, [fileURLToPath(main), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: kept, ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (status, signal) => process.exit(signal === null ? (status ?? 1) : 130));
} else {
  const remedy = 'Install it, or run "npm ci" in the checkout.';
  console.error(`weirkeeper needs Node 24 or newer; this is ${process.versions.node}. ${remedy}`);
  process.exit(3);
}
