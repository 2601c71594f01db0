import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DeploymentError } from '#core/base';
import { readEnvironment, type Variables } from '../../src/server/index.ts';
import { someVariables, testPrivateKey } from '../support/environment.ts';

function refusal(variables: Variables): DeploymentError {
  try {
    readEnvironment(variables);
  } catch (error) {
    if (error instanceof DeploymentError) return error;
    throw error;
  }
  throw new TypeError('the environment was accepted');
}

describe('environment', () => {
  it('needs three variables and has a default for the rest', () => {
    const { APP_ID, PRIVATE_KEY, WEBHOOK_SECRET } = someVariables();
    expect(readEnvironment({ APP_ID, PRIVATE_KEY, WEBHOOK_SECRET })).toEqual({
      appId: 1234,
      privateKey: testPrivateKey.trim(),
      webhookSecret: WEBHOOK_SECRET,
      githubApiUrl: 'https://api.github.com',
      artifactHosts: [],
      databaseUrl: null,
      dataDir: './.weirkeeper/data',
      port: 3000,
      host: 'localhost',
      openai: { baseUrl: null, apiKey: null, model: null },
      warehouseUrl: null,
      retention: { deliveryDays: 30, reviewDays: 180 },
      reviewMemoryMb: 4_096,
      signing: { key: null, previousKey: null, previousKeyLost: false, hmacKey: null },
      logLevel: 'info',
    });
  });

  it('takes every variable', () => {
    const environment = readEnvironment(
      someVariables({
        DATABASE_URL: 'postgres://u:p@db/w',
        WEIRKEEPER_DATA_DIR: '/data',
        PORT: '8080',
        HOST: '0.0.0.0',
        GITHUB_API_URL: 'https://ghes.example/api/v3/',
        WEIRKEEPER_ARTIFACT_HOSTS: 'minio.example, *.Storage.example',
        OPENAI_BASE_URL: 'http://llm:8000/v1',
        OPENAI_API_KEY: 'key',
        OPENAI_MODEL: 'small',
        WAREHOUSE_URL: 'duckdb:x.duckdb',
        WEIRKEEPER_KEEP_DELIVERIES_DAYS: '4',
        WEIRKEEPER_KEEP_REVIEWS_DAYS: '1000',
        WEIRKEEPER_REVIEW_MEMORY_MB: '8000',
        LOG_LEVEL: 'debug',
      }),
    );
    expect(environment).toMatchObject({
      databaseUrl: 'postgres://u:p@db/w',
      dataDir: '/data',
      port: 8080,
      host: '0.0.0.0',
      githubApiUrl: 'https://ghes.example/api/v3',
      artifactHosts: ['minio.example', '*.storage.example'],
      openai: { baseUrl: 'http://llm:8000/v1', apiKey: 'key', model: 'small' },
      warehouseUrl: 'duckdb:x.duckdb',
      retention: { deliveryDays: 4, reviewDays: 1_000 },
      reviewMemoryMb: 8_000,
      logLevel: 'debug',
    });
  });

  it.each<[string, Variables, RegExp]>([
    ['no webhook secret', { WEBHOOK_SECRET: undefined }, /WEBHOOK_SECRET is not set.*openssl rand/],
    ['an empty webhook secret', { WEBHOOK_SECRET: '' }, /WEBHOOK_SECRET is not set/],
    ['a blank webhook secret', { WEBHOOK_SECRET: '  ' }, /WEBHOOK_SECRET is not set/],
    ['the public webhook secret', { WEBHOOK_SECRET: 'development' }, /WEBHOOK_SECRET is the public word "development"/],
    ['a short webhook secret', { WEBHOOK_SECRET: '1234567' }, /WEBHOOK_SECRET is shorter than 8 characters/],
    ['deliveries kept too short', { WEIRKEEPER_KEEP_DELIVERIES_DAYS: '3' }, /KEEP_DELIVERIES_DAYS is not.*from 4/],
    ['reviews kept for ever', { WEIRKEEPER_KEEP_REVIEWS_DAYS: 'ever' }, /KEEP_REVIEWS_DAYS is not.*from 1/],
    ['a review in no memory', { WEIRKEEPER_REVIEW_MEMORY_MB: '64' }, /REVIEW_MEMORY_MB is not a number of megabytes/],
    ['no App ID', { APP_ID: undefined }, /APP_ID is not set/],
    ['a name as App ID', { APP_ID: 'weirkeeper' }, /APP_ID is not a number/],
    ['no key', { PRIVATE_KEY: undefined }, /PRIVATE_KEY is not set.*PRIVATE_KEY_PATH/],
    ['a key that is none', { PRIVATE_KEY: 'abc' }, /PRIVATE_KEY does not hold a private key/],
    ['a cut-off key', { PRIVATE_KEY: testPrivateKey.slice(0, 300) }, /PRIVATE_KEY does not hold a private key/],
    ['a missing key file', { PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/none.pem' }, /PRIVATE_KEY_PATH names \/none.pem/],
    ['another database', { DATABASE_URL: 'mysql://h/d' }, /DATABASE_URL is not a URL such as postgres:/],
    ['a port that is none', { PORT: 'http' }, /PORT is not a port number/],
    ['a GitHub that is no URL', { GITHUB_API_URL: 'ghes.example' }, /GITHUB_API_URL is not a URL/],
    [
      'every host for artifacts',
      { WEIRKEEPER_ARTIFACT_HOSTS: 'a.example,*' },
      /WEIRKEEPER_ARTIFACT_HOSTS is not a list/,
    ],
    ['a log level that is none', { LOG_LEVEL: 'loud' }, /LOG_LEVEL is none of/],
  ])('refuses %s', (_, changes, expected) => {
    expect(refusal(someVariables(changes)).message).toMatch(expected);
  });

  it('names everything that is wrong at once, and repeats no value', () => {
    const error = refusal({ APP_ID: 'x-app', WEBHOOK_SECRET: 'development', DATABASE_URL: 'mysql://user:hunter2@h/d' });
    expect(error.code).toBe('environment-invalid');
    expect(error.details).toEqual({ variables: ['APP_ID', 'WEBHOOK_SECRET', 'DATABASE_URL', 'PRIVATE_KEY'] });
    expect(error.message).not.toMatch(/hunter2|x-app/);
  });

  it.each<[string, string]>([
    ['as PEM', testPrivateKey],
    ['with \\n for its line ends', testPrivateKey.replaceAll('\n', '\\n')],
    ['in base64', Buffer.from(testPrivateKey).toString('base64')],
  ])('takes a private key %s', (_, PRIVATE_KEY) => {
    expect(readEnvironment(someVariables({ PRIVATE_KEY })).privateKey).toBe(testPrivateKey.trim());
  });

  it('reads a private key from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-key-'));
    const path = join(folder, 'app.pem');
    writeFileSync(path, testPrivateKey);
    const variables = someVariables({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path });
    expect(readEnvironment(variables).privateKey).toBe(testPrivateKey.trim());
    rmSync(folder, { recursive: true });
  });

  it('reads each secret from a file named by its variable with _PATH, and says when it cannot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-secrets-'));
    const path = join(folder, 'webhook');
    writeFileSync(path, 'a secret from a file\n');
    const variables = someVariables({ WEBHOOK_SECRET: undefined, WEBHOOK_SECRET_PATH: path });
    expect(readEnvironment(variables).webhookSecret).toBe('a secret from a file');
    expect(refusal(someVariables({ OPENAI_API_KEY_PATH: join(folder, 'none') })).message).toMatch(
      /OPENAI_API_KEY_PATH names .*none, which cannot be read/,
    );
    rmSync(folder, { recursive: true });
  });
});
