/** A list that holds at least one item. */
export type NonEmpty<Item> = readonly [Item, ...Item[]];

/** Why something could not be known or does not apply. `text` completes "unknown, because …". */
export interface Reason {
  /** Stable, kebab-case: `no-manifest`, `not-compiled`, `warehouse-unreachable`. */
  readonly code: string;
  /** A phrase without a capital and without a full stop; names the file or node it is about. */
  readonly text: string;
  /** What the reader can do about it, as an imperative phrase. */
  readonly remedy?: string;
}

/** Makes a `Reason`. */
export function reason(code: string, text: string, remedy?: string): Reason {
  return remedy === undefined ? { code, text } : { code, text, remedy };
}

/** Whether `items` holds at least one item. */
export function isNonEmpty<Item>(items: readonly Item[]): items is NonEmpty<Item> {
  return items.length > 0;
}
