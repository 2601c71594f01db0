/** A line on the right side of a pull request's diff: its number at head, its text, and whether head added it. */
export interface DiffLine {
  readonly line: number;
  readonly text: string;
  readonly added: boolean;
}

/** Lines of the right side of a file's diff (added and context), from the hunks that GitHub gives. */
export function rightSideLines(patch: string | null): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let next = 0;
  for (const raw of (patch ?? '').split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(raw);
    if (hunk !== null) {
      next = Number(hunk[1]);
    } else if (next > 0 && (raw.startsWith('+') || raw.startsWith(' '))) {
      lines.push({ line: next, text: raw.slice(1), added: raw.startsWith('+') });
      next += 1;
    }
  }
  return lines;
}
