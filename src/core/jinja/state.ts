import type { UniqueId } from '#core/base';
import type { DbtMacro, DbtNode, DbtProject } from '#core/dbt';
import { isUnknown, type UnknownValue, unknown, type Value } from './value.ts';

/** Steps of evaluation that one node may take; the heaviest of real models takes some thousands. */
const mostSteps = 200_000;
/** UTF-16 units that one text may have, and items that one list may. */
export const longestText = 1_000_000;
export const longestList = 50_000;

/** Arguments of a call, evaluated. */
interface GivenValues {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/**
 * A template of which not everything can be known, rendered for comparison with another: unknown parts stay holes, and what is not
 * decided is chosen.
 */
export interface OpenMode {
  /** What undecided conditions are taken for, by key: false where they are not here. Of a var with a default: whether it is another value. */
  readonly choices: ReadonlyMap<string, boolean>;
  /** Whether the node may be incremental although nothing says so. */
  readonly mayBeIncremental: boolean;
  /** What was chosen, by key, in order: what is so where the choice is true, in words. */
  readonly asked: Map<string, string>;
  /** Identities of what is done beside writing, in order: statements that a template runs. */
  readonly effects: string[];
  /** Why two templates that come to the same may differ all the same, each once. */
  readonly doubts: Set<string>;
}

/** What an undecided condition is taken for. */
export function choose({ choices, asked }: OpenMode, key: string, inWords: string): boolean {
  if (!asked.has(key)) asked.set(key, inWords);
  return choices.get(key) ?? false;
}

/** A part of rendered SQL that nothing is known of. */
export interface Hole {
  readonly identity: string;
  readonly label: string;
  /** Texts in the expression, in lower case. */
  readonly texts: readonly string[];
}

/** A stretch of rendered SQL. */
export interface Piece {
  readonly text: string;
  /** The line of the template on which it starts. */
  readonly line: number;
  /** Whether its line breaks are the template's own. */
  readonly moves: boolean;
  readonly hole: Hole | null;
}

/** What rendering one node knows and notes. */
export interface State {
  readonly project: DbtProject;
  readonly node: DbtNode;
  /** Null where unknown parts are masked at once. */
  readonly open: OpenMode | null;
  /** Calls what an expression gave; handed round, because macros are rendered by what evaluates them. */
  readonly call: (callee: Value, given: GivenValues, frame: Frame) => Value;
  /** Values of vars that are known. */
  readonly vars: ReadonlyMap<string, Value>;
  steps: number;
  /** Macros that are open in each other. */
  depth: number;
  /** What was taken for granted: `var x is its default`. */
  readonly assumed: Set<string>;
  /** What `is_incremental()` answers in an incremental model, and whether it was asked. */
  readonly incremental: boolean;
  isIncremental: boolean | null;
  /** Nodes whose relations `ref` and `source` gave. */
  readonly relations: Set<UniqueId>;
  /** Lists and dicts that a macro changed before it met something unknown. */
  readonly broken: WeakSet<object>;
}

/** Variables, innermost first. */
export interface Scope {
  readonly names: Map<string, Value>;
  readonly outer: Scope | null;
}

/** A template or macro while it is rendered. */
export interface Frame {
  readonly state: State;
  /** Whose macros are found without a prefix. */
  readonly packageName: string;
  /** The macro whose `adapter.dispatch` is asked; null in a template. */
  readonly macro: DbtMacro | null;
  /** Whether unknown parts are masked (a node's own template), or make the whole unknown (a macro). */
  readonly masks: boolean;
  readonly out: string[];
  /** The same as pieces, of a template in open mode; null of all else. */
  readonly pieces: Piece[] | null;
  /** What was masked. */
  readonly masked: { readonly value: UnknownValue; readonly block: boolean }[];
  /** Set by `return`, or by the first thing that is unknown in a macro: nothing more is rendered then. */
  result: Value | undefined;
}

/** Counts one step; true when there are no more. */
export function isSpent(state: State): boolean {
  return ++state.steps > mostSteps;
}

/** Whether a node's rendering stopped at the limit of steps. */
export function wasSpent({ steps }: State): boolean {
  return steps > mostSteps;
}

/** The innermost variable of this name; undefined where there is none. */
export function lookUp(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The value, or unknown where a macro left it half changed. */
export function whole(value: Value, { broken }: State): Value {
  return value !== null && typeof value === 'object' && broken.has(value)
    ? unknown('a value that is not known')
    : value;
}

/** The label of the first unknown of these; null where all are known. */
export function firstUnknown(values: Iterable<Value>): string | null {
  for (const value of values) if (isUnknown(value)) return value.label;
  return null;
}
