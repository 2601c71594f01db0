import { applyFilter, applyTest, itemsOf } from './filters.ts';
import { findGlobal, findMember } from './globals.ts';
import { identityOf } from './identity.ts';
import type { Given } from './methods.ts';
import { operate, operateOn } from './operators.ts';
import { type Frame, firstUnknown, isSpent, lookUp, type Scope, whole } from './state.ts';
import type { Arguments, Expr } from './template-tree.ts';
import {
  dict,
  isDict,
  isList,
  isUnknown,
  kindOf,
  list,
  orElse,
  truthOf,
  undefinedValue,
  unknown,
  type Value,
} from './value.ts';

/** The value of an expression. Nothing is guessed: what cannot be told is unknown, and so is what is made of it. */
export function evaluate(expression: Expr, scope: Scope, frame: Frame): Value {
  if (isSpent(frame.state)) return unknown('more steps than are allowed');
  const of = (part: Expr): Value => evaluate(part, scope, frame);
  const kept = (part: Expr): Value => evaluateKept(part, scope, frame);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'float':
      return { kind: 'float', number: expression.number };
    case 'name':
      return nameOf(expression.name, scope, frame);
    case 'list':
      return list(expression.items.map(kept), expression.tuple);
    case 'dict':
      return dictOf(expression.pairs.map(([key, value]) => [of(key), kept(value)] as const));
    case 'attribute':
      return whole(findMember(of(expression.on), expression.name, frame), frame.state);
    case 'item':
      return whole(itemOf(of(expression.on), of(expression.key)), frame.state);
    case 'slice':
      return evaluateSlice(expression, of);
    case 'unary':
      return operateOn(expression.operator, of(expression.on));
    default:
      return evaluateMore(expression, scope, frame);
  }
}

/** The value of an expression that is put somewhere: in open mode, what is unknown says by what it is the same elsewhere. */
export function evaluateKept(expression: Expr, scope: Scope, frame: Frame): Value {
  const { state } = frame;
  if (state.open === null) return evaluate(expression, scope, frame);
  // Before, for a call may change what it is given.
  const identity = identityOf(expression, scope, state);
  const value = evaluate(expression, scope, frame);
  return isUnknown(value) ? unknown(value.label, value.because, identity) : value;
}

function evaluateSlice({ on, from, to }: Extract<Expr, { kind: 'slice' }>, of: (part: Expr) => Value): Value {
  return sliceOf(of(on), from === null ? 0 : of(from), to === null ? null : of(to));
}

function nameOf(name: string, scope: Scope, frame: Frame): Value {
  const value = lookUp(scope, name);
  return whole(value === undefined ? findGlobal(name, frame) : value, frame.state);
}

type More = Extract<Expr, { kind: 'call' | 'filter' | 'test' | 'binary' | 'choice' }>;

function evaluateMore(expression: More, scope: Scope, frame: Frame): Value {
  const of = (part: Expr): Value => evaluate(part, scope, frame);
  switch (expression.kind) {
    case 'call':
      return evaluateCall(expression, scope, frame);
    case 'filter':
      return filtered(expression, of(expression.on), givenOf(expression.given, of));
    case 'test':
      return tested(expression, of(expression.on), expression.given.positional.map(of));
    case 'binary':
      return evaluateBinary(expression, of);
    case 'choice': {
      const truth = truthOf(of(expression.test));
      if (truth === null) return unknown(labelOf(of(expression.test), 'a condition'));
      if (truth) return of(expression.then);
      return expression.otherwise === null ? undefinedValue : of(expression.otherwise);
    }
  }
}

function evaluateBinary(
  { operator, left, right }: Extract<Expr, { kind: 'binary' }>,
  of: (part: Expr) => Value,
): Value {
  const first = of(left);
  if (operator !== 'and' && operator !== 'or') return operate(operator, first, of(right));
  const truth = truthOf(first);
  if (truth !== null) return truth === (operator === 'and') ? of(right) : first;
  // `unknown and false` is false for a condition, but no value is told: only an `if` asks, and it treats both alike.
  const second = of(right);
  const decides = truthOf(second) === (operator === 'or');
  return decides && typeof second === 'boolean' ? second : first;
}

function evaluateCall({ on, given }: Extract<Expr, { kind: 'call' }>, scope: Scope, frame: Frame): Value {
  const callee = evaluate(on, scope, frame);
  const args = givenOf(given, (part) => evaluate(part, scope, frame));
  const result = frame.state.call(callee, args, frame);
  if (isUnknown(result)) breakChangeable([...args.positional, ...args.named.values()], frame);
  return result;
}

/** A macro that met something unknown may have changed the lists that it was given. */
function breakChangeable(values: readonly Value[], { state }: Frame): void {
  for (const value of values) {
    if (value !== null && typeof value === 'object' && ['list', 'dict', 'namespace'].includes(value.kind))
      state.broken.add(value);
  }
}

function givenOf({ positional, named }: Arguments, of: (part: Expr) => Value): Given {
  return { positional: positional.map(of), named: new Map(named.map(([name, value]) => [name, of(value)])) };
}

function filtered({ name }: { readonly name: string }, on: Value, given: Given): Value {
  const label = firstUnknown([...given.positional, ...given.named.values()]);
  return label === null ? applyFilter(name, on, given) : unknown(label);
}

function tested({ name, not }: Extract<Expr, { kind: 'test' }>, on: Value, args: readonly Value[]): Value {
  const truth = firstUnknown(args) === null ? applyTest(name, on, args) : null;
  return truth === null ? unknown(labelOf(on, `test ${name}`)) : truth !== not;
}

/** The label of an unknown value; `otherwise` of a known one. */
export function labelOf(value: Value, otherwise: string): string {
  return isUnknown(value) ? value.label : otherwise;
}

function dictOf(pairs: readonly (readonly [Value, Value])[]): Value {
  const entries: (readonly [string | number, Value])[] = [];
  for (const [key, value] of pairs) {
    if (typeof key !== 'string' && typeof key !== 'number') return unknown(labelOf(key, 'a dict'));
    entries.push([key, value]);
  }
  return dict(entries);
}

function itemOf(on: Value, key: Value): Value {
  if (isUnknown(on)) return on;
  if (isUnknown(key)) return key;
  if (isDict(on))
    return typeof key === 'string' || typeof key === 'number'
      ? orElse(on.entries.get(key), undefinedValue)
      : unknown('an item');
  if (typeof key !== 'number') return unknown('an item');
  if (isList(on)) return orElse(on.items.at(key), undefinedValue);
  return typeof on === 'string' ? (on.at(key) ?? undefinedValue) : unknown('an item');
}

function sliceOf(on: Value, from: Value, to: Value): Value {
  const start = from === null ? 0 : from;
  if (typeof start !== 'number' || (to !== null && typeof to !== 'number')) return unknown('a slice');
  if (typeof on === 'string') return on.slice(start, to ?? undefined);
  return isList(on) ? list(on.items.slice(start, to ?? undefined), on.tuple) : unknown(labelOf(on, 'a slice'));
}

/** Items of a loop that have as many parts as it has names; null where they have not. */
export function rowsOf(over: Value, names: readonly string[]): readonly (readonly Value[])[] | null {
  const items = itemsOf(over);
  if (items === null || names.length === 1) return items?.map((item) => [item]) ?? null;
  const rows = items.map((item) => (kindOf(item) === 'list' && isList(item) ? item.items : null));
  return rows.every((row) => row?.length === names.length) ? rows.map((row) => row ?? []) : null;
}
