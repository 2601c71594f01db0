import { generateKeyPair } from 'node:crypto';
import type { Permissions } from './state.ts';

export interface KeyPair {
  readonly publicKey: string;
  /** PEM in PKCS#1, as GitHub hands it out. */
  readonly privateKey: string;
}

/** What Weirkeeper asks for in its manifest; a test narrows it to see what happens. */
export const defaultPermissions: Permissions = {
  actions: 'read',
  checks: 'write',
  contents: 'read',
  issues: 'write',
  merge_queues: 'read',
  metadata: 'read',
  pull_requests: 'write',
};

export const defaultEvents: readonly string[] = [
  'check_run',
  'check_suite',
  'issue_comment',
  'merge_group',
  'pull_request',
  'push',
  'workflow_run',
];

let shared: Promise<KeyPair> | null = null;

/** One key pair for all doubles of a process: making one takes longer than most tests. */
export function sharedKeyPair(): Promise<KeyPair> {
  shared ??= newKeyPair();
  return shared;
}

export function newKeyPair(): Promise<KeyPair> {
  const { promise, resolve, reject } = Promise.withResolvers<KeyPair>();
  const encoding = {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  } as const;
  generateKeyPair('rsa', encoding, (error, publicKey, privateKey) => {
    if (error === null) {
      resolve({ publicKey, privateKey });
    } else {
      reject(error);
    }
  });
  return promise;
}
