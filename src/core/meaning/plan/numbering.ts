import type { Block, Condition, Output, Term } from './plan.ts';
import { withChildren } from './term.ts';

/**
 * A block that makes of its rows nothing but their numbers, numbered in no order: it gives 1 to n whatever order `row_number()` goes by.
 * Unchanged where a column comes out besides, or is asked for, or where rows are numbered in two orders.
 */
export function numberedInAnyOrder(block: Block): Block {
  const { outputs, qualify, stars, groupBy, distinctOn, limit, modifiers } = block;
  if (stars.length > 0 || groupBy !== null || distinctOn.length > 0 || limit !== null || modifiers !== '') return block;
  const terms = [...outputs, ...qualify].map(({ term }) => term);
  const numbers = new Map(terms.flatMap(numbersIn).map((term) => [term.text, term]));
  const [number, ...others] = numbers.values();
  if (number === undefined || others.length > 0 || number.children.length === 1 || terms.some(readsBesides))
    return block;
  return { ...block, outputs: outputs.map(withTerm), qualify: qualify.map(withTerm) };
}

function withTerm<Part extends Output | Condition>(part: Part): Part {
  return { ...part, term: anyOrder(part.term) };
}

function numbersIn(term: Term): readonly Term[] {
  return isNumber(term) ? [term] : term.children.flatMap(numbersIn);
}

/** `row_number() over (order by …)`: of all rows, not of each partition. */
function isNumber({ kind, children: [own, ...clauses], modifiers, has }: Term): boolean {
  if (kind !== 'window' || own?.name !== 'row_number' || modifiers !== '' || has.volatile) return false;
  return clauses.every(({ kind: of, name }) => of === 'clause' && name === 'order by');
}

/** Whether a term has something of a row besides its number. */
function readsBesides(term: Term): boolean {
  if (isNumber(term)) return false;
  const { column, query, kind, has } = term;
  return column !== null || query !== null || kind === 'window' || has.volatile || term.children.some(readsBesides);
}

function anyOrder(term: Term): Term {
  if (isNumber(term)) return withChildren(term, term.children.slice(0, 1));
  if (!term.has.window) return term;
  return withChildren(term, term.children.map(anyOrder));
}
