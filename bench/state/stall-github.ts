// The GitHub double of `stall.ts`: one pull request, two large manifests.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGitHubDouble } from '../../test/support/github-double/index.ts';
import { aManifest, aModel, byId, type Json } from '../../test/support/manifests.ts';
import { makeZip } from '../../test/support/zip.ts';

const bytes = Number(process.argv[2] ?? '200') * 1_000_000;
const github = await startGitHubDouble({ files: { 'models/orders.sql': 'select 1 as id\n' } });

process.on('message', (message: string) => {
  void answer(message).then((reply) => process.send?.({ asked: message, reply }));
});
const { url, appId, privateKey, webhookSecret } = github;
process.send?.({ asked: 'ready', reply: { url, appId, privateKey, webhookSecret } });

/** Opens the pull request and gives the title of its summary once it is there. */
async function answer(message: string): Promise<unknown> {
  const { repository } = github;
  const { base, head, number } = await repository.openPullRequest({
    title: 'Two for one',
    user: 'ana',
    headRef: 'two',
    files: { 'models/orders.sql': 'select 2 as id\n' },
  });
  repository.addArtifact({ name: 'dbt-base', headSha: base.sha, headBranch: 'main', zip: zipOf('select 1 as id') });
  repository.addArtifact({ name: 'dbt-head', headSha: head.sha, headBranch: 'two', zip: zipOf('select 2 as id') });
  github.setWebhookUrl(message.replace('open ', ''));
  await repository.comment('ana', number, '/weirkeeper review');
  for (;;) {
    const run = repository.state.checkRuns.find(({ name, status }) => name === 'weirkeeper' && status === 'completed');
    const text = run === undefined ? '' : JSON.stringify(run);
    if (text !== '' && !text.includes('no-artifact') && !text.includes('there is no workflow artifact')) return run;
    await sleep(500);
  }
}

/** A zip with a manifest of `orders` and as many others as it takes. */
function zipOf(orders: string): Buffer {
  const entry: Json = aModel('filler');
  const many = Array.from({ length: Math.round(bytes / 8_600) }, (_, at) => {
    // Each its own: a zip that is nothing but repetition is refused.
    const description = randomBytes(50).toString('hex').repeat(40);
    const columns = { id: { name: 'id', description } };
    const name = `f${at}`;
    return JSON.stringify({ ...entry, unique_id: `model.shop.${name}`, name, alias: name, description, columns });
  });
  const own = byId(aModel('orders', { raw_code: orders, compiled_code: orders }));
  const text = JSON.stringify(aManifest({ nodes: own })).replace(
    '"nodes":{',
    () => `"nodes":{${many.map((model, at) => `"model.shop.f${at}":${model}`).join(',')},`,
  );
  return makeZip([{ name: 'manifest.json', content: text }]);
}
