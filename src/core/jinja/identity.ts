import { sha256 } from '#core/base';
import { isSpent, lookUp, type Scope, type State } from './state.ts';
import type { Expr } from './template-tree.ts';
import { isUnknown, textOf, type Value } from './value.ts';

/** Values inside each other; a list can stand in itself. */
const deepest = 20;

interface Work {
  readonly scope: Scope;
  readonly state: State;
  /** Whether a part has no identity. */
  lost: boolean;
}

/**
 * A digest by which an expression gives the same value wherever it is written in templates of one project: of its words, with variables
 * of the template replaced by what they are. Null where a variable's value cannot be told from others.
 */
export function identityOf(expression: Expr, scope: Scope, state: State): string | null {
  const work: Work = { scope, state, lost: false };
  const digest = ofPart(expression, work);
  return work.lost ? null : digest;
}

function ofPart(part: unknown, work: Work): string {
  if (isSpent(work.state)) work.lost = true;
  if (work.lost) return '';
  if (Array.isArray(part)) return sha256(JSON.stringify(['list', ...part.map((one) => ofPart(one, work))]));
  if (part === null || typeof part !== 'object') return sha256(JSON.stringify([typeof part, part]));
  const expression = part as Expr;
  if (expression.kind === 'literal') return ofValue(expression.value, work);
  if (expression.kind === 'float') return ofValue(expression, work);
  if (expression.kind === 'name') {
    const value = lookUp(work.scope, expression.name);
    if (value === undefined) return sha256(JSON.stringify(['name', expression.name]));
    return isUnknown(value) && value.identity !== null ? value.identity : ofValue(value, work);
  }
  return sha256(JSON.stringify(Object.entries(part).map(([key, value]) => [key, ofPart(value, work)])));
}

function ofValue(value: Value, work: Work, depth = 0): string {
  if (isSpent(work.state) || depth > deepest || isBroken(value, work)) work.lost = true;
  if (work.lost) return '';
  return sha256(JSON.stringify(contentOf(value, work, (one) => ofValue(one, work, depth + 1))));
}

/** What tells a value from others; of what is unknown its identity. */
// eslint-disable-next-line complexity -- one case a kind
function contentOf(value: Value, work: Work, inner: (one: Value) => string): unknown {
  if (value === null || typeof value !== 'object') return [typeof value, value];
  switch (value.kind) {
    case 'unknown':
      work.lost ||= value.identity === null;
      return value.identity;
    case 'list':
      return ['list', value.tuple, ...value.items.map(inner)];
    case 'dict':
      return ['dict', ...[...value.entries].map(([key, one]) => [key, inner(one)])];
    case 'namespace':
      return ['namespace', ...[...value.fields].map(([key, one]) => [key, inner(one)])];
    case 'local-macro':
      return ['macro', value.macro];
    case 'macro':
      return ['macro', value.macro.uniqueId];
    case 'method':
      work.lost = true;
      return null;
    case 'builtin':
    case 'package':
    case 'object':
      return ['name', value.name];
    default:
      return [value.kind, textOf(value)];
  }
}

function isBroken(value: Value, { state }: Work): boolean {
  return value !== null && typeof value === 'object' && state.broken.has(value);
}
