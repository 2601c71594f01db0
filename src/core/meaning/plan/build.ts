import type { Reason } from '#core/base';
import { type Dialect, type Expression, type Identifier, identifierKey, type Query } from '#core/sql';
import type { Output, Plan, StarOutput, Term } from './plan.ts';

/** A relation that a query names. `columns` are all of its columns' names, null where they are not all known. */
export interface KnownRelation {
  readonly uniqueId: string | null;
  /** By which the relation is the same on both sides, whatever database it is built in. */
  readonly name: string;
  readonly columns: readonly string[] | null;
}

/** The SQL whose rows a relation holds, and what its names stand for. */
export interface Definition {
  readonly query: Query;
  readonly context: PlanContext;
}

/** What a plan needs to know beyond the query. */
export interface PlanContext {
  readonly dialect: Dialect;
  /** Null for a name that nobody knows: it stands for itself. */
  readonly relation: (name: readonly Identifier[]) => KnownRelation | null;
  /** Of a relation that only one of two sides reads: what makes its rows. Null, or left out, where the relation stands for itself. */
  readonly definition?: (name: readonly Identifier[]) => Definition | null;
  /**
   * A text for what a masked part of the SQL (a call of `maskName`) stands for: two parts of the same text give the same value.
   * Without it, or where it is null, a query with such a part is not understood.
   */
  readonly mask?: (name: string) => string | null;
}

/** What the making of one plan carries along. */
export interface Build {
  readonly context: PlanContext;
  readonly dialect: Dialect;
  /** Whether relations that have a definition are written out by it, as CTEs are. */
  readonly writesOut: boolean;
  /** Terms that may still be made: what keeps the cost of a hostile statement in bounds. */
  budget: number;
  /** Why no plan comes of it. The first reason stays. */
  failed: Reason | null;
  /** The plan of a query inside another, and the term of an expression: queries and expressions hold each other. */
  readonly planOf: (query: Query, around: Around) => Plan;
  readonly toTerm: (expression: Expression, scope: Scope, use?: Use) => Term;
}

/** CTEs in reach, by key. */
export type Environment = ReadonlyMap<string, Plan>;

/** Where a query stands. */
export interface Around {
  readonly build: Build;
  readonly env: Environment;
  /** What it may read columns of; null where it stands by itself. */
  readonly outer: Scope | null;
  readonly depth: number;
}

/** What stands in FROM under one name. */
export interface Bound {
  readonly alias: string | null;
  /** Keys of the parts of its table name; empty for others. */
  readonly path: readonly string[];
  readonly columns: ReadonlyMap<string, Output>;
  /** Inputs that may have more columns. */
  readonly stars: readonly StarOutput[];
  /** Not so for semi and anti joins: no bare name and no star reads it. */
  readonly visible: boolean;
  readonly isFunction: boolean;
}

/** What the expressions of one SELECT can see. */
export interface Scope {
  readonly build: Build;
  readonly env: Environment;
  readonly outer: Scope | null;
  /** How many expressions' subqueries it stands in. */
  readonly depth: number;
  readonly bounds: Bound[];
  /** Columns of USING, by key. */
  readonly merged: Map<string, Output>;
  /** Outputs so far, by key. */
  readonly aliases: Map<string, Term>;
  readonly windows: ReadonlyMap<string, Expression>;
  readonly parameters: ReadonlySet<string>;
}

/** Whether a name may be an output's, and whether before the columns of inputs. */
export type AliasUse = 'no' | 'last' | 'first';

/** Where an expression stands. */
export interface Use {
  readonly aliases: AliasUse;
  /** Whether NULL and false are the same there. */
  readonly asCondition: boolean;
}

/**
 * The name by which a column is the same wherever it is written: lower case where the dialect folds, `"Name"` where quotes keep
 * another case.
 */
export function keyOf(identifier: Identifier, dialect: Dialect): string {
  const key = identifierKey(identifier, dialect);
  const folded = identifierKey({ name: identifier.name, quoted: false }, dialect);
  return key === folded ? key.toLowerCase() : JSON.stringify(key);
}

/** Says that no plan comes of it. */
export function fail(build: Build, cause: Reason): void {
  build.failed ??= cause;
}

/** What the tree says of a part beside its kind, name and operands; '' for nothing, and for another name of what is called. */
export function modifiersOf({ modifiers = '' }: { readonly modifiers?: string }): string {
  return /^original_name="(?:ifnull|nvl|if|iff)"$/.test(modifiers) ? '' : modifiers;
}
