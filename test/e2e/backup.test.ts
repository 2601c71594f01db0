import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { verifyAuditLog } from '#core/audit';
import type { StorePlace } from '#edges/database';
import {
  finishDemoBuild,
  type OpenedPullRequest,
  openDemoPullRequest,
  startDemoGitHub,
} from '../support/demo-pull-requests.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';
import { allCheckRuns, commentOf, writesSince } from '../support/seen-on-github.ts';
import { aDataFolder } from '../support/store.ts';

/** The App is stopped, its data is lost and restored from a backup, and it goes on as if nothing had been. */

const run = promisify(execFile);
const serverUrl = process.env['WEIRKEEPER_TEST_DATABASE_URL'] ?? '';
const tools = postgresTools();

let github: GitHubDouble;
let app: RunningApp | null = null;
let folder: string;

beforeEach(async () => {
  github = await startDemoGitHub();
  folder = await aDataFolder();
});

afterEach(async () => {
  await app?.close();
  app = null;
  await github.close();
  rmSync(folder, { recursive: true, force: true });
});

it('goes on from a copy of the stopped data folder: the chain holds and nothing is said twice', async () => {
  const opened = await reviewFirst({ dataDir: folder }, folder);
  const backup = `${folder}-backup`;
  cpSync(folder, backup, { recursive: true });
  rmSync(folder, { recursive: true });
  cpSync(backup, folder, { recursive: true });
  rmSync(backup, { recursive: true });
  await goesOn(opened, { dataDir: folder }, folder);
}, 300_000);

if (serverUrl === '' || tools === null) {
  console.info('not restored on PostgreSQL: WEIRKEEPER_TEST_DATABASE_URL is not set, or pg_dump is not installed');
} else {
  it('goes on from pg_dump and pg_restore in an empty database: the chain holds and nothing is said twice', async () => {
    const [before, after] = [`wk_backup_${process.pid}_a`, `wk_backup_${process.pid}_b`];
    const dump = join(folder, 'backup.dump');
    await onServer(`CREATE DATABASE ${before}`);
    await onServer(`CREATE DATABASE ${after}`);
    try {
      const opened = await reviewFirst({ databaseUrl: databaseUrl(before) }, folder);
      await run(join(tools, 'pg_dump'), ['--format=custom', '--schema=weirkeeper', '-f', dump, databaseUrl(before)]);
      await onServer(`DROP DATABASE ${before} WITH (FORCE)`);
      await run(join(tools, 'pg_restore'), ['--exit-on-error', '-d', databaseUrl(after), dump]);
      await goesOn(opened, { databaseUrl: databaseUrl(after) }, folder);
    } finally {
      await app?.close();
      app = null;
      for (const name of [before, after]) await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  }, 300_000);
}

/** A pull request is reviewed, and the App stopped in order. */
async function reviewFirst(place: StorePlace, dataDir: string): Promise<OpenedPullRequest> {
  app = await startAppFor(github, { WEIRKEEPER_DATA_DIR: dataDir }, { place });
  const opened = await openDemoPullRequest(github, 3);
  await finishDemoBuild(opened);
  await app.settled();
  lines = await app.auditLines();
  expect(lines.length).toBeGreaterThan(1);
  await app.close();
  app = null;
  return opened;
}

let lines: readonly string[] = [];

async function goesOn({ pull, repository }: OpenedPullRequest, place: StorePlace, dataDir: string): Promise<void> {
  const seen = repository.publishedState(pull.number);
  const runs = allCheckRuns(repository);
  const written = github.requests.length;
  app = await startAppFor(
    github,
    { WEIRKEEPER_DATA_DIR: dataDir },
    { place, reconcile: { everyMs: 3_600_000, graceMs: 0 } },
  );
  const known = github.deliveries.filter(({ redelivery }) => !redelivery);
  for (const delivery of known) await github.redeliver(delivery);
  await app.settled();
  expect(writesSince(github, written)).toEqual([]);
  expect(repository.publishedState(pull.number)).toEqual(seen);
  expect(allCheckRuns(repository)).toEqual(runs);
  expect(await app.auditLines()).toEqual(lines);

  await repository.pushCommit(pull.number, { message: 'further', files: { 'README.md': 'a further push\n' } });
  await app.settled();
  commentOf(repository.publishedState(pull.number));
  const all = await app.auditLines();
  expect(all.slice(0, lines.length)).toEqual(lines);
  expect(all.length).toBeGreaterThan(lines.length);
  expect(verifyAuditLog(all)).toMatchObject({ ok: true, records: all.length });
}

/** Where pg_dump and pg_restore are, at least as new as the server is likely to be; null without them. */
function postgresTools(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(root, version, 'bin'));
  return folders.find((path) => existsSync(join(path, 'pg_dump')) && existsSync(join(path, 'pg_restore'))) ?? null;
}

function databaseUrl(name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
