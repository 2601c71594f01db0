import { escapePattern, type UniqueId } from '#core/base';
import type { ColumnAt, Hop, Level, Taint } from '#core/pii';
import { categoryOf, hopsOf, lineageOf } from '#core/pii';
import type { TracedSide } from './compare-sides.ts';

/** Hops shown from each end of a long path. */
const mostAtEachEnd = 4;

/** `customers.email → stg_customers.mail (rename) → dim_customers.contact (expression: upper)`. */
export function pathText(side: TracedSide, { origin, trail }: Taint): string {
  const hops = hopsOf(trail).map((hop) => `${shown(side, hop)}${hopText(hop)}`);
  const middle = hops.length - 2 * mostAtEachEnd;
  const told = middle < 2 ? hops : [...hops.slice(0, mostAtEachEnd), `${middle} more`, ...hops.slice(-mostAtEachEnd)];
  return [shown(side, origin), ...told].join(' → ');
}

function hopText({ transformation, functions }: Hop): string {
  if (functions.length > 0) return ` (${transformation}: ${functions.join(', ')})`;
  return transformation === 'identity' ? '' : ` (${transformation})`;
}

/** `stg_people.email`, as the side spells it. */
export function shown(side: TracedSide, { uniqueId, column }: ColumnAt): string {
  return `${nameOf(side, uniqueId)}.${spelled(side, { uniqueId, column })}`;
}

/** A node's own name; of a node that is not there, what its `unique_id` says. */
export function nameOf({ project }: TracedSide, uniqueId: UniqueId): string {
  return project.nodes.get(uniqueId)?.name ?? (uniqueId.split('.').slice(2).join('.') || uniqueId);
}

export function spelled({ lineage }: TracedSide, at: ColumnAt): string {
  return lineageOf(lineage, at)?.column ?? at.column;
}

/** The column's name as a word of a line. */
export function wordPattern(column: string): RegExp {
  return new RegExp(`(^|[^\\p{L}\\p{N}_])${escapePattern(column)}([^\\p{L}\\p{N}_]|$)`, 'iu');
}

const levelTexts: Readonly<Record<Level, string>> = {
  clear: 'cleared',
  aggregated: 'aggregated',
  generalised: 'generalised',
  'pseudonym-strong': 'hashed with a secret',
  'pseudonym-weak': 'hashed without a secret',
  partial: 'in part',
  raw: 'as it is',
};

/** How much is left of a datum, as a phrase. */
export function levelText(level: Level): string {
  return levelTexts[level];
}

/** `under GDPR Art. 4(1), HIPAA (F)`: where laws and standards speak of the category. */
export function regulationsText({ category }: Taint): string {
  return `under ${categoryOf(category).regulations.join(', ')}`;
}
