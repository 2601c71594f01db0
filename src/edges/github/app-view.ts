import { type Sha, toSha } from '#core/base';
import type { Octokit } from './connect.ts';
import type { Connections } from './connections.ts';
import { takeItems } from './pages.ts';
import { ownerAndRepo } from './target.ts';

/** GitHub keeps deliveries for three days (docs: redelivering webhooks); no more than these are looked through. */
const deliveryLimit = 5_000;
const installationLimit = 10_000;
const repositoryLimit = 5_000;
const pullLimit = 1_000;

/** One attempt to deliver a webhook, as GitHub remembers it. */
export interface DeliveryAttempt {
  /** GitHub's number of this attempt: what `redeliver` takes. */
  readonly id: number;
  /** `X-GitHub-Delivery`: the same for all attempts. */
  readonly deliveryId: string;
  readonly succeeded: boolean;
}

/** An open pull request as it is now. */
export interface OpenPullRequest {
  readonly number: number;
  readonly headSha: Sha;
  readonly updatedAt: Date;
}

/** What the App can see of itself: its webhook deliveries, where it is installed, and what is open there. */
export interface AppView {
  /** Attempts since a moment, newest first. */
  listDeliveries(since: Date): Promise<readonly DeliveryAttempt[]>;
  /** Asks GitHub to send a delivery again, under the same `X-GitHub-Delivery`. */
  redeliver(attemptId: number): Promise<void>;
  /** Installations that are not suspended. */
  listInstallations(): Promise<readonly number[]>;
  /** `owner/name` of every repository of an installation that is not archived. */
  listRepositories(installationId: number): Promise<readonly string[]>;
  listOpenPullRequests(installationId: number, repository: string): Promise<readonly OpenPullRequest[]>;
}

/** The App's view of itself, by GitHub's REST API. */
export function createAppView({ app, overview }: Pick<Connections, 'app' | 'overview'>): AppView {
  return {
    listDeliveries: (since) => listDeliveries(app(), since),
    async redeliver(attemptId) {
      await app().rest.apps.redeliverWebhookDelivery({ delivery_id: attemptId });
    },
    async listInstallations() {
      const pages = app().paginate.iterator(app().rest.apps.listInstallations, { per_page: 100 });
      const { items } = await takeItems(pages, installationLimit);
      return items.filter((item) => item.suspended_at === null).map((item) => item.id);
    },
    async listRepositories(installationId) {
      const client = overview(installationId);
      const pages = client.paginate.iterator(client.rest.apps.listReposAccessibleToInstallation, { per_page: 100 });
      const { items } = await takeItems(pages, repositoryLimit);
      return items.filter((item) => !item.archived).map((item) => item.full_name);
    },
    async listOpenPullRequests(installationId, repository) {
      const client = overview(installationId);
      const place = { ...ownerAndRepo(repository), state: 'open', sort: 'updated', direction: 'desc' } as const;
      const pages = client.paginate.iterator(client.rest.pulls.list, { ...place, per_page: 100 });
      const { items } = await takeItems(pages, pullLimit);
      return items.map((pull) => ({
        number: pull.number,
        headSha: toSha(pull.head.sha),
        updatedAt: new Date(pull.updated_at),
      }));
    },
  };
}

async function listDeliveries(app: Octokit, since: Date): Promise<readonly DeliveryAttempt[]> {
  const attempts: DeliveryAttempt[] = [];
  for await (const { data } of app.paginate.iterator(app.rest.apps.listWebhookDeliveries, { per_page: 100 })) {
    for (const item of data) {
      if (new Date(item.delivered_at) < since) return attempts;
      const succeeded = item.status_code >= 200 && item.status_code < 300;
      attempts.push({ id: item.id, deliveryId: item.guid, succeeded });
    }
    if (attempts.length >= deliveryLimit) break;
  }
  return attempts;
}
