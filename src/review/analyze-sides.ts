import type { Change, Sides } from '#core/change';
import { changedStatements, compareSides, withTrees } from '#core/change';
import { findAll, upstreamStatements, withUpstream } from '#core/rules';
import type { SqlAnswer, SqlStatement } from '#core/sql';
import { openChange } from './open-change.ts';
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
  const answers = new Map(read);
  const open = openChange(change);
  const seen = open === null ? null : await withSql(open, answers, ports);
  const found = await withSql(seen === null ? change : { ...change, open: seen.change }, answers, ports);
  return { change: found.change, count: { ...count, asked: count.asked + (seen?.asked ?? 0) + found.asked } };
}

/** A change with the SQL that it is told by; what is read is kept in `answers`. */
interface ReadChange {
  readonly change: Change;
  /** Statements that were read. */
  readonly asked: number;
}

/** The change with trees of its changed SQL and of what decides upstream. */
async function withSql(change: Change, answers: Map<string, SqlAnswer>, ports: LineagePorts): Promise<ReadChange> {
  const asked = await readMore(changedStatements(change), answers, ports);
  const found = await withRowsUpstream(withTrees(change, answers), answers, ports);
  return { change: found.change, asked: asked + found.asked };
}

/** Reads the statements that were not read, and says how many that were. */
async function readMore(
  statements: readonly SqlStatement[],
  answers: Map<string, SqlAnswer>,
  { sqlReader }: LineagePorts,
): Promise<number> {
  const unread = statements.filter(({ key }) => !answers.has(key));
  if (unread.length > 0) for (const [key, answer] of await sqlReader.read(unread)) answers.set(key, answer);
  return unread.length;
}

/** How many models up from a changed one SQL is read for what it tells of rows. */
const stepsUp = 3;

/** The change with the SQL of unchanged models that decides whether rules have something to say; none is read where they have not. */
async function withRowsUpstream(
  start: Change,
  answers: Map<string, SqlAnswer>,
  ports: LineagePorts,
): Promise<ReadChange> {
  let [change, asked] = [start, 0];
  for (let step = 0; step < stepsUp; step += 1) {
    const found = findAll(change);
    asked += await readMore(upstreamStatements(change, found), answers, ports);
    const next = withUpstream(change, found, answers);
    if (next === change) break;
    change = next;
  }
  return { change, asked };
}
