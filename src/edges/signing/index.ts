// Holds the deployment's signing key: made at the first start, handed over at a rotation, never shown.

export { rotateKeyFile, toPrivateKey } from './key-file.ts';
export type { OpenedSigner, SignerSettings } from './open-signer.ts';
export { ephemeralSigner, openSigner } from './open-signer.ts';
