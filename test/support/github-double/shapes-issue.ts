import type { Json } from './json.ts';
import { association, labelJson, nodeId, repositoryUrl, repositoryWebUrl, userJson } from './shapes.ts';
import type { PullRequest, Repository } from './state.ts';
import type { World } from './world.ts';

/** A pull request as an issue: the same number, with a `pull_request` field. */
export function issueJson(world: World, repository: Repository, pull: PullRequest): Json {
  const api = repositoryUrl(world, repository);
  const web = `${repositoryWebUrl(world, repository)}/pull/${String(pull.number)}`;
  return {
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    number: pull.number,
    url: `${api}/issues/${String(pull.number)}`,
    repository_url: api,
    html_url: web,
    title: pull.title,
    body: pull.body,
    user: userJson(world, pull.user),
    labels: pull.labels.map((label) => labelJson(world, repository, label)),
    state: pull.state,
    locked: false,
    assignees: [],
    milestone: null,
    comments: pull.comments.length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: association(pull.user),
    draft: pull.draft,
    pull_request: {
      url: `${api}/pulls/${String(pull.number)}`,
      html_url: web,
      merged_at: pull.merged ? pull.closedAt : null,
    },
  };
}
