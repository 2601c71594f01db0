import { describe, expect, it } from '@jest/globals';
import { DeploymentError } from '#core/base';
import { createLog } from '../../src/server/index.ts';
import { testPrivateKey } from '../support/environment.ts';

function aLog(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', secrets, destination: { write: (line) => void lines.push(line) } });
  return { log, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';

describe('log', () => {
  it.each<[string, string, string]>([
    ['an installation token', 'ghs_16C7e42F292c6912E7710c838347Ae178B4a', 'ghs_'],
    ['an installation token of the new form', `ghs_1234_${jwt}`, 'eyJ'],
    ['a personal token', 'github_pat_11ABCDEFG0123456789_abcdefgh', 'github_pat'],
    ['an OpenAI key', 'sk-proj-abcdefghijklmnopqrstuvwxyz', 'sk-proj'],
    ['a private key', testPrivateKey, testPrivateKey.split('\n')[5] ?? ''],
    ['a cut-off private key', testPrivateKey.slice(0, 500), testPrivateKey.split('\n')[2] ?? ''],
    ['a JSON Web Token', jwt, jwt.slice(-20)],
    ['a password in a URL', 'postgres://app:hunter2@db/w', 'hunter2'],
    ['a user without a password in a URL', 'https://only-a-token@llm.example/v1', 'only-a-token'],
    ['the signature of a download', 'https://x.example/a.zip?se=1&sig=abc%2Fdef123&sp=r', 'abc%2Fdef123'],
    ['an Authorization header', 'authorization: Bearer abcdefghijklmnop1234', 'abcdefghijklmnop1234'],
    ['a Basic header', 'Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
    ['a secret that it was told', 'say "friend" and enter', 'friend'],
  ])('hides %s wherever it stands', (_, secret, visible) => {
    const { log, lines, entries } = aLog(['say "friend" and enter', 'short']);
    log.info({ deep: { list: [{ [secret]: `x ${secret} y` }] } }, `message with ${secret} in it`);
    log.error(new DeploymentError('code', `failed with ${secret}`, { secret }, new TypeError(secret)));
    expect(lines.join('')).not.toContain(visible);
    expect(entries()).toHaveLength(2);
    expect(lines.join('')).toContain('[hidden]');
  });

  it('leaves ordinary text alone', () => {
    const { log, entries } = aLog(['short']);
    const text = 'risk-assessment-of-a-model short https://api.github.com/repos/a/b/pulls/1';
    log.info({ text }, text);
    expect(entries()[0]).toMatchObject({ level: 'info', msg: text, text });
  });

  it('tells of an error what may be told, and no payload that hangs on it', () => {
    const { log, entries } = aLog();
    const error = Object.assign(new AggregateError([], 'signature does not match'), { event: { payload: 'PAYLOAD' } });
    log.error(error);
    log.error({ err: new DeploymentError('no-access', 'message', { app: 1 }, error) }, 'fixed sentence');
    expect(JSON.stringify(entries())).not.toContain('PAYLOAD');
    expect(entries()[1]).toMatchObject({
      msg: 'fixed sentence',
      err: { type: 'DeploymentError', code: 'no-access', details: { app: 1 }, cause: { type: 'AggregateError' } },
    });
  });
});
