import { generateKeyPairSync } from 'node:crypto';
import { type Environment, readEnvironment, type Variables } from '../../src/server/index.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** A private key as GitHub gives it, made for this test run. */
export const testPrivateKey: string = privateKey;
export const testWebhookSecret = 'a secret of the tests alone';

/** The variables of an app that listens on a free port of loopback. */
export function someVariables(changes: Variables = {}): Variables {
  return {
    APP_ID: '1234',
    PRIVATE_KEY: testPrivateKey,
    WEBHOOK_SECRET: testWebhookSecret,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    ...changes,
  };
}

export function anEnvironment(changes: Variables = {}): Environment {
  return readEnvironment(someVariables(changes));
}
