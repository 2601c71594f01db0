import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultPermissions } from '../support/github-double/app-identity.ts';
import { git } from '../support/github-double/git.ts';
import type { GitHubDouble } from '../support/github-double/index.ts';
import { aShop, openPaid, openUnheard, predicatesOf, startShop } from '../support/merges.ts';
import { aFolder, runCli } from '../support/run-cli.ts';
import { type RunningApp, startAppFor } from '../support/running-app.ts';

/** Merges against what the App had said, and the head of the log in the customer's own repository. */

let github: GitHubDouble;
let app: RunningApp;
const folder = aFolder();

beforeAll(async () => {
  github = await startShop();
  app = await startAppFor(github);
});

afterAll(async () => {
  folder.remove();
  await app.close();
  await github.close();
});

type Repository = GitHubDouble['repository'];

/** Opens a pull request that is not reviewed: what is at stake is what comes after. */
function open(repository: Repository, words = {}): Promise<number> {
  return openUnheard(github, app, { repository, words });
}

async function merge(repository: Repository, number: number, user = 'cy'): Promise<void> {
  await repository.mergePullRequest(number, { user });
  await app.settled();
}

describe('a merge against what the App had said', () => {
  it('is recorded with who did it, of which gates, and whether the branch needed them', async () => {
    const repository = await aShop(github, 'overridden');
    repository.requireChecks('main', ['weirkeeper / row-count']);
    repository.requireChecks('main', ['weirkeeper / pii'], 'protection');
    const number = await openPaid(app, repository);
    await merge(repository, number);

    const [review] = await predicatesOf(app, repository, 'analysed');
    expect(review).toMatchObject({ verdict: 'unknown', policy: { mode: 'enforcing' } });
    const lines = await predicatesOf(app, repository);
    expect(lines.map(({ event }) => event)).toEqual(['key', 'opened', 'analysed', 'merged', 'overridden']);
    const [overridden] = await predicatesOf(app, repository, 'overridden');
    const { sha: head } = repository.pull(number).head;
    // The review's digest is what the record after it names as the one before.
    const [{ prev } = {}] = await predicatesOf(app, repository, 'merged');
    const of = { result: 'UNKNOWN', by: 'cy', at: repository.pull(number).closedAt };
    expect(overridden).toMatchObject({ pullNumber: number, change: { head }, review: `sha256:${prev as string}` });
    expect(overridden?.['overrides']).toEqual(
      expect.arrayContaining([
        { ...of, subject: 'gate row-count', required: true },
        { ...of, subject: 'gate pii', required: true },
        { ...of, subject: 'gate state', required: false },
      ]),
    );
    expect(JSON.stringify(overridden)).not.toContain('deep-review');
  });

  it('is none where the policy is advisory', async () => {
    const repository = await aShop(github, 'advisory', 'version: 1\nmode: advisory\n');
    const number = await openPaid(app, repository);
    await merge(repository, number);
    expect(await predicatesOf(app, repository, 'merged')).toHaveLength(1);
    expect(await predicatesOf(app, repository, 'overridden')).toEqual([]);
  });

  it('before any review of the merged head is one of the review as a whole; rules that GitHub does not tell are not known', async () => {
    const repository = await aShop(github, 'unreviewed');
    const message = 'Upgrade to GitHub Pro or make this repository public to enable this feature.';
    github.faults.next({ method: 'GET', path: /\/rules\/branches\/main$/, status: 403, body: { message } });
    const number = await openPaid(app, repository);
    github.loseNextDeliveries(2);
    await repository.pushCommit(number, { message: 'More', files: { 'models/items.sql': 'select 3\n' } });
    await merge(repository, number);
    const overrides = [{ subject: 'review', result: 'NONE', by: 'cy', required: null }];
    expect(await predicatesOf(app, repository, 'overridden')).toMatchObject([{ review: null, overrides }]);
  });

  it('names the label of the App that a person took off', async () => {
    const repository = await aShop(github, 'waived', 'version: 1\nmode: advisory\n');
    const message = 'Count paid orders alone\n\nCo-Authored-By: Claude <noreply@anthropic.com>';
    const commits = [{ message, files: { 'models/orders.sql': 'select 1\n' } }];
    const number = await openPaid(app, repository, { commits });
    expect(repository.publishedState(number).labels).toContain('needs-senior-review');
    await repository.removeLabelAs('dee', number, 'needs-senior-review');
    await app.settled();
    await merge(repository, number);
    const overrides = [
      { subject: 'label senior', result: 'REMOVED', by: 'dee', required: false, at: expect.any(String) },
    ];
    expect(await predicatesOf(app, repository, 'overridden')).toMatchObject([{ overrides }]);
  });
});

const pushed = 'version: 1\naudit: { checkpoints: ref }\n';

describe('a checkpoint', () => {
  it('is not asked for by default, so that reading contents is enough', async () => {
    const repository = await aShop(github, 'unasked');
    await merge(repository, await open(repository));
    await expect(git(repository.directory, ['rev-parse', 'refs/weirkeeper/audit'])).rejects.toThrow();
    expect(app.logText()).not.toContain('the checkpoint of the log was not taken');
  });

  it('that the permission is missing for is logged with what to do, and stops no record', async () => {
    const repository = await aShop(github, 'forbidden', pushed);
    await merge(repository, await open(repository));
    expect(await predicatesOf(app, repository, 'merged')).toHaveLength(1);
    const told = app
      .logText()
      .split('\n')
      .filter((line) => line.includes('the checkpoint of the log was not taken'));
    expect(told.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'warn',
        repository: repository.fullName,
        err: {
          code: 'github-permission',
          message: expect.stringMatching(/lacks the permission contents=write .*grant it/),
        },
      },
    ]);
  });

  describe('with the permission contents: write', () => {
    let repository: Repository;
    let number: number;
    beforeAll(async () => {
      github.setPermissions({ ...defaultPermissions, contents: 'write' });
      github.expireTokens();
      repository = await aShop(github, 'checkpoints', pushed);
      number = await openPaid(app, repository);
      repository.reviewAs('bo', number, 'APPROVED');
      await merge(repository, number);
      await repository.commitTo('main', {
        message: 'Go on',
        files: { 'models/items.sql': 'select 3\n' },
        author: 'bo',
      });
      await merge(repository, await open(repository, { headRef: 'next', files: { 'models/next.sql': 'select 4\n' } }));
    });

    const show = async (...args: readonly string[]) => (await git(repository.directory, args)).toString().trim();

    it('lies in the repository, one commit a merge on top of the one before, and no branch was touched', async () => {
      expect(await show('rev-list', '--count', 'refs/weirkeeper/audit')).toBe('2');
      expect(await show('ls-tree', '-r', '--name-only', 'refs/weirkeeper/audit')).toBe('checkpoint.jsonl');
      expect(github.forbidden).toEqual([]);
    });

    it('is pushed by the daily look only when the log has grown', async () => {
      await app.lookAt(repository.fullName, github.installationId);
      expect(await show('rev-list', '--count', 'refs/weirkeeper/audit')).toBe('2');
    });

    it('holds the exported log, with its keys and this repository alone and no network', async () => {
      const lines = await app.auditLines(repository.fullName);
      const log = folder.write('audit.jsonl', `${lines.join('\n')}\n`);
      const keys = folder.write('keys.json', await app.get('/keys'));
      const verify = (file: string) => runCli('audit', 'verify', file, '--key', keys, '--git', repository.directory);
      const { code, out, err } = await verify(log);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain(`agrees with 2 checkpoints, the last at record ${String(lines.length)}`);
      expect(out).toMatch(/git: \d+ commits, 1 policy digest and 1 approval compared; all agree/);
      expect(out).not.toContain('may have been cut off');

      const cut = await verify(folder.write('cut.jsonl', `${lines.slice(0, -1).join('\n')}\n`));
      expect(cut).toMatchObject({ code: 1, err: expect.stringContaining('its end was cut off') });
    });

    it('goes on when another process has moved the ref in between', async () => {
      github.faults.next({
        method: 'PATCH',
        path: /weirkeeper\/audit$/,
        status: 422,
        body: { message: 'Update is not a fast forward' },
      });
      await merge(
        repository,
        await open(repository, { headRef: 'third', files: { 'models/third.sql': 'select 5\n' } }),
      );
      expect(await show('rev-list', '--count', 'refs/weirkeeper/audit')).toBe('3');
    });

    it('that rules of pushes refuse is logged as theirs', async () => {
      github.faults.next({
        method: 'PATCH',
        path: /weirkeeper\/audit$/,
        status: 422,
        times: 3,
        body: { message: 'Repository rule violations found' },
      });
      await merge(
        repository,
        await open(repository, { headRef: 'fourth', files: { 'models/fourth.sql': 'select 6\n' } }),
      );
      expect(app.logText()).toContain('checkpoint-refused');
      expect(await show('rev-list', '--count', 'refs/weirkeeper/audit')).toBe('3');
    });
  });
});
