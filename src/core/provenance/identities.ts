import type { Commit, PullRequest } from '#core/change';
import { plainBots, toolOfEmail, toolOfLogin } from './agents.ts';
import type { AssistanceEvidence } from './assistance.ts';

/** Accounts and addresses that belong to a tool: the pull request's author, and who wrote or committed each commit. */
export function detectIdentities(pullRequest: PullRequest): readonly AssistanceEvidence[] {
  const found: AssistanceEvidence[] = [];
  const author = pullRequest.author.login;
  const tool = plainBots.includes(author.toLowerCase()) ? null : toolOfLogin(author);
  if (tool !== null) found.push({ kind: 'login', where: 'author', tool, text: author, score: 95 });
  for (const commit of pullRequest.commits) found.push(...ofCommit(commit));
  return found;
}

function ofCommit(commit: Commit): readonly AssistanceEvidence[] {
  const where = `commit ${commit.sha.slice(0, 7)}`;
  for (const login of [commit.authorLogin, commit.committerLogin]) {
    const tool = login === null ? null : toolOfLogin(login);
    if (tool !== null && login !== null) return [{ kind: 'login', where, tool, text: login, score: 95 }];
  }
  for (const email of [commit.authorEmail, commit.committerEmail]) {
    const tool = toolOfEmail(email);
    if (tool !== null) return [{ kind: 'email', where, tool, text: email, score: 90 }];
  }
  // Aider signs by a suffix to the person's own name unless told otherwise.
  if (/ \(aider\)$/i.test(commit.authorName) || / \(aider\)$/i.test(commit.committerName)) {
    return [{ kind: 'name', where, tool: 'Aider', text: commit.authorName, score: 90 }];
  }
  return [];
}
