import { ApiError } from './errors.ts';
import { readCommit, resolveCommit } from './git.ts';
import { pageOf } from './pages.ts';
import { commitJson } from './shapes.ts';
import { ok, type Reply, type RepositoryCall, type Route, repositoryRoute } from './world.ts';

/** Branches, and which check runs a merge to them needs: by a ruleset, or by branch protection of old. */
export const branchRuleRoutes: readonly Route[] = [
  repositoryRoute(
    'GET',
    '/branches/:branch',
    { needs: ['contents:read'], docs: 'branches/branches#get-a-branch' },
    getBranch,
  ),
  repositoryRoute(
    'GET',
    '/rules/branches/:branch',
    { needs: ['metadata:read'], docs: 'repos/rules#get-rules-for-a-branch' },
    getRules,
  ),
];

async function getBranch({ world, repository, params }: RepositoryCall): Promise<Reply> {
  const name = params['branch'] ?? '';
  const sha = await resolveCommit(repository.directory, `${repository.refPrefix}${name}`);
  if (sha === null) {
    throw new ApiError(404, 'Branch not found');
  }
  const commit = await readCommit(repository.directory, sha);
  const checks = requiredBy(repository, name, 'protection').map((context) => ({ context, app_id: world.app.id }));
  return ok({
    name,
    commit: commitJson(world, repository, commit),
    protected: repository.requiredChecks.some(({ branch }) => branch === name),
    protection: {
      enabled: checks.length > 0,
      required_status_checks: {
        enforcement_level: checks.length > 0 ? 'everyone' : 'off',
        contexts: checks.map(({ context }) => context),
        checks,
      },
    },
  });
}

function getRules(call: RepositoryCall): Reply {
  const { world, repository, params } = call;
  const names = requiredBy(repository, params['branch'] ?? '', 'ruleset');
  const required_status_checks = names.map((context) => ({ context, integration_id: world.app.id }));
  const parameters = { strict_required_status_checks_policy: false, required_status_checks };
  const of = { ruleset_source_type: 'Repository', ruleset_source: repository.name, ruleset_id: 42 };
  return pageOf(
    call,
    names.length === 0 ? [] : [{ type: 'required_status_checks', ...of, parameters }],
    (rule) => rule,
  );
}

function requiredBy(
  { requiredChecks }: RepositoryCall['repository'],
  branch: string,
  by: 'ruleset' | 'protection',
): readonly string[] {
  return requiredChecks.filter((check) => check.branch === branch && check.by === by).map(({ name }) => name);
}
