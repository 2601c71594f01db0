import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSigningVariables } from '../../src/server/signing-variables.ts';

describe('the variables of the signing key', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'weirkeeper-variables-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are all absent unless given', () => {
    expect(readSigningVariables({})).toEqual({ key: null, previousKey: null, previousKeyLost: false, hmacKey: null });
  });

  it('may hold a key on one line, its line ends written as \\n', () => {
    const given = { WEIRKEEPER_SIGNING_KEY: 'one\\ntwo', WEIRKEEPER_PREVIOUS_SIGNING_KEY: 'three\\nfour' };
    expect(readSigningVariables(given)).toMatchObject({ key: 'one\ntwo', previousKey: 'three\nfour' });
  });

  it.each([
    ['WEIRKEEPER_SIGNING_KEY', 'key'],
    ['WEIRKEEPER_PREVIOUS_SIGNING_KEY', 'previousKey'],
    ['WEIRKEEPER_HMAC_KEY', 'hmacKey'],
  ] as const)('%s may be a file', (name, field) => {
    const path = join(folder, field);
    writeFileSync(path, 'from the file\n');
    expect(readSigningVariables({ [`${name}_PATH`]: path })[field]).toBe('from the file\n');
    expect(readSigningVariables({ [`${name}_PATH`]: path, [name]: 'given' })[field]).toBe('given');
  });

  it('name the variable and the file when it cannot be read', () => {
    const path = join(folder, 'missing');
    expect(() => readSigningVariables({ WEIRKEEPER_HMAC_KEY_PATH: path })).toThrow(
      `WEIRKEEPER_HMAC_KEY_PATH names ${path}, which cannot be read`,
    );
  });

  it.each(['YES', 'true', ''])('refuse %j as the word that a key is lost', (word) => {
    expect(() => readSigningVariables({ WEIRKEEPER_SIGNING_KEY_LOST: word })).toThrow(
      'WEIRKEEPER_SIGNING_KEY_LOST is neither yes nor no',
    );
    expect(readSigningVariables({ WEIRKEEPER_SIGNING_KEY_LOST: 'yes' }).previousKeyLost).toBe(true);
  });
});
