import type { Logger } from 'pino';
import type { RecordSigner } from '#core/audit';
import { DeploymentError } from '#core/base';
import type { Store } from '#edges/database';
import { openSigner } from '#edges/signing';
import type { Environment } from './environment.ts';

/**
 * Opens the signing key and makes it known in the store before anything is signed with it. Several processes may start at
 * once. Throws DeploymentError when this process holds another key than the one in force.
 */
export async function openStoreSigner(
  { dataDir, signing }: Pick<Environment, 'dataDir' | 'signing'>,
  { signingKeys }: Pick<Store, 'signingKeys'>,
  log: Logger,
): Promise<RecordSigner> {
  const published = await signingKeys.list();
  const { signer, toPublish } = openSigner({ dataDir, ...signing }, published);
  if (toPublish === null) return signer;
  await signingKeys.add(toPublish, published.length + 1);
  const known = await signingKeys.list();
  if (known.at(-1)?.keyid !== signer.keyid) {
    throw new DeploymentError(
      'signing-key-unknown',
      `Another process made key ${known.at(-1)?.keyid.slice(0, 12) ?? '?'} known at the same moment. Give every process the same key: WEIRKEEPER_SIGNING_KEY, or one data folder.`,
    );
  }
  log.info(
    { keyid: signer.keyid, replaces: toPublish.replaces, endorsed: toPublish.endorsement !== null },
    'signing key made known',
  );
  return signer;
}
