import type { TokenMutant } from './token-mutations.ts';

/** Changes of a token that leave the meaning, each with why; docs/decisions/0039 has the longer argument. */
const harmless: readonly (readonly [string, (mutant: TokenMutant) => boolean])[] = [
  ['AS before an alias may be left out', ({ taken, put }) => taken === 'as' && put === ''],
  ['AS before the alias of a PIVOT is one word for the engine, whatever it is', ({ change }) => change === 'as > asz'],
  ['ASC is the default', ({ taken, put }) => put === 'asc' || (taken === 'asc' && put === '')],
  ['INNER is the default', ({ taken, put }) => taken === 'inner' && put === ''],
  [
    'OUTER says nothing beside LEFT, RIGHT and FULL',
    ({ taken, put, change }) => (taken === 'outer' && put === '') || /^\+ outer \(before (?:join|anti)\)$/.test(change),
  ],
  ['ALL is the default quantifier of SELECT and of an aggregate', ({ put }) => put === 'all'],
  [
    'DISTINCT is the default quantifier of a set operation',
    ({ change, taken, put, previous }) =>
      change === '+ distinct (before select)' ||
      (taken === 'distinct' && put === '' && /^(?:union|except|intersect)$/.test(previous)),
  ],
  [
    'a JOIN without a condition is a CROSS JOIN',
    ({ taken, put }) => taken === 'cross' && (put === '' || put === 'inner'),
  ],
  [
    'SEMI and ANTI are LEFT',
    ({ taken, change }) => (taken === 'left' && change === '- left') || change === '+ left (before semi)',
  ],
  ['a function in FROM sees what stands before it', ({ taken, put }) => taken === 'lateral' || put === 'lateral'],
  ['FETCH FIRST 3 ROWS is FETCH 3', ({ change }) => change === '- first' || change === '- rows'],
  ['the engine forgives the WHERE of FILTER', ({ change }) => change === '- where'],
  ['and the comma before GROUPING SETS, but in Spark', ({ change }) => change === '- ,'],
  ['ONLY before what is no table is nobody’s SQL', ({ change }) => change.startsWith('+ only (before')],
  ['a word before the alias of a PIVOT is nobody’s SQL', ({ change }) => change.endsWith('(before p)')],
  ['a minus without a value is nobody’s SQL', ({ change }) => change === '+ - (before ))'],
  ['a plus after ON (…) or TIES is nobody’s SQL', ({ change }) => /^\+ \+ \(before (?:a|isnull)\)$/.test(change)],
];

/** Whether a changed token is known to leave the meaning, or to make what no dialect takes. */
export function saysTheSame(mutant: TokenMutant): boolean {
  return harmless.some(([, applies]) => applies(mutant));
}
