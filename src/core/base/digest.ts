import { hash } from 'node:crypto';

/** SHA-256 of the text's UTF-8 bytes, or of the bytes, as 64 lower-case hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}
