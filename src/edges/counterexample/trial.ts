import type { ShownValue, Side } from '#core/evidence';
import { bagOf, type Shared, sharedColumns, shown } from './compare.ts';
import type { Input } from './input.ts';
import { isRefused, type Laboratory, type Refused, type Result } from './laboratory.ts';
import { byWorld, fillMany, fillOne, forManyWorlds } from './stage.ts';
import type { Table } from './tables.ts';
import type { Tree } from './tree.ts';

/** One side's statement, and DuckDB's tree of it. */
export interface Statement {
  readonly sql: string;
  readonly tree: Tree;
}

type Rows = readonly (readonly ShownValue[])[];

/** What both sides give for one input, by the shared columns. */
export interface Outputs {
  readonly base: Rows;
  readonly head: Rows;
}

/** What one input shows. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'differs'; readonly outputs: Outputs; readonly unstable: Side | null }
  | { readonly kind: 'failed'; readonly refused: Refused };

/** Runs both sides' statements on inputs. */
export interface Trial {
  /** Shared columns that can be compared, by place. */
  readonly places: () => readonly number[];
  readonly shared: readonly Shared[];
  /** Outputs of each input; null where a side failed on it. Many worlds at once where DuckDB can. */
  outputsOf(inputs: readonly Input[]): Promise<readonly (Outputs | null)[]>;
  /** Whether the outputs differ in columns that can be compared. */
  differ(outputs: Outputs | null): boolean;
  /** Runs the statements themselves, on the rows in two orders. */
  verify(input: Input): Promise<Verdict>;
}

/** Prepares a trial; the tables must stand. Refused where the two sides have no column in common, or DuckDB takes one not. */
export async function createTrial(
  lab: Laboratory,
  tables: readonly Table[],
  statements: Readonly<Record<Side, Statement>>,
): Promise<Trial | Refused> {
  const { base, head } = statements;
  const before = await lab.run(base.sql);
  if (isRefused(before)) return before;
  const after = await lab.run(head.sql);
  if (isRefused(after)) return after;
  const shared = sharedColumns(before.names, after.names);
  if (shared.length === 0) return { error: 'the two sides have no column in common', position: 0, stopped: false };
  const many = { base: await forManyWorlds(lab, base.tree, tables), head: await forManyWorlds(lab, head.tree, tables) };
  const one = { base: base.sql, head: head.sql };
  // Columns that differ from run to run, or by the order of the rows, on both sides.
  const ignored = new Set<number>();
  const places = (): readonly number[] => shared.map((_, at) => at).filter((at) => !ignored.has(at));
  return {
    places,
    shared,
    outputsOf: (inputs) => outputsOf(inputs, { lab, shared, one, many }),
    differ: (outputs) => outputs !== null && bagOf(outputs.base, places()) !== bagOf(outputs.head, places()),
    async verify(input) {
      const runs: Outputs[] = [];
      for (const turned of [false, true, false]) {
        const outputs = await runOne(input, turned, { lab, shared, one, many });
        if (isRefused(outputs)) return { kind: 'failed', refused: outputs };
        runs.push(outputs);
      }
      for (const at of places()) if (isUnstable(runs, 'base', [at]) && isUnstable(runs, 'head', [at])) ignored.add(at);
      return verdictOn(runs, places());
    },
  };
}

interface Bench {
  readonly lab: Laboratory;
  readonly shared: readonly Shared[];
  readonly one: Readonly<Record<Side, string>>;
  readonly many: Readonly<Record<Side, string | Refused>>;
}

function isUnstable(runs: readonly Outputs[], side: Side, places: readonly number[]): boolean {
  return new Set(runs.map((run) => bagOf(run[side], places))).size > 1;
}

function verdictOn(runs: readonly Outputs[], places: readonly number[]): Verdict {
  const [outputs] = runs;
  const [base, head] = [isUnstable(runs, 'base', places), isUnstable(runs, 'head', places)];
  if (outputs === undefined || (base && head) || places.length === 0) return { kind: 'same' };
  if (base !== head) return { kind: 'differs', outputs, unstable: base ? 'base' : 'head' };
  if (bagOf(outputs.base, places) === bagOf(outputs.head, places)) return { kind: 'same' };
  return { kind: 'differs', outputs, unstable: null };
}

/** The shared columns of the rows. */
function shownRows(shared: readonly Shared[], side: Side, { rows, types }: Pick<Result, 'rows' | 'types'>): Rows {
  return rows.map((row) => shared.map((one) => shown(row[one[side]], types[one[side]] ?? '')));
}

async function runOne(input: Input, turned: boolean, { lab, shared, one }: Bench): Promise<Outputs | Refused> {
  const filled = await fillOne(lab, input, turned);
  if (filled !== null) return filled;
  const before = await lab.run(one.base);
  if (isRefused(before)) return before;
  const after = await lab.run(one.head);
  if (isRefused(after)) return after;
  return { base: shownRows(shared, 'base', before), head: shownRows(shared, 'head', after) };
}

async function runMany(inputs: readonly Input[], { lab, shared, many }: Bench): Promise<readonly Outputs[] | Refused> {
  if (isRefused(many.base)) return many.base;
  if (isRefused(many.head)) return many.head;
  const filled = await fillMany(lab, inputs);
  if (filled !== null) return filled;
  const before = await lab.run(many.base);
  if (isRefused(before)) return before;
  const after = await lab.run(many.head);
  if (isRefused(after)) return after;
  const bases = byWorld(before, inputs.length);
  const heads = byWorld(after, inputs.length);
  return inputs.map((_, at) => ({
    base: shownRows(shared, 'base', { rows: bases[at] ?? [], types: before.types.slice(1) }),
    head: shownRows(shared, 'head', { rows: heads[at] ?? [], types: after.types.slice(1) }),
  }));
}

async function outputsOf(inputs: readonly Input[], bench: Bench): Promise<readonly (Outputs | null)[]> {
  if (inputs.length === 0) return [];
  const found = await runMany(inputs, bench);
  if (!isRefused(found)) return found;
  if (found.stopped) return inputs.map(() => null);
  if (inputs.length === 1) {
    const alone = await runOne(inputs[0] ?? [], false, bench);
    return [isRefused(alone) ? null : alone];
  }
  // One input on which a side fails spoils all that run with it.
  const half = Math.ceil(inputs.length / 2);
  return [...(await outputsOf(inputs.slice(0, half), bench)), ...(await outputsOf(inputs.slice(half), bench))];
}
