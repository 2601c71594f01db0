import type { RepositoryDouble } from '../../test/support/github-double/repository-double.ts';

export interface EndState {
  /** What each open pull request shows, and the head it shows it of. */
  readonly pulls: readonly { readonly number: number; readonly head: string; readonly shown: string }[];
  /** Check runs of each head and name beyond the first, runs that never ended, comments beyond the first. */
  readonly faults: readonly string[];
}

/** Everything that people see of the App, without what two runs need not agree on: where the log stood, and at which port. */
export function endStateOf(repositories: readonly RepositoryDouble[], url: string): EndState {
  const ends = repositories.map((repository) => endOf(repository, url));
  return { pulls: ends.flatMap(({ pulls }) => pulls), faults: ends.flatMap(({ faults }) => faults) };
}

function endOf(repository: RepositoryDouble, url: string): EndState {
  const { pulls, checkRuns } = repository.state;
  const open = pulls.filter(({ state }) => state === 'open');
  const ofRuns = Map.groupBy(checkRuns, ({ headSha, name }) => `${headSha.slice(0, 7)} ${name}`);
  const faults = [
    ...[...ofRuns]
      .filter(([, runs]) => runs.length > 1)
      .map(([key, runs]) => `${key}: ${String(runs.length)} check runs`),
    ...checkRuns
      .filter(({ status }) => status !== 'completed')
      .map(({ headSha, name, status }) => `${headSha.slice(0, 7)} ${name} stays ${status}`),
    ...pulls.flatMap(({ number, comments, reviews }) => {
      const own = comments.filter(({ viaApp }) => viaApp).length;
      return [
        ...(own > 1 ? [`#${String(number)}: ${String(own)} comments`] : []),
        ...(reviews.length > 1 ? [`#${String(number)}: ${String(reviews.length)} reviews`] : []),
      ];
    }),
  ];
  return {
    pulls: open.map(({ number, head }) => ({
      number,
      head: head.sha,
      shown: shownOf(repository, number).replaceAll(url, ''),
    })),
    faults,
  };
}

function shownOf(repository: RepositoryDouble, number: number): string {
  const state = repository.publishedState(number);
  const comments = state.comments.filter(({ author }) => author === 'weirkeeper[bot]');
  const text = JSON.stringify({ ...state, comments }, null, 1);
  return text.replace(/record \d+ `sha256:[0-9a-f]+`/g, 'record');
}
