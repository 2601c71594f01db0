import { toLine } from '#core/base';
import type { Condition, Input, Plan, Term } from '#core/meaning';

/** How a column is written; `orders.id` unless told otherwise. */
type ColumnWords = (column: NonNullable<Term['column']>) => string;

const turned: Readonly<Record<string, string>> = { '<': '>', '<=': '>=' };

/** An expression for the reader, on one line: normal form, so not always as it was written. */
export function termWords(term: Term, most = 100): string {
  return toLine(
    write(term, (column) => `${shortName(column.input)}.${column.name}`),
    most,
  );
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

/** `model.shop.orders#2` → `orders`. */
export function shortName(alias: string): string {
  const bare = alias.replace(/^\^+/, '').replace(/#\d+$/, '');
  const [withoutTable = bare] = bare.split(':');
  return (withoutTable.split(/[.\n]/).at(-1) ?? bare).replaceAll(/["`[\]]/g, '');
}

function write(term: Term, columns: ColumnWords): string {
  const { kind, name, children, column, distinct } = term;
  const inner = children.map((child) => write(child, columns));
  const [left = '', right = ''] = inner;
  if (column !== null) return columns(column);
  switch (kind) {
    case 'literal':
      return name;
    case 'cast':
      return `cast(${left} as ${name})`;
    case 'in': {
      const list = term.query === null ? inner.slice(1).join(', ') : selectWords(term.query);
      return `${left} ${name === '' ? 'in' : name} (${list})`;
    }
    case 'exists':
      return `exists (${term.query === null ? left : selectWords(term.query)})`;
    case 'subquery':
      return `(${term.query === null ? left : selectWords(term.query)})`;
    case 'operator':
      return operatorWords(term, inner);
    case 'case':
      return caseWords(inner);
    case 'window':
      return `${left} over (${inner.slice(1).join(' ')})`;
    case 'clause':
      return `${name} ${inner.join(', ')}`;
    case 'function':
    case 'aggregate':
      return `${name}(${distinct ? 'distinct ' : ''}${inner.join(', ')})`;
    default:
      return inner.length === 0 ? name : `${name}(${inner.join(', ')}${right === '' ? '' : ''})`;
  }
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
