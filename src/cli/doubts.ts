import type { Review } from '#review';
import { missingOf } from '#review';
import { sentence } from './sentence.ts';

/** How the command line was told where rows are counted. */
export interface CountingFlags {
  readonly warehouse?: string;
  readonly evidence?: string;
}

/**
 * Why a review could not tell because of what it was given to read: one line a reason, with remedy, and with the name
 * under which the command line gave it. Of a warehouse only a file is named: other addresses may hold a password.
 */
export function doubtsOf(
  { snapshot, answers }: Pick<Review, 'snapshot' | 'answers'>,
  flags: CountingFlags,
): readonly string[] {
  const missing = missingOf(snapshot);
  if (missing !== null) return [sentence(missing)];
  const source = sourceOf(flags);
  if (source === null) return [];
  const unanswered = [...answers].flatMap(([key, answer]) =>
    answer.known || !key.startsWith('rows:') ? [] : [`${source}: ${sentence(answer.reason)}`],
  );
  return [...new Set(unanswered)];
}

function sourceOf({ warehouse, evidence }: CountingFlags): string | null {
  if (evidence !== undefined) return `--evidence ${evidence}`;
  if (warehouse === undefined) return null;
  const isFile = warehouse.startsWith('duckdb:') || !warehouse.includes('://');
  return isFile ? `--warehouse ${warehouse}` : '--warehouse';
}
