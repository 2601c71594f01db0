import { isUnder } from '#core/base';
import type { Layer } from './policy.ts';

/** The first layer that a node belongs to by its folder or one of its tags; null when none does. */
export function layerOf(
  node: { readonly originalFilePath: string; readonly tags: readonly string[] },
  layers: readonly Layer[],
): Layer | null {
  const found = layers.find(
    ({ paths, tags }) =>
      paths.some((path) => isUnder(node.originalFilePath, path)) || tags.some((tag) => node.tags.includes(tag)),
  );
  return found ?? null;
}
