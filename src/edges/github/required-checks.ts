import { DeploymentError, RepositoryError } from '#core/base';
import type { Octokit } from './connect.ts';
import { takeItems } from './pages.ts';
import { ownerAndRepo } from './target.ts';

/** More rules of one branch are not read. */
const ruleLimit = 1_000;

/**
 * Names of the check runs that a merge to the branch needs: by rulesets of the repository and its organization, which need no
 * permission to read, and by branch protection, which GitHub shows in part to whoever may read contents. Null when GitHub
 * tells neither: older servers have no rules to ask for, and it refuses them (403) where the plan has none.
 */
export async function readRequiredChecks(
  octokit: Octokit,
  repository: string,
  branch: string,
): Promise<readonly string[] | null> {
  const at = { ...ownerAndRepo(repository), branch };
  try {
    const pages = octokit.paginate.iterator(octokit.rest.repos.getBranchRules, { ...at, per_page: 100 });
    const ofRules = (await takeItems(pages, ruleLimit)).items.flatMap((rule) =>
      rule.type === 'required_status_checks' ? (rule.parameters?.required_status_checks ?? []) : [],
    );
    const { data } = await octokit.rest.repos.getBranch(at);
    const ofProtection = data.protection.required_status_checks?.contexts ?? [];
    return [...new Set([...ofRules.map(({ context }) => context), ...ofProtection])];
  } catch (error) {
    if (error instanceof RepositoryError || error instanceof DeploymentError) return null;
    throw error;
  }
}
