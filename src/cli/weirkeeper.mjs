#!/usr/bin/env node
// Starts the program on a Node that runs TypeScript as written: this one, or the one among the development dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const bundled = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
const own = Number(process.versions.node.split('.', 1)[0]) >= 24;

if (!own && !existsSync(bundled)) {
  console.error(
    `weirkeeper needs Node 24 or newer; this is ${process.versions.node}. Install it, or run "npm ci" in the checkout.`,
  );
  process.exit(3);
}
const node = own ? process.execPath : bundled;
const { status, signal } = spawnSync(node, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(signal === null ? (status ?? 1) : 130);
