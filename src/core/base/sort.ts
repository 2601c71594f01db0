/** Orders two strings by code unit: the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A sorted copy of `items`, by the text that `key` gives; equal keys keep their order. */
export function sortedBy<Item>(items: Iterable<Item>, key: (item: Item) => string): readonly Item[] {
  return [...items].sort((a, b) => compareText(key(a), key(b)));
}
