import type { Counterexample, SearchedRelation } from '#core/evidence';
import type { Dialect } from '#core/sql';
import { chooseTypes } from './choose-types.ts';
import { bagOf } from './compare.ts';
import { constantsOf } from './constants.ts';
import { type Dice, diceOf } from './dice.ts';
import { expand } from './expand.ts';
import { changeInput, type Input, type Material, makeInput } from './input.ts';
import { isRefused, type Laboratory, openLaboratory, type Refused } from './laboratory.ts';
import { materialOf } from './material.ts';
import { cut, shownInput } from './shown-input.ts';
import { shrink } from './shrink.ts';
import { unmakeable } from './stage.ts';
import { type Syntax, syntaxOf } from './syntax.ts';
import { namerOf, partsOf, tablesOf } from './tables.ts';
import { createTrial, type Outputs, type Statement, type Trial, type Verdict } from './trial.ts';
import { likelyTypes, toDuckdbType } from './types.ts';

/** What to search; the SQL in DuckDB's words already. */
export interface SearchTask {
  readonly base: string;
  readonly head: string;
  /** Of the SQL before it was translated. */
  readonly dialect: Dialect;
  readonly relations: readonly SearchedRelation[];
  readonly definitions: readonly { readonly names: readonly string[]; readonly sql: string }[];
  readonly milliseconds: number;
  /** Inputs that are tried at most. */
  readonly inputs: number;
}

/** What the search came to, or why nothing could be run. */
export type SearchResult =
  | {
      readonly ok: true;
      readonly found: Counterexample | null;
      readonly inputs: number;
      readonly ended: 'found' | 'inputs' | 'time';
    }
  | { readonly ok: false; readonly why: string };

/** How much of the time may go into finding out types. */
const typesShare = 0.4;
/** How much longer than the search the shrinking of what it found may take. */
const shrinkShare = 0.5;

/** Searches for the smallest input on which the two sides differ. Never throws for what the SQL is. */
export async function search(task: SearchTask): Promise<SearchResult> {
  const until = performance.now() + task.milliseconds;
  const lab = await openLaboratory(task.dialect);
  const timer = setTimeout(() => lab.stop(), task.milliseconds * (1 + shrinkShare));
  try {
    const prepared = await prepare(lab, task);
    if ('why' in prepared) return { ok: false, why: prepared.why };
    // Where nothing is read there is one input, and it has no rows.
    const most = prepared.material.tables.length === 0 ? 1 : task.inputs;
    return await hunt(prepared, { until, most });
  } finally {
    clearTimeout(timer);
    lab.close();
  }
}

interface Prepared {
  readonly trial: Trial;
  readonly material: Material;
}

/** Table functions that read nothing but their arguments. */
const harmless: ReadonlySet<string> = new Set(['unnest', 'generate_series', 'range', 'generate_subscripts']);

async function prepare(lab: Laboratory, task: SearchTask): Promise<Prepared | { readonly why: string }> {
  const { relations } = task;
  const read = await readSides(lab, task);
  if ('why' in read) return read;
  const { before, after } = read;
  const sides: readonly Syntax[] = [before, after].map(({ tree }) => syntaxOf(tree));
  const strange = sides.flatMap((side) => [...side.tableFunctions]).find((name) => !harmless.has(name));
  if (strange !== undefined) return { why: `it reads from the function ${strange}` };
  const tables = tablesOf(sides, relations, toDuckdbType);
  const bad = unmakeable(tables);
  if (bad !== null) return { why: bad };
  const constants = await constantsOf(lab, sides);
  const types = await chooseTypes(lab, tables, [before.sql, after.sql], {
    likely: (column) => likelyTypes(column, sides, constants),
    until: performance.now() + task.milliseconds * typesShare,
  });
  if (isRefused(types)) return { why: said('the SQL', types) };
  const trial = await createTrial(lab, tables, { base: before, head: after });
  if (isRefused(trial)) return { why: said('the SQL', trial) };
  return { trial, material: materialOf(tables, types, sides, constants) };
}

interface Sides {
  readonly before: Statement;
  readonly after: Statement;
}

/** The trees of both sides; what only one of them reads and comes from what the other reads is written out. */
async function readSides(lab: Laboratory, task: SearchTask): Promise<Sides | { readonly why: string }> {
  const before = await statementOf(lab, task.base);
  if (isRefused(before)) return { why: said('base', before) };
  const after = await statementOf(lab, task.head);
  if (isRefused(after)) return { why: said('head', after) };
  if (task.definitions.length === 0) return { before, after };
  const nameOf = namerOf(task.relations);
  const definitions = new Map<string, Statement>();
  for (const { names, sql } of task.definitions) {
    const statement = await statementOf(lab, sql);
    if (!isRefused(statement)) for (const name of names) definitions.set(nameOf(partsOf(name)), statement);
  }
  const base = await expand(lab, before, after, { definitions, nameOf });
  if (isRefused(base)) return { why: said('base', base) };
  const head = await expand(lab, after, before, { definitions, nameOf });
  return isRefused(head) ? { why: said('head', head) } : { before: base, after: head };
}

async function statementOf(lab: Laboratory, sql: string): Promise<Statement | Refused> {
  const tree = await lab.treeOf(sql);
  return isRefused(tree) ? tree : { sql, tree };
}

function said(side: string, { error, stopped }: Refused): string {
  return stopped ? 'it took too long' : `DuckDB refuses ${side}: ${error.split('\n')[0]?.slice(0, 200) ?? ''}`;
}

interface Limits {
  readonly until: number;
  readonly most: number;
}

/** Inputs are made in rounds of a fixed size, so that what is tried does not hang on how fast the machine is. */
const firstRound = 48;
const laterRound = 240;
/** Inputs that show a difference and are looked at closely, in one round. */
const mostVerified = 4;
/** Rounds that go on after nothing but an unstable output has been found. */
const roundsAfterUnstable = 2;

async function hunt({ trial, material }: Prepared, { until, most }: Limits): Promise<SearchResult> {
  const dice = diceOf(1);
  const lively: Input[] = [];
  let inputs = 0;
  let failed = 0;
  let unstable: { readonly input: Input; readonly verdict: Verdict } | null = null;
  let left = Number.POSITIVE_INFINITY;
  const ending = async (ended: 'inputs' | 'time'): Promise<SearchResult> => {
    if (unstable !== null) return { ok: true, found: await present(unstable, trial, material), inputs, ended: 'found' };
    return failed === inputs && inputs > 0
      ? { ok: false, why: 'both sides or one of them fail on every input that was tried' }
      : { ok: true, found: null, inputs, ended };
  };
  for (let round = 0; inputs < most && left > 0; round += 1) {
    left -= 1;
    const made = makeRound({
      material,
      dice,
      lively,
      round,
      size: Math.min(round === 0 ? firstRound : laterRound, most - inputs),
    });
    const outputs: (Outputs | null)[] = [];
    for (let at = 0; at < made.length; at += laterRound / 4) {
      if (performance.now() >= until) return ending('time');
      outputs.push(...(await trial.outputsOf(made.slice(at, at + laterRound / 4))));
    }
    inputs += made.length;
    failed += outputs.filter((one) => one === null).length;
    made.forEach((input, at) => {
      if ((outputs[at]?.base.length ?? 0) + (outputs[at]?.head.length ?? 0) > 0) lively.push(input);
    });
    lively.splice(0, lively.length - 60);
    const differing = made
      .filter((_, at) => trial.differ(outputs[at] ?? null))
      .toSorted((a, b) => sizeOf(a) - sizeOf(b));
    for (const input of differing.slice(0, mostVerified)) {
      const verdict = await trial.verify(input);
      if (verdict.kind !== 'differs') continue;
      if (verdict.unstable === null)
        return { ok: true, found: await present({ input, verdict }, trial, material), inputs, ended: 'found' };
      // That base's output was left to chance is no fault of the change.
      if (verdict.unstable === 'head' && unstable === null) {
        unstable = { input, verdict };
        left = roundsAfterUnstable;
      }
    }
  }
  return ending('inputs');
}

interface Round {
  readonly material: Material;
  readonly dice: Dice;
  /** Inputs of earlier rounds that gave rows. */
  readonly lively: readonly Input[];
  readonly round: number;
  readonly size: number;
}

/** The smallest first; later ones of up to four rows a table, half of them made from what gave rows before. */
function makeRound({ material, dice, lively, round, size }: Round): readonly Input[] {
  return Array.from({ length: size }, (_, at) => {
    const parent = round > 0 && dice.roll() < 0.5 ? dice.pick(lively) : undefined;
    if (parent !== undefined) return changeInput(material, dice, parent);
    return makeInput(material, dice, round === 0 ? 1 + (at % 2) : 2 + (at % 3));
  });
}

function sizeOf(input: Input): number {
  return input.reduce((sum, rows) => sum + rows.length, 0);
}

/** The input shrunk as far as the difference stays, and the outputs on it, run once more by themselves. */
async function present(
  { input, verdict }: { readonly input: Input; readonly verdict: Verdict },
  trial: Trial,
  material: Material,
): Promise<Counterexample | null> {
  if (verdict.kind !== 'differs') return null;
  const isStable = verdict.unstable === null;
  const small = isStable ? await shrink(input, material, trial, (outputs) => trial.differ(outputs)) : input;
  const again = small === input ? verdict : await trial.verify(small);
  const [shownAs, seen] =
    again.kind === 'differs' && again.unstable === verdict.unstable ? [small, again] : [input, verdict];
  const places = trial.places();
  const differing = places.filter((at) => bagOf(seen.outputs.base, [at]) !== bagOf(seen.outputs.head, [at]));
  const first = differing.length > 0 ? differing : places;
  const order = [...first, ...places.filter((at) => !first.includes(at))];
  const names = (of: readonly number[]): readonly string[] => of.map((at) => trial.shared[at]?.name ?? '');
  const inOrder = (rows: Outputs['base']): Outputs['base'] =>
    rows.slice(0, 20).map((row) => order.map((at) => cut(row[at] ?? null)));
  return {
    input: await shownInput(shownAs, material, isStable ? trial : null),
    columns: names(order),
    differing: names(first),
    base: inOrder(seen.outputs.base),
    head: inOrder(seen.outputs.head),
    unstable: verdict.unstable,
  };
}
