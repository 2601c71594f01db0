/**
 * The lines of the new file that a diff shows, added ones and context: where GitHub takes a comment on side RIGHT.
 * `patch` is a file's hunks as GitHub gives them; null, of binary and very large files, shows none. Hunk headers as in
 * GNU diff's unified format: a left-out length is 1.
 */
export function linesInDiff(patch: string | null): ReadonlySet<number> {
  const lines = new Set<number>();
  let next = 0;
  let left = 0;
  for (const text of patch?.split('\n') ?? []) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(text);
    // Within a hunk a line that looks like a header cannot be one: it would begin with a space, + or -.
    if (hunk !== null) {
      next = Number(hunk[1]);
      left = Number(hunk[2] ?? '1');
    } else if (left > 0 && !text.startsWith('-') && !text.startsWith('\\')) {
      lines.add(next);
      next += 1;
      left -= 1;
    }
  }
  return lines;
}
