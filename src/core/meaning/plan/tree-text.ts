/** A tree as text, without its positions: what is kept of a part that is not understood. */
export function treeText(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => (key === 'span' ? undefined : value));
}
