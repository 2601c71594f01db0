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

/** Folder by folder; `*` stands for any one, so that no pattern can be slow. */
function isUnder(file: string, folder: string): boolean {
  const parts = file.split('/');
  const wanted = folder.split('/').filter((part) => part !== '' && part !== '.');
  return wanted.length < parts.length && wanted.every((part, index) => part === '*' || part === parts[index]);
}
