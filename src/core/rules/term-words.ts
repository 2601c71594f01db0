import { toLine } from '#core/base';
import type { Condition, Input, Plan, Term } from '#core/meaning';
import { maskWords } from '#core/sql';

/** How a column is written; `orders.id` unless told otherwise. */
type ColumnWords = (column: NonNullable<Term['column']>) => string;

const turned: Readonly<Record<string, string>> = { '<': '>', '<=': '>=' };

/** An expression for the reader, on one line: normal form, so not always as it was written. */
export function termWords(term: Term, most = 100): string {
  return toLine(maskWords(write(term, columnWords)), most);
}

/** Of a column of which nobody knows where it is made, the name alone. */
function columnWords({ input, name }: NonNullable<Term['column']>): string {
  return input.startsWith('?') ? name : `${shortName(input)}.${name}`;
}

/** The same with columns named by `columns`, so that expressions over different inputs can be compared. */
export function termText(term: Term, columns: ColumnWords): string {
  return write(term, columns);
}

/** Conditions for the reader. */
export function conditionWords(conditions: readonly Condition[]): string {
  return toLine(conditions.map(({ term }) => termWords(term)).join(' and '), 160);
}

/** Columns and expressions for the reader: `customer_id, date_trunc('month', ordered_at)`. */
export function listWords(terms: readonly Term[]): string {
  return toLine(terms.map((term) => term.column?.name ?? termWords(term, 60)).join(', '), 120);
}

/** What an input is called: its relation or CTE. */
export function inputWords({ source, written, alias }: Input): string {
  if (source.kind === 'relation') return shortName(source.uniqueId ?? source.name);
  return written === '' ? shortName(alias) : written;
}

/** `model.shop.orders#2` → `orders`; of a subquery the first relation in it: `{orders+…}`. */
export function shortName(alias: string): string {
  const bare = alias.replace(/^\^+/, '').replace(/#(?:\d+|new)$/, '');
  if (bare.startsWith('{')) return bare.includes('+') ? `${bare.slice(0, bare.indexOf('+'))}+…}` : bare;
  const [withoutTable = bare] = bare.split(':');
  return (withoutTable.split(/[.\n]/).at(-1) ?? bare).replaceAll(/["`[\]]/g, '');
}

function write(term: Term, columns: ColumnWords): string {
  if (term.column !== null) return columns(term.column);
  const inner = term.children.map((child) => write(child, columns));
  const name = term.name.replace(/^parameter /, '');
  const named = name === term.name ? term : { ...term, name };
  return writers[term.kind]?.(named, inner) ?? (inner.length === 0 ? name : `${name}(${inner.join(', ')})`);
}

const writers: Readonly<Partial<Record<Term['kind'], (term: Term, inner: readonly string[]) => string>>> = {
  literal: ({ name }) => name,
  cast: ({ name }, [of = '']) => `cast(${of} as ${name})`,
  in: ({ name, query }, [of = '', ...items]) => `${of} ${name === '' ? 'in' : name} (${queryWords(query, items)})`,
  exists: ({ query }, inner) => `exists (${queryWords(query, inner)})`,
  subquery: ({ query }, inner) => `(${queryWords(query, inner)})`,
  operator: operatorWords,
  case: (_, inner) => caseWords(inner),
  window: (_, [own = '', ...clauses]) => `${own} over (${clauses.join(' ')})`,
  clause: ({ name }, inner) => `${name} ${inner.join(', ')}`,
  function: callWords,
  // A column by its place, whose operands only tell it from others.
  other: (term, inner) => (term.name.startsWith('column ') || inner.length === 0 ? term.name : callWords(term, inner)),
  aggregate: callWords,
};

function callWords({ name, distinct }: Term, inner: readonly string[]): string {
  return `${name}(${distinct ? 'distinct ' : ''}${inner.join(', ')})`;
}

function queryWords(query: Plan | null, otherwise: readonly string[]): string {
  return query === null ? otherwise.join(', ') : selectWords(query);
}

function operatorWords({ name, children }: Term, inner: readonly string[]): string {
  const words = children.map((child, at) =>
    child.kind === 'operator' && (child.name === 'and' || child.name === 'or')
      ? `(${inner[at] ?? ''})`
      : (inner[at] ?? ''),
  );
  const [left = '', right = ''] = words;
  if (words.length === 1) return /^is\b/.test(name) ? `${left} ${name}` : `${name} ${left}`;
  const isTurned = children[0]?.kind === 'literal' && turned[name] !== undefined;
  return isTurned ? `${right} ${turned[name] ?? name} ${left}` : words.join(` ${name} `);
}

function caseWords(inner: readonly string[]): string {
  const whens = inner.flatMap((word, at) =>
    at % 2 === 0 && at + 1 < inner.length ? [`when ${word} then ${inner[at + 1] ?? ''}`] : [],
  );
  return `case ${whens.join(' ')}${inner.length % 2 === 1 ? ` else ${inner.at(-1) ?? ''}` : ''} end`;
}

function selectWords(plan: Plan): string {
  if (plan.kind !== 'block') return 'select …';
  const from = plan.inputs.map((input) => inputWords(input)).join(', ');
  return `select ${plan.outputs.map(({ name }) => name).join(', ')} from ${from}`;
}
