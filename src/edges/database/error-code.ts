/** The code that Node or PostgreSQL gave an error (`ENOENT`, `28P01`); null when it has none. */
export function errorCode(error: unknown): string | null {
  const coded = typeof error === 'object' && error !== null && 'code' in error;
  return coded && typeof error.code === 'string' ? error.code : null;
}
