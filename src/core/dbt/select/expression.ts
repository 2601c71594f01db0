import { nearestWord, reason } from '#core/base';
import type { Parsed } from '../project.ts';

/** How far tests follow what they stand on (`--indirect-selection`). */
export const indirectSelections = ['eager', 'cautious', 'buildable', 'empty'] as const;
export type IndirectSelection = (typeof indirectSelections)[number];

/** The methods that dbt knows; a word before the first colon is one of them. */
const selectionMethods = [
  'access',
  'config',
  'exposure',
  'file',
  'fqn',
  'group',
  'metric',
  'package',
  'path',
  'resource_type',
  'result',
  'saved_query',
  'selector',
  'semantic_model',
  'source',
  'source_status',
  'state',
  'tag',
  'test_name',
  'test_type',
  'unit_test',
  'version',
] as const;
export type SelectionMethod = (typeof selectionMethods)[number];

/** One criterion: `1+config.materialized:table+`. */
export interface Criterion {
  /** As it stands in the expression. */
  readonly raw: string;
  /** Where it stands in the expression, from 1. */
  readonly column: number;
  readonly method: SelectionMethod;
  /** What follows the method after dots: `['materialized']`. */
  readonly args: readonly string[];
  readonly value: string;
  /** `@`: descendants, and the ancestors of all. */
  readonly childrensParents: boolean;
  /** Generations upstream and downstream; null for none, Infinity for all. */
  readonly parents: number | null;
  readonly children: number | null;
}

/** A union of intersections of criteria. */
export type SelectionExpression = readonly (readonly Criterion[])[];

/** An expression that cannot be followed: which, where, why, and what to write. */
export interface SelectionFault {
  readonly expression: string;
  readonly criterion: string;
  /** From 1. */
  readonly column: number;
}

/**
 * Reads a value of `--select` or `--exclude`: blanks are unions, commas intersections.
 * Source: dbt `graph/selector_spec.py`, `SelectionCriteria`; `graph/cli.py`, `parse_union`.
 */
export function parseSelection(expression: string): Parsed<SelectionExpression> {
  const union: (readonly Criterion[])[] = [];
  let column = 1;
  for (const term of expression.split(' ')) {
    const intersection: Criterion[] = [];
    for (const raw of term.split(',')) {
      const criterion = parseCriterion(raw, column, expression);
      if (!criterion.ok) return criterion;
      intersection.push(criterion.value);
      column += raw.length + 1;
    }
    union.push(intersection);
  }
  return { ok: true, value: union };
}

const grammar = /^(@)?((\d*)\+)?(?:([\p{L}\p{N}_.]+):)?(.*?)(\+(\d*))?$/u;

function parseCriterion(raw: string, column: number, expression: string): Parsed<Criterion> {
  const place = { expression, criterion: raw, column };
  const found = grammar.exec(raw);
  if (found === null) return refuseSelection(place, 'selector-malformed', 'has a line break', 'write it on one line');
  const [, at, plusBefore, parents, written, value = '', plusAfter, children] = found;
  if (at !== undefined && plusAfter !== undefined) {
    const why = '"@" before and "+" after a criterion cannot stand together: "@" takes all children already';
    return refuseSelection(place, 'selector-malformed', why, 'leave one of them out');
  }
  const [name = '', ...args] = written === undefined ? [defaultMethod(value)] : written.split('.');
  const method = selectionMethods.find((known) => known === name);
  if (method === undefined) return unknownMethod(place, name);
  return {
    ok: true,
    value: {
      raw,
      column,
      method,
      args,
      value,
      childrensParents: at !== undefined,
      parents: depthOf(plusBefore, parents),
      children: depthOf(plusAfter, children),
    },
  };
}

function depthOf(plus: string | undefined, depth: string | undefined): number | null {
  if (plus === undefined) return null;
  return depth === undefined || depth === '' ? Infinity : Number(depth);
}

/** A bare word is a path when it has a slash, a file when it ends like one, else a name. */
function defaultMethod(value: string): SelectionMethod {
  if (value.includes('/')) return 'path';
  return /\.(?:sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}

function unknownMethod(place: SelectionFault, name: string): Parsed<never> {
  const why =
    name === '' ? 'there is no method before the colon' : `there is no selection method ${JSON.stringify(name)}`;
  // `+1tag:x` reads as a method `1tag`: the number belongs before the plus.
  const moved = /^(\d+)(\D.*)$/.exec(name);
  const nearest = nearestWord(name, selectionMethods);
  if (moved?.[1] !== undefined && moved[2] !== undefined)
    return refuseSelection(place, 'selector-method-unknown', why, `write ${moved[1]}+${moved[2]}:…`);
  const remedy =
    nearest === null ? `use one of ${selectionMethods.join(', ')}` : `write ${nearest}:… if that is what you mean`;
  return refuseSelection(place, 'selector-method-unknown', why, remedy);
}

/** Says why an expression cannot be followed, and where in it. */
export function refuseSelection(place: SelectionFault, code: string, why: string, remedy: string): Parsed<never> {
  const where =
    place.criterion === place.expression
      ? `selection ${JSON.stringify(place.expression)}`
      : `selection ${JSON.stringify(place.expression)}, at ${JSON.stringify(place.criterion)} (column ${place.column})`;
  return { ok: false, reason: reason(code, `${where}: ${why}`, remedy) };
}
