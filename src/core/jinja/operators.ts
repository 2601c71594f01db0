import { longestList, longestText } from './state.ts';
import {
  areEqual,
  isDict,
  isList,
  isUnknown,
  kindOf,
  list,
  numberOf,
  textOf,
  truthOf,
  unknown,
  type Value,
} from './value.ts';

type Operator = (left: Value, right: Value) => Value;

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['==', (a, b) => orUnknown(areEqual(a, b))],
  ['!=', (a, b) => negated(areEqual(a, b))],
  ['<', (a, b) => compared(a, b, (order) => order < 0)],
  ['<=', (a, b) => compared(a, b, (order) => order <= 0)],
  ['>', (a, b) => compared(a, b, (order) => order > 0)],
  ['>=', (a, b) => compared(a, b, (order) => order >= 0)],
  ['in', contains],
  ['+', plus],
  ['-', (a, b) => arithmetic(a, b, (x, y) => x - y)],
  ['*', times],
  ['/', (a, b) => divided(a, b)],
  ['//', (a, b) => (numberOf(b) === 0 ? unknown('a division by zero') : arithmetic(a, b, (x, y) => Math.floor(x / y)))],
  ['%', modulo],
  ['~', (a, b) => joined(textOf(a), textOf(b))],
]);

/** A binary operator as Python has it, `and` and `or` apart; unknown for what is not covered. */
export function operate(operator: string, left: Value, right: Value): Value {
  if (isUnknown(left)) return left;
  if (isUnknown(right)) return right;
  return operators.get(operator)?.(left, right) ?? unknown(`operator ${operator}`);
}

/** `not`, `-` and `+`. */
export function operateOn(operator: string, on: Value): Value {
  if (isUnknown(on)) return on;
  if (operator === 'not') return negated(truthOf(on));
  const number = typeof on === 'boolean' ? null : numberOf(on);
  if (number === null) return unknown(`operator ${operator}`);
  const signed = operator === '-' ? -number : number;
  return typeof on === 'number' ? signed : { kind: 'float', number: signed };
}

/** Python's order of two texts or two numbers: negative, 0 or positive; null for anything else. */
export function orderOf(a: Value, b: Value): number | null {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const [one, two] = [numberOf(a), numberOf(b)];
  return one === null || two === null ? null : one - two;
}

function orUnknown(truth: boolean | null): Value {
  return truth ?? unknown('a comparison');
}

function negated(truth: boolean | null): Value {
  return truth === null ? unknown('a comparison') : !truth;
}

function compared(a: Value, b: Value, test: (order: number) => boolean): Value {
  const order = orderOf(a, b);
  return order === null ? unknown('a comparison') : test(order);
}

function contains(item: Value, container: Value): Value {
  if (typeof container === 'string') return typeof item === 'string' ? container.includes(item) : unknown('in');
  if (isDict(container))
    return typeof item === 'string' || typeof item === 'number' ? container.entries.has(item) : unknown('in');
  if (!isList(container)) return unknown('in');
  const equal = container.items.map((one) => areEqual(one, item));
  return equal.includes(true) ? true : orUnknown(equal.includes(null) ? null : false);
}

function plus(a: Value, b: Value): Value {
  if (typeof a === 'string' && typeof b === 'string') return joined(a, b);
  if (isList(a) && isList(b) && a.tuple === b.tuple) {
    return a.items.length + b.items.length > longestList
      ? unknown('a list that is too long')
      : list([...a.items, ...b.items], a.tuple);
  }
  return arithmetic(a, b, (x, y) => x + y);
}

function times(a: Value, b: Value): Value {
  if (typeof a === 'string' && typeof b === 'number') {
    return a.length * b > longestText ? unknown('a text that is too long') : a.repeat(Math.max(0, b));
  }
  return arithmetic(a, b, (x, y) => x * y);
}

function divided(a: Value, b: Value): Value {
  const [one, two] = [numberOf(a), numberOf(b)];
  return one === null || two === null || two === 0 ? unknown('a division') : { kind: 'float', number: one / two };
}

function modulo(a: Value, b: Value): Value {
  if (typeof a === 'string') return formatted(a, isList(b) && b.tuple ? b.items : [b]);
  const [one, two] = [numberOf(a), numberOf(b)];
  if (one === null || two === null || two === 0) return unknown('operator %');
  return arithmetic(a, b, (x, y) => x - y * Math.floor(x / y));
}

/** `%s` alone: other conversions are rare in SQL. */
function formatted(template: string, values: readonly Value[]): Value {
  if (/%[^s%]|%$/.test(template)) return unknown('operator %');
  const texts = values.map(textOf);
  const places = template.match(/%s/g)?.length ?? 0;
  if (texts.includes(null) || places !== texts.length) return unknown('operator %');
  let at = 0;
  return template.replace(/%[s%]/g, (mark) => (mark === '%%' ? '%' : (texts[at++] ?? '')));
}

function arithmetic(a: Value, b: Value, compute: (x: number, y: number) => number): Value {
  const [one, two] = [numberOf(a), numberOf(b)];
  if (one === null || two === null) return unknown(`an operator on ${kindOf(a)} and ${kindOf(b)}`);
  const number = compute(one, two);
  if (typeof a === 'object' || typeof b === 'object') return { kind: 'float', number };
  return Number.isSafeInteger(number) ? number : unknown('a number that is too large');
}

/** Two texts as one; unknown where either is, and beyond the limit. */
export function joined(a: string | null, b: string | null): Value {
  if (a === null || b === null) return unknown('a text');
  return a.length + b.length > longestText ? unknown('a text that is too long') : a + b;
}
