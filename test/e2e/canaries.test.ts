import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  finishDemoBuild,
  type OpenedPullRequest,
  openDemoPullRequest,
  startDemoGitHub,
} from '../support/demo-pull-requests.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { type LlmDouble, startLlmDouble } from '../support/llm-double.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';
import { conclusionsOf } from '../support/seen-on-github.ts';

/** Secrets in every variable, and what GitHub, the LLM and the warehouse say of them: none may be seen anywhere. */

const { privateKey: signingKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const hmacKey = 'ca9a'.repeat(16);
const variables = {
  OPENAI_API_KEY: 'canary-llm-key-without-a-known-form',
  OPENAI_MODEL: 'local-model',
  WAREHOUSE_URL: 'postgres://reader:canary%2Dwarehouse%2Dpassword@127.0.0.1:1/shop?sslpassword=canary-query-password',
  DATABASE_URL: 'postgres://app:canary-database-password@127.0.0.1:1/weirkeeper',
  WEIRKEEPER_SIGNING_KEY: signingKey,
  WEIRKEEPER_HMAC_KEY: hmacKey,
};
/** What GitHub's own answers say: a token, a header and a download that others could use. */
const said = [
  'ghs_1234_canarytoken.partofatoken.signature',
  'github_pat_canary0123456789',
  'https://user:canary-userinfo@storage.example/a.zip?sig=canary-signature',
  'authorization: Bearer canary-bearer-0123456789',
];
const canary =
  /canary-llm-key|canary-warehouse|canary%2Dwarehouse|canary-query|canary-database|canarytoken|pat_canary|canary-userinfo|canary-signature|canary-bearer|(?:ca9a){4}/;

let github: GitHubDouble;
let llm: LlmDouble;
let app: RunningApp;
let folder: string;
let opened: OpenedPullRequest;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weirkeeper-canaries-'));
  github = await startDemoGitHub();
  llm = await startLlmDouble((authorization) => JSON.stringify({ claims: [], note: authorization }));
  app = await startAppFor(github, { ...variables, OPENAI_BASE_URL: llm.baseUrl, WEIRKEEPER_DATA_DIR: folder });
  // Reads are tried again after a 500; a refusal of another kind ends the review, which then says so.
  github.faults.next({ method: 'GET', path: /\/pulls\/1$/, status: 500, body: { message: said.join(' ') } });
  github.faults.next({ method: 'GET', path: /\/files$/, status: 502, body: { message: said.join(' ') } });
  opened = await openDemoPullRequest(github, 1);
  await finishDemoBuild(opened);
  await app.settled();
  await opened.repository.addLabelAs('ada', opened.pull.number, 'weirkeeper:deep-review');
  await app.settled();
  github.faults.next({ method: 'GET', path: /\/files$/, status: 422, body: { message: said.join(' ') } });
  await opened.repository.comment('ada', opened.pull.number, '/weirkeeper review');
  await app.settled();
}, 300_000);

afterAll(async () => {
  await app.close();
  await llm.close();
  await github.close();
  rmSync(folder, { recursive: true, force: true });
});

const ownKeys = () => [github.webhookSecret, ...linesOfKey(github.privateKey), ...linesOfKey(signingKey)];
const linesOfKey = (pem: string) => pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));

function leaksIn(text: string): readonly string[] {
  const tokens = github.tokens.map(({ token }) => token);
  const found = [...ownKeys(), ...tokens].filter((secret) => text.includes(secret));
  return [...found, ...(canary.exec(text) ?? [])];
}

describe('no secret is seen', () => {
  it('in any line of the log, which tells of all the failures', () => {
    const log = app.logText();
    for (const told of ['GitHub refused a request', 'review published', 'review could not be made'])
      expect(log).toContain(told);
    expect(log.split('\n').filter((line) => leaksIn(line).length > 0)).toEqual([]);
  });

  it('in anything that was written to GitHub', () => {
    const seen = opened.repository.publishedState(opened.pull.number);
    expect(conclusionsOf(seen)['weirkeeper / row-count']).toBeDefined();
    expect(leaksIn(JSON.stringify(seen))).toEqual([]);
    expect(leaksIn(JSON.stringify(opened.repository.state.checkRuns))).toEqual([]);
  });

  it('in what the LLM is asked, also by an LLM that repeats its key', () => {
    expect(llm.requests.length).toBeGreaterThan(0);
    expect(llm.requests.flatMap(leaksIn)).toEqual([]);
  });

  it('in a record of the audit log', async () => {
    const lines = await app.auditLines();
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.flatMap(leaksIn)).toEqual([]);
  });

  it('on any page of the server', async () => {
    for (const path of ['/metrics', '/keys', '/healthz', '/readyz']) {
      const response = await fetch(new URL(path, app.webhookUrl));
      expect([path, response.status, leaksIn(await response.text())]).toEqual([path, 200, []]);
    }
  });
});

describe('every entry of the log about a review', () => {
  it('carries its delivery, installation, repository, pull request, head and review', () => {
    const entries = app
      .logText()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const ofReviews = entries.filter((entry) => entry['review_id'] !== undefined);
    const told = new Set(ofReviews.map((entry) => entry['msg']));
    for (const message of ['GitHub answered', 'GitHub refused a request', 'review stage', 'review published'])
      expect(told).toContain(message);
    for (const entry of ofReviews)
      expect(entry).toMatchObject({
        level: expect.any(String),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        delivery_id: expect.any(String),
        installation_id: github.installationId,
        repository: opened.repository.fullName,
        pull_number: opened.pull.number,
        head_sha: opened.pull.head.sha,
      });
    const twice = /"(\w+)":(?:"(?:[^"\\]|\\.)*"|\d+),(?:"\w+":(?:"(?:[^"\\]|\\.)*"|\d+),)*?"\1":/;
    expect(
      app
        .logText()
        .split('\n')
        .filter((line) => line.includes('review_id') && twice.test(line)),
    ).toEqual([]);
    const stages = ofReviews.flatMap(({ stage }) => (typeof stage === 'string' ? [stage] : []));
    expect([...new Set(stages)]).toEqual(['collected', 'read', 'gathered', 'recorded', 'published']);
  });

  it('belongs to a job, but for entries about deliveries, the server and the App itself', () => {
    const messages = new Set(
      app
        .logText()
        .split('\n')
        .filter((line) => line !== '' && !line.includes('"delivery_id"'))
        .map((line) => (JSON.parse(line) as { readonly msg: string }).msg),
    );
    for (const message of ['review stage', 'review published', 'job done']) expect(messages).not.toContain(message);
  });
});
