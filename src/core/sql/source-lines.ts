/** Where stretches of SQL stand in the file that they were made of. */
export interface SourceLines {
  readonly sql: string;
  /** In order: where a stretch starts in `sql`, its line in the file, and whether its line breaks are the file's. */
  readonly stretches: readonly { readonly at: number; readonly line: number; readonly moves: boolean }[];
}

/** The line of the file, from 1, on which stands what is at `at` in the SQL. */
export function sourceLine({ sql, stretches }: SourceLines, at: number): number {
  const found = stretches.findLast((one) => one.at <= at) ?? stretches[0];
  if (found === undefined) return 1;
  if (!found.moves) return found.line;
  return found.line + (sql.slice(found.at, at).match(/\n/g) ?? []).length;
}
