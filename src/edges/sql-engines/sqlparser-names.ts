import { text } from './build.ts';
import { variant } from './sqlparser-node.ts';

/** Names of @guanmingchiu/sqlparser-ts's variants in terms of SQL. */

/** Tests of the one value that they hold. */
export const tests: Readonly<Record<string, string>> = {
  IsNull: 'is null',
  IsNotNull: 'is not null',
  IsTrue: 'is true',
  IsNotTrue: 'is not true',
  IsFalse: 'is false',
  IsNotFalse: 'is not false',
  IsUnknown: 'is unknown',
  IsNotUnknown: 'is not unknown',
};

/** Operators with a left and a right side. */
const operators: Readonly<Record<string, string>> = {
  And: 'and',
  Or: 'or',
  Xor: 'xor',
  Plus: '+',
  Minus: '-',
  Multiply: '*',
  Divide: '/',
  Modulo: '%',
  DuckIntegerDivide: '//',
  MyIntegerDivide: 'div',
  Eq: '=',
  NotEq: '<>',
  Lt: '<',
  LtEq: '<=',
  Gt: '>',
  GtEq: '>=',
  StringConcat: '||',
  Spaceship: 'is not distinct from',
  BitwiseAnd: '&',
  BitwiseOr: '|',
  BitwiseXor: '^',
  PGExp: '^',
  PGBitwiseXor: '#',
  PGBitwiseShiftLeft: '<<',
  PGBitwiseShiftRight: '>>',
  PGRegexMatch: '~',
  PGRegexIMatch: '~*',
  PGRegexNotMatch: '!~',
  PGRegexNotIMatch: '!~*',
  PGLikeMatch: 'like',
  PGILikeMatch: 'ilike',
  PGNotLikeMatch: 'not like',
  PGNotILikeMatch: 'not ilike',
  PGOverlap: '&&',
  Arrow: '->',
  LongArrow: '->>',
  HashArrow: '#>',
  HashLongArrow: '#>>',
  AtArrow: '@>',
  ArrowAt: '<@',
  Question: '?',
  QuestionAnd: '?&',
  QuestionPipe: '?|',
  AtQuestion: '@?',
  AtAt: '@@',
  PGStartsWith: '^@',
  Regexp: 'regexp',
  Match: 'match',
  Overlaps: 'overlaps',
  Assignment: ':=',
};

const unaries: Readonly<Record<string, string>> = {
  Minus: 'neg',
  Plus: '+',
  Not: 'not',
  BangNot: 'not',
  PGBitwiseNot: '~',
};

/** Operators whose chains are flattened, so that a long chain is not a deep tree. */
export const chains: ReadonlySet<string> = new Set(['And', 'Or', 'Plus', 'Multiply', 'StringConcat']);

/** A prefix operator. */
export function unaryName(value: unknown): string {
  const name = text(value) ?? '';
  return unaries[name] ?? name.toLowerCase();
}

/** An infix operator. */
export function operatorName(value: unknown): string {
  const tag = variant(value)?.tag ?? '';
  return operators[tag] ?? tag.toLowerCase();
}
