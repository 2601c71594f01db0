import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  demoNumbers,
  finishDemoBuild,
  openDemoPullRequest,
  readDemoPullRequest,
  startDemoGitHub,
} from './demo-pull-requests.ts';
import type { GitHubDouble } from './github-double/index.ts';

let github: GitHubDouble;

beforeAll(async () => {
  github = await startDemoGitHub();
});

afterAll(() => github.close());

it.each(demoNumbers)('plays pull request %i with its author, commits and artifacts', async (number) => {
  const opened = await openDemoPullRequest(github, number);
  await finishDemoBuild(opened);

  const { commits, user } = readDemoPullRequest(number);
  expect(opened.pull).toMatchObject({ number, user: { login: user.login, id: user.id } });
  expect(await commitsOnGitHub(number)).toEqual(
    commits.map(({ message, author, login }) => ({
      author: { login },
      commit: { message: message.trim(), author },
    })),
  );
  const { artifacts } = github.repository.state;
  expect(artifacts.filter(({ name }) => name === 'dbt-base')).toHaveLength(1);
  expect(artifacts.findLast(({ name }) => name === 'dbt-head')?.run?.headSha).toBe(opened.pull.head.sha);
});

async function commitsOnGitHub(number: number): Promise<unknown> {
  const url = `${github.url}/repos/${github.repository.fullName}/pulls/${String(number)}/commits`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${github.issueToken()}` } });
  const commits = (await response.json()) as readonly {
    readonly author: { readonly login: string } | null;
    readonly commit: { readonly message: string; readonly author: { readonly name: string; readonly email: string } };
  }[];
  return commits.map(({ author, commit: { message, author: by } }) => ({
    author: author === null ? null : { login: author.login },
    commit: { message: message.trim(), author: { name: by.name, email: by.email } },
  }));
}
