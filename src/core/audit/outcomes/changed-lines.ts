import { sha256 } from '../digest.ts';

/** More lines of one file are not compared. */
const lineLimit = 2_000;
/** Shorter lines (`)`, `from`, `group by 1`) stand everywhere and tell nothing. */
const shortest = 10;

/**
 * Digests of the lines that a file's patch adds and takes away, white space, letter case and a comma at the end left out of
 * account, so that a formatter changes nothing. Lines that are on both sides only moved.
 */
export function changedLines(patch: string | null): {
  readonly added: readonly string[];
  readonly removed: readonly string[];
} {
  const added = new Set<string>();
  const removed = new Set<string>();
  for (const row of patch?.split('\n') ?? []) {
    const text = row.slice(1).replace(/\s+/g, '').replace(/,$/, '').toLowerCase();
    if (text.length < shortest || !/[a-z]/.test(text)) continue;
    if (row.startsWith('+')) added.add(digest(text));
    else if (row.startsWith('-')) removed.add(digest(text));
  }
  return { added: without(added, removed), removed: without(removed, added) };
}

function without(lines: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...lines].filter((line) => !others.has(line)).slice(0, lineLimit);
}

function digest(text: string): string {
  return sha256(text).slice(0, 16);
}
