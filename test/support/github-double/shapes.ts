import type { Commit } from './git.ts';
import type { Json } from './json.ts';
import type { App, IssueComment, IssueEvent, Label, Reaction, Repository, State, User } from './state.ts';
import { fullName } from './state.ts';
import type { World } from './world.ts';

/** GitHub's JSON for accounts, repositories, commits and what hangs on an issue. */

export function nodeId(prefix: string, id: number | string): string {
  return `${prefix}_kwDO${String(id)}`;
}

export function userJson(world: World, user: User): Json {
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId('U', user.id),
    avatar_url: `${world.webUrl}/avatars/${String(user.id)}`,
    url: `${world.url()}/users/${encodeURIComponent(user.login)}`,
    html_url: `${world.webUrl}/${user.login.endsWith('[bot]') ? `apps/${user.login.slice(0, -5)}` : user.login}`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

export function appJson(world: World, app: App): Json {
  return {
    id: app.id,
    client_id: `Iv23li${String(app.id)}`,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: userJson(world, app.owner),
    name: app.name,
    description: '',
    external_url: `${world.webUrl}/apps/${app.slug}`,
    html_url: `${world.webUrl}/apps/${app.slug}`,
    created_at: '2026-01-05T08:00:00Z',
    updated_at: '2026-01-05T08:00:00Z',
    permissions: { metadata: 'read', ...app.permissions },
    events: app.events,
  };
}

export function repositoryUrl(world: World, repository: Repository): string {
  return `${world.url()}/repos/${fullName(repository)}`;
}

export function repositoryWebUrl(world: World, repository: Repository): string {
  return `${world.webUrl}/${fullName(repository)}`;
}

export function repositoryJson(world: World, repository: Repository): Json {
  const api = repositoryUrl(world, repository);
  const web = repositoryWebUrl(world, repository);
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    visibility: repository.private ? 'private' : 'public',
    owner: userJson(world, repository.owner),
    html_url: web,
    description: null,
    fork: repository.parent !== null,
    url: api,
    pulls_url: `${api}/pulls{/number}`,
    issues_url: `${api}/issues{/number}`,
    contents_url: `${api}/contents/{+path}`,
    compare_url: `${api}/compare/{base}...{head}`,
    commits_url: `${api}/commits{/sha}`,
    trees_url: `${api}/git/trees{/sha}`,
    clone_url: `${web}.git`,
    default_branch: repository.defaultBranch,
    archived: false,
    disabled: false,
    created_at: '2026-01-05T08:00:00Z',
    pushed_at: '2026-01-05T08:00:00Z',
    updated_at: '2026-01-05T08:00:00Z',
  };
}

/** A commit as in lists of commits; the accounts are those whose address the commit carries. */
export function commitJson(world: World, repository: Repository, commit: Commit): Json {
  const api = repositoryUrl(world, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${repositoryWebUrl(world, repository)}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: accountJson(world, commit.author.email),
    committer: accountJson(world, commit.committer.email),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${repositoryWebUrl(world, repository)}/commit/${sha}`,
    })),
  };
}

function accountJson(world: World, email: string): Json | null {
  const user = accountByEmail(world.state, email);
  return user === null ? null : userJson(world, user);
}

export function accountByEmail(state: State, email: string): User | null {
  return state.users.find((user) => user.email.toLowerCase() === email.toLowerCase()) ?? null;
}

export function labelJson(world: World, repository: Repository, label: Label): Json {
  return {
    id: label.id,
    node_id: nodeId('LA', label.id),
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export function commentJson(world: World, repository: Repository, number: number, comment: IssueComment): Json {
  const api = repositoryUrl(world, repository);
  const page = `${repositoryWebUrl(world, repository)}/pull/${String(number)}`;
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url: `${api}/issues/comments/${String(comment.id)}`,
    html_url: `${page}#issuecomment-${String(comment.id)}`,
    issue_url: `${api}/issues/${String(number)}`,
    body: comment.body,
    user: userJson(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(comment.user),
    reactions: reactionCounts(comment.reactions),
    performed_via_github_app: comment.viaApp ? appJson(world, world.app) : null,
  };
}

export function reactionJson(world: World, reaction: Reaction): Json {
  return {
    id: reaction.id,
    node_id: nodeId('REA', reaction.id),
    user: userJson(world, reaction.user),
    content: reaction.content,
    created_at: reaction.createdAt,
  };
}

export function issueEventJson(world: World, repository: Repository, event: IssueEvent): Json {
  return {
    id: event.id,
    node_id: nodeId('EV', event.id),
    url: `${repositoryUrl(world, repository)}/issues/events/${String(event.id)}`,
    actor: userJson(world, event.actor),
    event: event.event,
    commit_id: null,
    commit_url: null,
    created_at: event.createdAt,
    performed_via_github_app: event.viaApp ? appJson(world, world.app) : null,
    ...(event.label === null ? {} : { label: { name: event.label.name, color: event.label.color } }),
  };
}

export function association(user: User): string {
  switch (user.role) {
    case 'admin':
    case 'maintain':
    case 'write':
    case 'triage':
      return 'MEMBER';
    case 'read':
      return 'CONTRIBUTOR';
    case 'none':
      return 'NONE';
  }
}

function reactionCounts(reactions: readonly Reaction[]): Json {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  const count = (kind: string): number => reactions.filter((reaction) => reaction.content === kind).length;
  return { total_count: reactions.length, ...Object.fromEntries(kinds.map((kind) => [kind, count(kind)])) };
}
