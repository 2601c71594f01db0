import type { UniqueId } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { Query } from '#core/sql';

/** Jinja that asks the warehouse while dbt compiles. */
const asks = /\b(?:run_query|statement|get_single_value|get_column_values|get_query_results_as_dict)\s*\(/;

/**
 * Whether a model's SQL differs by nothing but what dbt was told while it compiled: its code is the same and asks the warehouse, and no
 * macro that it calls is another.
 */
export function isAnswerOfWarehouse({ base, head }: Change, { uniqueId, causes }: ModifiedNode): boolean {
  const [old, node] = [base, head].map(({ project }) => project.nodes.get(uniqueId));
  if (old === undefined || old.rawCode !== node?.rawCode || !asks.test(old.rawCode)) return false;
  return causes.every(({ kind }) => kind !== 'macro');
}

/**
 * Base's query with the dates of its day of compilation put forward to head's; null where there are none. What dbt fills in on two days
 * is no change of the code.
 */
export function queryPutForward(change: Change, uniqueId: UniqueId, query: Query): Query | null {
  const later = laterLiterals(change, uniqueId);
  return later.size === 0 ? null : withLiterals(query, later);
}

/** The same of base's compiled SQL. */
export function sqlPutForward(change: Change, uniqueId: UniqueId, sql: string): string {
  const later = laterLiterals(change, uniqueId);
  if (later.size === 0) return sql;
  return sql.replace(dates, (text) => later.get(text) ?? text).replace(numbers, (text) => later.get(text) ?? text);
}

/**
 * Literals of base's SQL with what head has in their place: dates that the model's own code does not write, and that head has as many
 * days later as it was compiled later (a day more or less, for time zones), and numbers that grew by the same.
 */
function laterLiterals({ base, head }: Change, uniqueId: UniqueId): ReadonlyMap<string, string> {
  const [old, node] = [base, head].map(({ project }) => project.nodes.get(uniqueId));
  const days = dayOf(head.project.metadata.generatedAt) - dayOf(base.project.metadata.generatedAt);
  if (old === undefined || node === undefined || !Number.isFinite(days) || days === 0) return new Map();
  return movedLiterals(old, node, days);
}

function dayOf(time: string | null): number {
  return time === null ? Number.NaN : Math.floor(Date.parse(time) / 86_400_000);
}

function movedLiterals(old: DbtNode, node: DbtNode, days: number): ReadonlyMap<string, string> {
  const [before, after] = [filledIn(old, dates), filledIn(node, dates)];
  const steps = [days, days - 1, days + 1];
  const moved = new Map<string, string>();
  for (const literal of before) {
    if (after.has(literal)) continue;
    const later = steps.map((step) => laterDate(literal, step)).find((one) => after.has(one) && !before.has(one));
    if (later !== undefined) moved.set(literal, later);
  }
  if (moved.size === 0) return moved;
  const [counts, others] = [filledIn(old, numbers), filledIn(node, numbers)];
  for (const literal of counts) {
    if (others.has(literal)) continue;
    const later = steps
      .map((step) => String(Number(literal) + step))
      .find((one) => others.has(one) && !counts.has(one));
    if (later !== undefined) moved.set(literal, later);
  }
  return moved;
}

const dates = /'\d{4}-\d{2}-\d{2}'/g;
const numbers = /\b\d{3,7}\b/g;

/** Literals of the compiled SQL that the model's own code does not write. */
function filledIn({ compiledCode, rawCode }: DbtNode, pattern: RegExp): ReadonlySet<string> {
  return new Set((compiledCode ?? '').match(pattern)?.filter((text) => !rawCode.includes(text.replaceAll("'", ''))));
}

function laterDate(literal: string, days: number): string {
  const later = new Date(Date.parse(literal.slice(1, -1)) + days * 86_400_000);
  // No such day, or one beyond what a manifest's time may be put forward to.
  return Number.isNaN(later.getTime()) ? literal : `'${later.toISOString().slice(0, 10)}'`;
}

/** A query, or any part of one, with other literals. */
function withLiterals<Part>(part: Part, literals: ReadonlyMap<string, string>): Part {
  if (Array.isArray(part)) return part.map((one: unknown) => withLiterals(one, literals)) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([name, value]) => [name, withLiterals(value as unknown, literals)]);
  const copy = Object.fromEntries(entries) as Part & { kind?: unknown; name?: unknown };
  const later = copy.kind === 'literal' && typeof copy.name === 'string' ? literals.get(copy.name) : undefined;
  return later === undefined ? copy : { ...copy, name: later };
}
