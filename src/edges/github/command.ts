import type { IssueCommentEvent } from './schema.ts';

/** Those who GitHub says belong to the repository (docs: comment author association). */
const members: readonly string[] = ['OWNER', 'MEMBER', 'COLLABORATOR'];

/**
 * The command that a comment gives, one at most: a line that is `/weirkeeper review` or `/weirkeeper deep-review` and
 * nothing else. Null for comments by bots, and for people who may not ask: members of the repository may ask for
 * either, the pull request's author for a standard review only, because a deep one costs money.
 */
export function readCommand(event: IssueCommentEvent): 'review' | 'deep-review' | null {
  const { comment, issue } = event;
  if (comment.user?.type !== 'User' || comment.performed_via_github_app != null) return null;
  const command = commandIn(comment.body ?? '');
  if (command === null || members.includes(comment.author_association)) return command;
  const isAuthor = issue.user?.login === comment.user.login;
  return command === 'review' && isAuthor ? 'review' : null;
}

function commandIn(body: string): 'review' | 'deep-review' | null {
  for (const line of body.split('\n')) {
    const found = /^\/weirkeeper[ \t]+(review|deep-review)[ \t]*\r?$/.exec(line)?.[1];
    if (found === 'review' || found === 'deep-review') return found;
  }
  return null;
}
