import { createHash } from 'node:crypto';

/** Roots of the full subtrees that make up a tree, the largest first; `height` 0 is a leaf. As many as `size` has bits set. */
export interface Frontier {
  readonly size: number;
  readonly roots: readonly { readonly height: number; readonly hash: Uint8Array }[];
}

export const emptyFrontier: Frontier = { size: 0, roots: [] };

/** The tree with one more leaf: RFC 6962, section 2.1, kept as its frontier, so that a log of any length takes no room. */
export function withLeaf({ size, roots }: Frontier, leaf: Uint8Array): Frontier {
  const kept = [...roots];
  let added = { height: 0, hash: hashOf(0, leaf) };
  for (let last = kept.at(-1); last?.height === added.height; last = kept.at(-1)) {
    kept.pop();
    added = { height: added.height + 1, hash: hashOf(1, last.hash, added.hash) };
  }
  return { size: size + 1, roots: [...kept, added] };
}

/** Merkle tree hash of the tree, hexadecimal. Of the empty tree it is the hash of nothing. */
export function rootOf({ roots }: Frontier): string {
  const last = roots.at(-1);
  if (last === undefined) return createHash('sha256').digest('hex');
  let hash = last.hash;
  for (const { hash: left } of roots.slice(0, -1).reverse()) hash = hashOf(1, left, hash);
  return Buffer.from(hash).toString('hex');
}

/** Leaves begin with 0, nodes with 1, so that neither passes for the other. */
function hashOf(prefix: 0 | 1, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256').update(Uint8Array.of(prefix));
  for (const part of parts) hash.update(part);
  return hash.digest();
}
