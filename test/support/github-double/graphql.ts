import { grants } from './auth.ts';
import { isJson, type Json } from './json.ts';
import { nodeId } from './shapes.ts';
import { type Call, ok, type Reply, type Route } from './world.ts';

const classifiers = ['ABUSE', 'DUPLICATE', 'OFF_TOPIC', 'OUTDATED', 'RESOLVED', 'SPAM'];

/** The one GraphQL mutation with no REST counterpart: hiding a comment. */
export const graphqlRoute: Route = { method: 'POST', path: '/graphql', needs: 'token', docs: 'graphql', run: graphql };

function graphql(call: Call): Reply {
  const query = typeof call.body['query'] === 'string' ? call.body['query'] : '';
  if (/addPullRequestReview|submitPullRequestReview/.test(query) && JSON.stringify(call.body).includes('APPROVE')) {
    call.world.state.forbidden.push({ what: 'approve', path: '/graphql' });
  }
  if (/mergePullRequest|enablePullRequestAutoMerge|enqueuePullRequest|mergeBranch/.test(query)) {
    call.world.state.forbidden.push({ what: 'merge', path: '/graphql' });
  }
  const asked = [...query.matchAll(/(?:(\w+)\s*:\s*)?minimizeComment\s*\(\s*input\s*:\s*(\{[^}]*\}|\$\w+)\s*\)/g)];
  if (asked.length === 0) {
    return failed('NOT_IMPLEMENTED', 'The double answers no GraphQL but the mutation minimizeComment');
  }
  const variables = isJson(call.body['variables']) ? call.body['variables'] : {};
  const answers: Record<string, unknown> = {};
  for (const [, alias, input = ''] of asked) {
    const answer = minimize(call, readInput(input, variables));
    if ('status' in answer) {
      return answer;
    }
    answers[alias ?? 'minimizeComment'] = answer.result;
  }
  return ok({ data: answers });
}

function minimize(call: Call, input: Json): { readonly result: Json } | Reply {
  const { subjectId, classifier } = input;
  if (typeof classifier !== 'string' || !classifiers.includes(classifier)) {
    return failed('BAD_USER_INPUT', `Expected "${String(classifier)}" to be one of: ${classifiers.join(', ')}`);
  }
  const subject = typeof subjectId === 'string' ? findSubject(call, subjectId) : null;
  if (subject === null) {
    return failed('NOT_FOUND', `Could not resolve to a node with the global id of '${String(subjectId)}'`);
  }
  const held = call.identity.kind === 'installation' ? call.identity.token.permissions : {};
  if (!grants(held, 'issues:write') && !grants(held, 'pull_requests:write')) {
    return failed('FORBIDDEN', 'Resource not accessible by integration');
  }
  subject.minimizedReason = classifier.toLowerCase().replace('_', '-');
  return { result: { minimizedComment: { isMinimized: true, minimizedReason: subject.minimizedReason } } };
}

function findSubject(call: Call, id: string): { minimizedReason: string | null } | null {
  for (const pull of call.world.state.repositories.flatMap((repository) => repository.pulls)) {
    const reviews = pull.reviews;
    const found =
      pull.comments.find((comment) => nodeId('IC', comment.id) === id) ??
      reviews.find((review) => nodeId('PRR', review.id) === id) ??
      reviews.flatMap((review) => review.comments).find((comment) => nodeId('PRRC', comment.id) === id);
    if (found !== undefined) {
      return found;
    }
  }
  return null;
}

/** `$input`, or an object literal whose values are strings, enum words or variables. */
function readInput(text: string, variables: Json): Json {
  if (text.startsWith('$')) {
    const value = variables[text.slice(1)];
    return isJson(value) ? value : {};
  }
  const fields = [...text.matchAll(/(\w+)\s*:\s*("(?:[^"\\]|\\.)*"|\$?\w+)/g)];
  return Object.fromEntries(
    fields.map(([, name = '', value = '']) => {
      if (value.startsWith('$')) {
        return [name, variables[value.slice(1)]];
      }
      return [name, value.startsWith('"') ? JSON.parse(value) : value];
    }),
  );
}

function failed(type: string, message: string): Reply {
  return ok({ data: null, errors: [{ type, message, path: [], locations: [] }] });
}
