/** A line on the right side of a file's diff: its number at head, its text, and whether head added it. */
export interface DiffLine {
  readonly line: number;
  readonly text: string;
  readonly added: boolean;
}

/**
 * The lines of the new file that a diff shows, added ones and context: where GitHub takes a comment on side RIGHT.
 * `patch` is a file's hunks as GitHub gives them; null, of binary and very large files, shows none. Hunk headers as in
 * GNU diff's unified format: a left-out length is 1.
 */
export function rightSideLines(patch: string | null): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let next = 0;
  let left = 0;
  for (const row of patch?.split('\n') ?? []) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(row);
    // Within a hunk a line that looks like a header cannot be one: it would begin with a space, + or -.
    if (hunk !== null) {
      next = Number(hunk[1]);
      left = Number(hunk[2] ?? '1');
    } else if (left > 0 && !row.startsWith('-') && !row.startsWith('\\')) {
      lines.push({ line: next, text: row.slice(1), added: row.startsWith('+') });
      next += 1;
      left -= 1;
    }
  }
  return lines;
}

/** The line of the new file at which a diff first adds or takes away something; null where it shows nothing. */
export function firstChangedLine(patch: string | null): number | null {
  let next = 0;
  for (const row of patch?.split('\n') ?? []) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(row);
    if (hunk !== null) next = Number(hunk[1]);
    else if (next > 0 && /^[+-]/.test(row)) return Math.max(1, next);
    else next += 1;
  }
  return null;
}
