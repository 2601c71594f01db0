import type { Change, Sides } from '#core/change';
import { changedStatements, compareSides, withTrees } from '#core/change';
import { type LineagePorts, type TracingCount, traceSides } from './trace-sides.ts';

/**
 * What a pull request changes and what that reaches. Only SQL is read of which no lineage is known, and that of models whose
 * SQL the change changed: what is said of their clauses needs the trees.
 */
export async function analyzeSides(
  sides: Sides,
  ports: LineagePorts,
): Promise<{ readonly change: Change; readonly count: TracingCount }> {
  const { lineage, read, count } = await traceSides(sides, ports);
  const change = compareSides(sides, lineage);
  const unread = changedStatements(change).filter(({ key }) => !read.has(key));
  const more = unread.length === 0 ? [] : await ports.sqlReader.read(unread);
  const answers = new Map([...read, ...more]);
  return { change: withTrees(change, answers), count: { ...count, asked: count.asked + unread.length } };
}
