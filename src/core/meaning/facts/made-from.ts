import type { ColumnRead, Term } from '../plan/plan.ts';
import { isUnclear, nameOf, readsOf } from './column-name.ts';
import type { Dependency } from './dependencies.ts';
import type { Fact } from './facts.ts';

/** A fact that the SQL proves; '' for one that goes without saying. */
export function proven(source: string): Fact {
  return { source, sureness: 'proven' };
}

/** Terms for the reader. */
export function listed(terms: readonly Term[]): string {
  return terms.map((term) => term.column?.name ?? term.text).join(', ');
}

/** What an expression reads decides it; text made of a value, and a hash, decide it back. */
export function madeFrom(term: Term): readonly Dependency[] {
  if (!isRowWise(term)) return [];
  const [from, to] = [readsOf(term), [nameOf(term)]];
  const back = backFrom(term);
  const forward = { from, to, fact: proven('') };
  return back === null || from.length === 0 ? [forward] : [forward, { from: to, to: from, fact: back }];
}

function isRowWise(term: Term): boolean {
  const { has, column, query } = term;
  return column === null && query === null && !has.aggregate && !has.window && !has.volatile && !isUnclear(term);
}

/** The column of whose values an expression keeps each apart: the column itself, or its text of any length; null for others. */
export function columnApart({ kind, name, children: [of], column }: Term): ColumnRead | null {
  if (column !== null) return column;
  return kind === 'cast' && /^(?:varchar|text|string)$/.test(name) ? (of?.column ?? null) : null;
}

/** Why a value tells what it was made of; null where it does not. */
function backFrom(term: Term): Fact | null {
  const { name, reads } = term;
  if (columnApart(term) !== null) return proven('');
  if (!hashes.has(name)) return null;
  return { source: `${name} of ${reads.map((one) => one.name).join(', ')}`, sureness: 'declared' };
}

const hashes: ReadonlySet<string> = new Set('md5 sha1 sha256 sha2 sha512 md5_hex sha1_hex sha2_hex'.split(' '));

/** `row_number() over (partition by p …) = 1`: one row for each `p`. */
export function firstOfPartition(condition: Term, goal: readonly string[]): readonly Dependency[] {
  const [left, right] = condition.children;
  if (condition.kind !== 'operator' || left?.kind !== 'window' || right?.kind !== 'literal') return [];
  const isFirst =
    (['=', '<='].includes(condition.name) && right.name === '1') || (condition.name === '<' && right.name === '2');
  const partition = isFirst ? partitionOf(left) : null;
  return partition === null ? [] : [{ from: partition.map(nameOf), to: goal, fact: partitionFact(partition) }];
}

function partitionFact(partition: readonly Term[]): Fact {
  return proven(partition.length === 0 ? 'row_number() = 1' : `row_number() = 1 for each ${listed(partition)}`);
}

/** What a `row_number()` starts anew for; null for another function. */
export function partitionOf(term: Term): readonly Term[] | null {
  const [own, ...clauses] = term.children;
  if (term.kind !== 'window' || own?.name !== 'row_number') return null;
  if (clauses.some(({ name }) => name === 'window')) return null;
  return clauses.filter(({ name }) => name === 'partition by').flatMap(({ children }) => children);
}
