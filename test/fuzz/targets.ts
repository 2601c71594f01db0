import { readdirSync, readFileSync } from 'node:fs';
import { toUniqueId } from '#core/base';
import { parseManifest } from '#core/dbt';
import { gates } from '#core/gates';
import { parsePolicy } from '#core/policy';
import { openStore } from '#edges/database';
import { toReviewJobs } from '#edges/github';
import { evidenceFileSource } from '#edges/warehouse';
import { standardLimits } from '../../src/edges/artifacts/limits.ts';
import { readZip } from '../../src/edges/artifacts/zip.ts';
import { createLog, startServer } from '../../src/server/index.ts';
import { anEnvironment } from '../support/environment.ts';
import { aManifest, aModel, byId } from '../support/manifests.ts';
import { aPglite } from '../support/store.ts';
import { deliverText } from '../support/webhooks.ts';
import { makeZip } from '../support/zip.ts';
import { mutateBytes, mutateJson, pick } from './mutate.ts';

/** Something that takes foreign input. `feed` throws, or gives a problem's text, when it did not bear it. */
export interface Target {
  readonly name: string;
  readonly feed: (dice: () => number) => Promise<string | null>;
}

const policy = `version: 1
mode: advisory
gates:
  row-count: { mode: required }
  pii: &pii { mode: warn }
comment: { inline: true }
`;
const evidence = {
  schema: 'weirkeeper.evidence/v1',
  generated_at: '2026-03-02T10:15:00Z',
  counts: [
    { side: 'base', unique_id: 'model.shop.orders', relation: '"a"."b"."c"', rows: 1, at: '2026-03-02T10:14:51Z' },
  ],
};
const bombs = [
  'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n',
  '['.repeat(20_000),
  `a: ${'{b: '.repeat(5_000)}`,
];

const ofPolicy: Target = {
  name: 'policies',
  feed(dice) {
    const text = dice() < 0.02 ? pick(bombs, dice) : mutateBytes(Buffer.from(policy), dice).toString();
    parsePolicy(text, 'weirkeeper.yml', gates);
    return Promise.resolve(null);
  },
};

const manifest = aManifest({ nodes: byId(aModel('orders'), aModel('customers')) });
const ofManifest: Target = {
  name: 'manifests',
  feed(dice) {
    const text =
      dice() < 0.7
        ? JSON.stringify(mutateJson(manifest, dice))
        : mutateBytes(Buffer.from(JSON.stringify(manifest)), dice).toString();
    parseManifest(text, 'manifest.json');
    return Promise.resolve(null);
  },
};

const ofEvidence: Target = {
  name: 'evidence files',
  async feed(dice) {
    const text =
      dice() < 0.7
        ? JSON.stringify(mutateJson(evidence, dice))
        : mutateBytes(Buffer.from(JSON.stringify(evidence)), dice).toString();
    const question = {
      kind: 'row-count',
      key: 'rows:base:model.shop.orders',
      side: 'base',
      relation: '"a"."b"."c"',
      node: toUniqueId('model.shop.orders'),
    } as const;
    await evidenceFileSource(text).answer(
      question as unknown as Parameters<ReturnType<typeof evidenceFileSource>['answer']>[0],
    );
    return null;
  },
};

const zip = makeZip([
  { name: 'target/manifest.json', content: JSON.stringify(manifest) },
  { name: 'catalog.json', content: '{}', method: 'store' },
]);
const ofZip: Target = {
  name: 'zips',
  async feed(dice) {
    const wanted = ['manifest.json', 'catalog.json'];
    await readZip(mutateBytes(zip, dice), wanted, { place: 'the zip', limits: standardLimits });
    return null;
  },
};

/** The targets, webhooks over HTTP among them; `close` ends the server. */
export async function openTargets(): Promise<{
  readonly targets: readonly Target[];
  readonly close: () => Promise<void>;
}> {
  const server = await startServer(
    {
      environment: anEnvironment(),
      store: await openStore({ pglite: await aPglite() }),
      log: createLog({ level: 'silent' }),
      drainMs: 0,
    },
    { toReviewJobs, createRunJob: () => () => Promise.resolve() },
  );
  const folder = new URL('../fixtures/webhooks/', import.meta.url);
  const bodies = readdirSync(folder).map((file) => ({
    event: file.split('.')[0] ?? '',
    text: readFileSync(new URL(file, folder), 'utf8'),
  }));
  let count = 0;
  const ofWebhook: Target = {
    name: 'webhook bodies',
    async feed(dice) {
      const { event, text } = pick(bodies, dice);
      const body =
        dice() < 0.8
          ? JSON.stringify(mutateJson(JSON.parse(text), dice))
          : mutateBytes(Buffer.from(text), dice).toString();
      count += 1;
      const response = await deliverText(server.webhookUrl, { event, deliveryId: `fuzz-${count}`, body });
      await response.body?.cancel();
      return response.status < 500 ? null : `${event} was answered ${response.status}: ${body.slice(0, 2_000)}`;
    },
  };
  return { targets: [ofWebhook, ofPolicy, ofManifest, ofEvidence, ofZip], close: () => server.close() };
}
