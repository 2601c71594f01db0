import { readLogLine } from '#core/audit';
import type { JsonObject } from '#core/base';
import { type GitHubDouble, startGitHubDouble } from './github-double/index.ts';
import type { RunningApp } from './running-app.ts';

/** A small dbt project on a GitHub double, without artifacts: what is looked at is what becomes of its pull requests. */

type Repository = GitHubDouble['repository'];
type NewPullRequest = Parameters<Repository['openPullRequest']>[0];

const orders = 'models/orders.sql';
const before = 'select order_id, amount\nfrom raw_orders\n';
const after = "select order_id, amount\nfrom raw_orders\nwhere status = 'paid'\n";

const projectFiles: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shop\n',
  [orders]: before,
  'models/items.sql': 'select item_id\nfrom raw_items\n',
};

/** Its repository `shop/warehouse` is there, but the scenes play in others, one each; the App does not hear of itself. */
export function startShop(): Promise<GitHubDouble> {
  return startGitHubDouble({ owner: 'shop', name: 'warehouse', files: projectFiles, echo: false });
}

/** A repository of its own for one scene; `policy` is its `.github/weirkeeper.yml`. */
export function aShop(github: GitHubDouble, name: string, policy?: string): Promise<Repository> {
  const files = policy === undefined ? projectFiles : { ...projectFiles, '.github/weirkeeper.yml': policy };
  return github.addRepository({ owner: 'shop', name, files });
}

/** Opens `Count paid orders alone` by ada, or with other words, and waits until it is reviewed. */
export async function openPaid(
  app: RunningApp,
  repository: Repository,
  words: Partial<NewPullRequest> = {},
): Promise<number> {
  const wanted = {
    title: 'Count paid orders alone',
    user: 'ada',
    headRef: 'paid',
    files: { [orders]: after },
    ...words,
  };
  const { number } = await repository.openPullRequest(wanted);
  await app.settled();
  return number;
}

/** Opens the same before the App is there to hear of it, so that nothing is reviewed: it hears of what comes then. */
export async function openUnheard(
  github: GitHubDouble,
  app: RunningApp,
  { repository, words }: { readonly repository: Repository; readonly words?: Partial<NewPullRequest> },
): Promise<number> {
  github.setWebhookUrl(null);
  const number = await openPaid(app, repository, words);
  github.setWebhookUrl(app.webhookUrl);
  return number;
}

/** A pull request that changes the line which `openPaid` adds, and says so as told. */
export function onPaidLine(title: string): NewPullRequest {
  const files = { [orders]: after.replace("= 'paid'", "in ('paid', 'refunded')") };
  return { title, user: 'bo', headRef: 'refunds', files };
}

/** The model as it was before `openPaid`. */
export const asBefore: Readonly<Record<string, string>> = { [orders]: before };

/** Predicates of the repository's log, of one event when one is named. Throws when a line does not hold by itself. */
export async function predicatesOf(
  app: RunningApp,
  repository: Repository,
  event?: string,
): Promise<readonly JsonObject[]> {
  const lines = await app.auditLines(repository.fullName);
  const entries = lines.map((line) => {
    const read = readLogLine(line);
    if (!read.ok) throw new Error(read.reason);
    return read.entry;
  });
  return entries.filter((entry) => event === undefined || entry.event === event).map(({ body }) => body);
}

/** State, confidence and evidence of each outcome on record of one pull request, in order. */
export async function outcomesOf(
  app: RunningApp,
  repository: Repository,
  pullNumber: number,
): Promise<readonly unknown[]> {
  const outcomes = await predicatesOf(app, repository, 'outcome');
  return outcomes.filter((body) => body['pullNumber'] === pullNumber).map((body) => body['outcome']);
}
