import { join } from 'node:path';
import type { FileChanges } from './git.ts';
import { startHistory } from './history.ts';
import type { Json } from './json.ts';
import { type PublishedState, publishedState } from './published.ts';
import { accountOf, type Delivery, fullName, nextId, type Repository, type User } from './state.ts';
import { type CheckVerbs, checkVerbs } from './verbs-checks.ts';
import { type MergeVerbs, mergeVerbs } from './verbs-merges.ts';
import { type PullVerbs, pullVerbs } from './verbs-pulls.ts';
import type { Webhooks } from './webhooks.ts';
import type { World } from './world.ts';

export interface NewRepository {
  readonly owner?: string;
  readonly name?: string;
  readonly ownerType?: User['type'];
  readonly private?: boolean;
  /** Files of the first commit on `main`. */
  readonly files?: FileChanges;
  readonly installed?: boolean;
  /** The App's first installation unless given. */
  readonly installationId?: number;
}

/** One repository: its people's verbs, its CI, and what was published in it. */
export interface RepositoryDouble extends PullVerbs, CheckVerbs, MergeVerbs {
  readonly owner: string;
  readonly name: string;
  readonly fullName: string;
  readonly id: number;
  /** The bare git repository on disk. */
  readonly directory: string;
  readonly publishedState: (number: number, headSha?: string) => PublishedState;
  readonly state: Repository;
}

/** Makes a repository with its first commit and hands out the verbs on it. */
export async function createRepository(
  world: World,
  webhooks: Webhooks,
  directory: string,
  wanted: NewRepository,
): Promise<RepositoryDouble> {
  const { state } = world;
  const owner = accountOf(state, wanted.owner ?? 'acme', 'admin', wanted.ownerType ?? 'Organization');
  const id = nextId(state, 'repository', 1_001);
  const name = wanted.name ?? 'analytics';
  const repository: Repository = {
    id,
    owner,
    name,
    private: wanted.private ?? true,
    parent: null,
    defaultBranch: 'main',
    directory: join(directory, `${String(id)}.git`),
    refPrefix: 'refs/heads/',
    installed: wanted.installed ?? true,
    installationId: wanted.installationId ?? world.app.installationId,
    labels: [],
    pulls: [],
    checkRuns: [],
    workflowRuns: [],
    artifacts: [],
    requiredChecks: [],
  };
  await startHistory(state, repository, wanted.files ?? { 'README.md': `# ${name}\n` });
  state.repositories.push(repository);
  const tell = async (event: string, payload: Json): Promise<Delivery | null> =>
    webhooks.hasUrl() && world.app.events.includes(event) ? webhooks.deliver(event, payload) : null;
  const stage = { world, repository, webhooks, account: (login: string): User => accountOf(state, login), tell };
  const pulls = pullVerbs(stage);
  return {
    ...pulls,
    ...checkVerbs(stage, pulls.pull),
    ...mergeVerbs(stage, pulls),
    owner: owner.login,
    name,
    fullName: fullName(repository),
    id,
    directory: repository.directory,
    publishedState: (number, headSha) => publishedState(world, repository, pulls.pull(number), headSha),
    state: repository,
  };
}
