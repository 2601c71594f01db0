import type { Dialect } from '#core/sql';
import type { Block, Input, Term } from '../plan/plan.ts';

/** A block whose left joins are inner ones where a condition of WHERE drops the rows without a match. */
export function withInnerJoins(block: Block, dialect: Dialect): Block {
  // In ClickHouse a row without a match has defaults for NULLs.
  if (block.ordered || dialect === 'clickhouse') return block;
  let { inputs, where } = block;
  for (;;) {
    const found = inputs.find((input) => isLeft(input) && where.some(({ term }) => drops(term, input.alias)));
    if (found === undefined) break;
    inputs = inputs.map((input) => (input === found ? { ...found, join: 'inner', on: [] } : input));
    where = [...where, ...found.on];
  }
  return inputs === block.inputs ? block : { ...block, inputs, where };
}

function isLeft({ join, source }: Input): boolean {
  return join === 'left' && (source.kind === 'relation' || (source.kind === 'plan' && !source.correlated));
}

/** Whether a condition is not true where the row of `alias` is missing. */
function drops(term: Term, alias: string): boolean {
  const [first] = term.children;
  if (term.kind === 'operator' && term.modifiers === '') {
    if (term.name === 'or') return term.children.every((child) => drops(child, alias));
    if (term.name === 'and') return term.children.some((child) => drops(child, alias));
    if (term.name === 'is not null') return first !== undefined && isMissing(first, alias);
  }
  if (term.kind === 'in' && term.query !== null) return first !== undefined && isMissing(first, alias);
  return isMissing(term, alias);
}

const ofOperators: ReadonlySet<string> = new Set('= <> < <= + - * / % neg like ilike not'.split(' '));
const ofFunctions: ReadonlySet<string> = new Set('lower upper trim abs round floor ceil'.split(' '));

/** Whether a term is NULL where the row of `alias` is missing. */
function isMissing({ kind, name, column, children, modifiers, query }: Term, alias: string): boolean {
  if (column !== null) return column.input === alias;
  if (modifiers !== '' || query !== null) return false;
  const [first] = children;
  if (kind === 'cast' || kind === 'in') return first !== undefined && isMissing(first, alias);
  const passes = (kind === 'operator' && ofOperators.has(name)) || (kind === 'function' && ofFunctions.has(name));
  return passes && children.some((child) => isMissing(child, alias));
}
