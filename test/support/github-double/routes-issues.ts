import { ApiError, invalidRequest, notFound, validationFailed } from './errors.ts';
import { utc } from './git.ts';
import { applyLabel, dropLabel, findLabel, makeLabel } from './issue-changes.ts';
import { isJson, oneOf, optionalText, requiredText } from './json.ts';
import { limits, utf8Bytes } from './limits.ts';
import { pageOf } from './pages.ts';
import { type IssueCommentAction, issueCommentPayload, pullRequestPayload } from './payloads.ts';
import { requirePull } from './routes-pulls.ts';
import { commentJson, issueEventJson, labelJson, reactionJson } from './shapes.ts';
import { issueJson } from './shapes-issue.ts';
import { type IssueComment, nextId, type PullRequest } from './state.ts';
import {
  created,
  integerParam,
  noContent,
  ok,
  type Reply,
  type RepositoryCall,
  type Route,
  repositoryRoute,
} from './world.ts';

const read = { needs: ['issues:read', 'pull_requests:read'], docs: 'issues/issues#get-an-issue' } as const;
const write = {
  needs: ['issues:write', 'pull_requests:write'],
  docs: 'issues/comments#create-an-issue-comment',
} as const;
const labels = { ...write, docs: 'issues/labels#add-labels-to-an-issue' } as const;

/** A pull request seen as an issue: comments, labels, events, reactions. */
export const issueRoutes: readonly Route[] = [
  repositoryRoute('GET', '/issues/comments/:id', { ...read, docs: 'issues/comments#get-an-issue-comment' }, (call) => {
    const { pull, comment } = requireComment(call);
    return ok(commentJson(call.world, call.repository, pull.number, comment));
  }),
  repositoryRoute(
    'PATCH',
    '/issues/comments/:id',
    { ...write, docs: 'issues/comments#update-an-issue-comment' },
    updateComment,
  ),
  repositoryRoute(
    'DELETE',
    '/issues/comments/:id',
    { ...write, docs: 'issues/comments#delete-an-issue-comment' },
    deleteComment,
  ),
  repositoryRoute(
    'POST',
    '/issues/comments/:id/reactions',
    { ...write, docs: 'reactions/reactions#create-reaction-for-an-issue-comment' },
    react,
  ),
  repositoryRoute('GET', '/issues/comments/:id/reactions', read, (call) =>
    pageOf(call, requireComment(call).comment.reactions, (reaction) => reactionJson(call.world, reaction)),
  ),
  repositoryRoute('GET', '/issues/:number', read, (call) =>
    ok(issueJson(call.world, call.repository, requirePull(call))),
  ),
  repositoryRoute(
    'GET',
    '/issues/:number/comments',
    { ...read, docs: 'issues/comments#list-issue-comments' },
    listComments,
  ),
  repositoryRoute('POST', '/issues/:number/comments', write, createComment),
  repositoryRoute(
    'GET',
    '/issues/:number/labels',
    { ...read, docs: 'issues/labels#list-labels-for-an-issue' },
    (call) => pageOf(call, requirePull(call).labels, (label) => labelJson(call.world, call.repository, label)),
  ),
  repositoryRoute('POST', '/issues/:number/labels', labels, addLabels),
  repositoryRoute(
    'DELETE',
    '/issues/:number/labels/:name',
    { ...labels, docs: 'issues/labels#remove-a-label-from-an-issue' },
    removeLabel,
  ),
  repositoryRoute('GET', '/issues/:number/events', { ...read, docs: 'issues/events#list-issue-events' }, (call) =>
    pageOf(call, requirePull(call).events, (event) => issueEventJson(call.world, call.repository, event)),
  ),
  repositoryRoute('GET', '/issues/:number/timeline', { ...read, docs: 'issues/timeline' }, timeline),
  repositoryRoute('GET', '/labels', { ...read, docs: 'issues/labels#list-labels-for-a-repository' }, (call) =>
    pageOf(call, call.repository.labels, (label) => labelJson(call.world, call.repository, label)),
  ),
  repositoryRoute('GET', '/labels/:name', { ...read, docs: 'issues/labels#get-a-label' }, (call) => {
    const label = findLabel(call.repository, call.params['name'] ?? '');
    if (label === null) {
      throw notFound();
    }
    return ok(labelJson(call.world, call.repository, label));
  }),
  repositoryRoute('POST', '/labels', { ...labels, docs: 'issues/labels#create-a-label' }, createLabel),
];

function listComments(call: RepositoryCall): Reply {
  const { number, comments } = requirePull(call);
  const since = call.query.get('since');
  const shown = comments.filter((comment) => since === null || Date.parse(comment.updatedAt) >= Date.parse(since));
  return pageOf(call, shown, (comment) => commentJson(call.world, call.repository, number, comment));
}

function createComment(call: RepositoryCall): Reply {
  const { world, repository } = call;
  const pull = requirePull(call);
  const now = utc(new Date(world.now()));
  const comment: IssueComment = {
    id: nextId(world.state, 'comment', 20_001),
    user: world.bot,
    viaApp: true,
    createdAt: now,
    updatedAt: now,
    body: readBody(call),
    minimizedReason: null,
    reactions: [],
  };
  pull.comments.push(comment);
  announce(call, pull, comment, 'created');
  return created(commentJson(world, repository, pull.number, comment));
}

function updateComment(call: RepositoryCall): Reply {
  const { world, repository } = call;
  const { pull, comment } = requireComment(call);
  comment.body = readBody(call);
  comment.updatedAt = utc(new Date(world.now()));
  announce(call, pull, comment, 'edited');
  return ok(commentJson(world, repository, pull.number, comment));
}

function deleteComment(call: RepositoryCall): Reply {
  const { pull, comment } = requireComment(call);
  pull.comments.splice(pull.comments.indexOf(comment), 1);
  announce(call, pull, comment, 'deleted');
  return noContent;
}

function readBody({ body }: RepositoryCall): string {
  const text = requiredText(body, 'body');
  if (text.trim() === '') {
    throw validationFailed([
      { resource: 'IssueComment', code: 'custom', field: 'body', message: "body can't be blank" },
    ]);
  }
  if (utf8Bytes(text) > limits.commentBytes.value) {
    const message = 'body is too long (maximum is 65536 characters)';
    throw validationFailed([{ resource: 'IssueComment', code: 'custom', field: 'body', message }]);
  }
  return text;
}

function react(call: RepositoryCall): Reply {
  const { world, body } = call;
  const { comment } = requireComment(call);
  const kinds = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;
  const content = oneOf('content', requiredText(body, 'content'), kinds);
  const before = comment.reactions.find((reaction) => reaction.user === world.bot && reaction.content === content);
  if (before !== undefined) {
    return ok(reactionJson(world, before));
  }
  const reaction = {
    id: nextId(world.state, 'reaction', 60_001),
    user: world.bot,
    content,
    createdAt: utc(new Date(world.now())),
  };
  comment.reactions.push(reaction);
  return created(reactionJson(world, reaction));
}

async function addLabels(call: RepositoryCall): Promise<Reply> {
  const { world, repository, body } = call;
  const pull = requirePull(call);
  const names = Array.isArray(body['labels']) ? body['labels'].map(labelName) : [];
  for (const name of names) {
    const label = applyLabel(world, repository, pull, { name, actor: world.bot, viaApp: true });
    if (label !== null) {
      const payload = await pullRequestPayload(world, repository, pull, {
        action: 'labeled',
        sender: world.bot,
        label,
      });
      world.announce('pull_request', repository, payload);
    }
  }
  return ok(pull.labels.map((label) => labelJson(world, repository, label)));
}

function labelName(item: unknown): string {
  const name = isJson(item) ? item['name'] : item;
  if (typeof name !== 'string') {
    throw invalidRequest(`For 'items', ${JSON.stringify(item)} is not a string.`);
  }
  return name;
}

async function removeLabel(call: RepositoryCall): Promise<Reply> {
  const { world, repository, params } = call;
  const pull = requirePull(call);
  const label = dropLabel(world, pull, { name: params['name'] ?? '', actor: world.bot, viaApp: true });
  if (label === null) {
    throw new ApiError(404, 'Label does not exist');
  }
  const payload = await pullRequestPayload(world, repository, pull, { action: 'unlabeled', sender: world.bot, label });
  world.announce('pull_request', repository, payload);
  return ok(pull.labels.map((left) => labelJson(world, repository, left)));
}

function createLabel({ world, repository, body }: RepositoryCall): Reply {
  const name = requiredText(body, 'name');
  if (findLabel(repository, name) !== null) {
    throw validationFailed([{ resource: 'Label', code: 'already_exists', field: 'name' }]);
  }
  const color = optionalText(body, 'color') ?? 'ededed';
  const label = makeLabel(world, repository, { name, color, description: optionalText(body, 'description') });
  return created(labelJson(world, repository, label));
}

function timeline(call: RepositoryCall): Reply {
  const { world, repository } = call;
  const pull = requirePull(call);
  const events = pull.events.map((event) => ({ at: event.createdAt, json: issueEventJson(world, repository, event) }));
  const comments = pull.comments.map((comment) => {
    const json = { ...commentJson(world, repository, pull.number, comment), event: 'commented' };
    return { at: comment.createdAt, json: { ...json, actor: json['user' as keyof typeof json] } };
  });
  const items = [...events, ...comments].toSorted((a, b) => a.at.localeCompare(b.at));
  return pageOf(call, items, (item) => item.json);
}

function requireComment(call: RepositoryCall): { readonly pull: PullRequest; readonly comment: IssueComment } {
  const id = integerParam(call, 'id');
  for (const pull of call.repository.pulls) {
    const comment = pull.comments.find((candidate) => candidate.id === id);
    if (comment !== undefined) {
      return { pull, comment };
    }
  }
  throw notFound();
}

function announce(call: RepositoryCall, pull: PullRequest, comment: IssueComment, action: IssueCommentAction): void {
  const { world, repository } = call;
  const payload = issueCommentPayload(world, repository, pull, { action, comment, sender: world.bot });
  world.announce('issue_comment', repository, payload);
}
