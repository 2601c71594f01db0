import type { Change, Sides } from '#core/change';
import { changedStatements, compareSides, withTrees } from '#core/change';
import { findAll, upstreamStatements, withUpstream } from '#core/rules';
import type { SqlAnswer } from '#core/sql';
import { type LineagePorts, type TracingCount, traceSides } from './trace-sides.ts';

/**
 * What a pull request changes and what that reaches. Only SQL is read of which no lineage is known, that of models whose SQL the
 * change changed, as what is said of their clauses needs the trees, and that of a few models above them.
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
  const found = await withRowsUpstream(withTrees(change, answers), answers, ports);
  return { change: found.change, count: { ...count, asked: count.asked + unread.length + found.asked } };
}

/** How many models up from a changed one SQL is read for what it tells of rows. */
const stepsUp = 3;

/** The change with the SQL of unchanged models that decides whether rules have something to say; none is read where they have not. */
async function withRowsUpstream(
  start: Change,
  known: ReadonlyMap<string, SqlAnswer>,
  { sqlReader }: LineagePorts,
): Promise<{ readonly change: Change; readonly asked: number }> {
  const answers = new Map(known);
  let [change, asked] = [start, 0];
  for (let step = 0; step < stepsUp; step += 1) {
    const found = findAll(change);
    const wanted = upstreamStatements(change, found);
    const unread = wanted.filter(({ key }) => !answers.has(key));
    if (unread.length > 0) for (const [key, answer] of await sqlReader.read(unread)) answers.set(key, answer);
    asked += unread.length;
    const next = withUpstream(change, found, answers);
    if (next === change) break;
    change = next;
  }
  return { change, asked };
}
