import { toLine } from '#core/base';

/** `a, b, c and 12 more`: at most `most` names, each on one line. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => toLine(name, 120));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
