import { expect, it } from '@jest/globals';
import { leaksIn } from './log-canaries.ts';

it.each([
  ['{"msg":"hook-secret-1"}', 'the webhook secret'],
  ['{"token":"ghs_1234_abc"}', 'an installation token'],
  ['{"authorization":"bearer eyJhbGciOiJSUzI1NiJ9.e30.sig"}', 'a JWT'],
  ['{"err":"-----BEGIN RSA PRIVATE KEY-----"}', 'a private key'],
  ['{"key":"sk-canary-0123"}', 'the key of an LLM'],
  ['{"sql":"select count(*) from x"}', 'SQL'],
  ['{"title":"Show disputed charges on the studio floor"}', 'a title'],
  ['{"body":"No logic changes; row counts are the same."}', 'a body'],
  ['{"commit":"Round peaks to whole degrees"}', 'a commit message'],
  ['{"trailer":"Claude <noreply@anthropic.com>"}', 'a trailer'],
  ['{"comment":"Safe if: it is unique"}', 'a comment of the review'],
  ['{"reply":"A booking disputed twice"}', 'a reply of the LLM'],
])('sees %s', (line, what) => {
  expect(leaksIn(`{"msg":"job done"}\n${line}\n`, { webhookSecret: 'hook-secret-1' })).toEqual([`${what}: ${line}`]);
});
