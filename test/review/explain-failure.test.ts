import { describe, expect, it } from '@jest/globals';
import { DeploymentError, InvariantError, RepositoryError, UpstreamError } from '#core/base';
import { explainFailure, isWorthRetrying } from '#review';

describe('explainFailure', () => {
  it.each([
    [
      'the repository’s people read what is wrong, in full',
      new RepositoryError('policy-invalid', 'weirkeeper.yml:3:3 unknown key; correct it'),
      { code: 'policy-invalid', text: 'weirkeeper.yml:3:3 unknown key; correct it' },
    ],
    [
      'of an upstream they read that time helps',
      new UpstreamError('github-down', 'GitHub answered 500'),
      {
        code: 'github-down',
        text: 'could not check: GitHub answered 500',
        remedy: 'run the check again when the service is back',
      },
    ],
    [
      'of a deployment they read whom to ask, and no detail',
      new DeploymentError('bad-key', 'PRIVATE_KEY is no PEM'),
      {
        code: 'bad-key',
        text: 'the app is not set up for this',
        remedy: 'ask whoever runs Weirkeeper to look at its log',
      },
    ],
    [
      'of a fault of ours they read no detail',
      new InvariantError('unreachable-case', 'unexpected value "x"'),
      { code: 'unreachable-case', text: 'internal error', remedy: 'report it with the review id' },
    ],
    [
      'of anything else neither',
      new TypeError('x is not a function'),
      { code: 'internal-error', text: 'internal error', remedy: 'report it with the review id' },
    ],
    [
      'nor of what is no error at all',
      'text',
      { code: 'internal-error', text: 'internal error', remedy: 'report it with the review id' },
    ],
  ])('%s', (_case, error, explained) => {
    expect(explainFailure(error)).toEqual(explained);
  });

  it('only what time mends is worth trying again', () => {
    const errors = [RepositoryError, UpstreamError, DeploymentError, InvariantError].map((Kind) => new Kind('x', 'x'));
    expect([...errors, new TypeError('x')].map(isWorthRetrying)).toEqual([false, true, false, false, false]);
  });
});
