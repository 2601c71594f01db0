import { compareText, sha256 } from '#core/base';
import type { Span } from '#core/sql';
import type { ColumnRead, Plan, Term, TermKind } from './plan.ts';
import { planText } from './text.ts';

/** What a term is made of; the rest follows from it. */
export interface TermParts {
  readonly kind: TermKind;
  readonly name: string;
  readonly children?: readonly Term[];
  readonly column?: ColumnRead;
  readonly query?: Plan;
  readonly distinct?: boolean;
  /** What the tree says of it beside kind, name and operands. */
  readonly modifiers?: string;
  readonly span?: Span;
}

const longest = 240;

/** Functions whose value differs from call to call within one statement. */
const volatile: ReadonlySet<string> = new Set(
  `random rand randn rand64 uniform uuid gen_random_uuid generate_uuid uuid_string newid nextval randstr seq1 seq2 seq4 seq8
   rand_canonical generate_uuidv4 generateuuidv4 uuid_generate_v4 clock_timestamp setval`.split(/\s+/),
);

/** Functions that give several rows, or none, for one where they stand in SELECT; the name in lower case. */
export const setReturning =
  /^(?:unnest|explode|explode_outer|posexplode|posexplode_outer|inline|inline_outer|stack|flatten|generate_series|generate_subscripts|range|jsonb?_array_elements(?:_text)?|jsonb?_each(?:_text)?|jsonb?_object_keys|regexp_matches|regexp_split_to_table|string_to_table)$/;

/** A term of these parts. */
export function makeTerm(parts: TermParts): Term {
  const { kind, name, children = [], column = null, query = null, span = null } = parts;
  return {
    kind,
    name,
    children,
    column,
    query,
    distinct: parts.distinct ?? false,
    modifiers: parts.modifiers ?? '',
    text: digestOf(textOf(parts)),
    reads: readsOf(children, column, query),
    has: {
      aggregate:
        kind === 'window' ? windowed(children) : kind === 'aggregate' || children.some(({ has }) => has.aggregate),
      window: kind === 'window' || children.some(({ has }) => has.window),
      volatile: isVolatile(parts) || children.some((child) => child.has.volatile),
    },
    span,
  };
}

function isVolatile({ kind, name }: TermParts): boolean {
  return kind === 'function' && (volatile.has(name) || setReturning.test(name));
}

/** An aggregate under a window, as in `sum(sum(x)) over ()`: the window's own function does not group the rows. */
function windowed([own, ...clauses]: readonly Term[]): boolean {
  return [...(own?.children ?? []), ...clauses].some(({ has }) => has.aggregate);
}

/** The same term with other operands. */
export function withChildren(term: Term, children: readonly Term[]): Term {
  return makeTerm({ ...partsOf(term), children });
}

/** What `term` was made of. */
export function partsOf(term: Term): TermParts {
  const { kind, name, children, column, query, distinct, modifiers, span } = term;
  return {
    kind,
    name,
    children,
    distinct,
    modifiers,
    span,
    ...(column === null ? {} : { column }),
    ...(query === null ? {} : { query }),
  };
}

/** A column of an input. */
export function columnTerm(input: string, name: string, span: Span): Term {
  return makeTerm({ kind: 'column', name, column: { input, name }, span });
}

/** Long texts become digests, so that a term that holds another many times stays small. */
function digestOf(text: string): string {
  return text.length <= longest ? text : `#${sha256(text).slice(0, 32)}`;
}

function textOf({ kind, name, children = [], column, query, distinct, modifiers }: TermParts): string {
  if (column !== undefined) return `${word(column.input)}.${word(column.name)}${marked(modifiers)}`;
  if (kind === 'literal' && children.length === 0) return `${name}${marked(modifiers)}`;
  const operands = children.map(({ text }) => text);
  if (query !== undefined) operands.push(`{${planText(query)}}`);
  return `${kind}:${word(name)}${marked(modifiers)}(${distinct === true ? 'distinct ' : ''}${operands.join(', ')})`;
}

function marked(modifiers: string | undefined): string {
  return modifiers === undefined || modifiers === '' ? '' : `[${modifiers}]`;
}

function word(name: string): string {
  return /^[^\s.,(){}[\]"'#]+(?:#\d+)?$/.test(name) ? name : JSON.stringify(name);
}

function readsOf(children: readonly Term[], column: ColumnRead | null, query: Plan | null): readonly ColumnRead[] {
  if (column !== null) return [column];
  if (query === null && children.length === 1) return children[0]?.reads ?? [];
  const reads = new Map<string, ColumnRead>();
  for (const child of children) for (const read of child.reads) reads.set(`${read.input}\n${read.name}`, read);
  if (query !== null) for (const read of outerReads(query)) reads.set(`${read.input}\n${read.name}`, read);
  return [...reads.values()];
}

/** Columns of enclosing queries that a plan reads. */
function outerReads(plan: Plan): readonly ColumnRead[] {
  switch (plan.kind) {
    case 'opaque':
      return [];
    case 'values':
      return plan.rows.flat().flatMap(({ reads }) => reads);
    case 'set':
      return plan.members.flatMap(outerReads);
    case 'block': {
      const own = new Set(plan.inputs.map(({ alias }) => alias));
      const inner = plan.inputs.flatMap(({ source }) =>
        source.kind === 'plan' && source.correlated ? outerReads(source.plan) : [],
      );
      const reads = termsOf(plan).flatMap((term) => term.reads);
      return [...inner, ...reads].filter(({ input }) => !own.has(input) && !input.startsWith('?'));
    }
  }
}

/** Every term that stands in a block itself, not in the plans that it reads. */
export function termsOf(block: Extract<Plan, { kind: 'block' }>): readonly Term[] {
  return [
    ...block.inputs.flatMap(({ on, source }) => [
      ...on.map(({ term }) => term),
      ...(source.kind === 'function' ? source.terms : []),
    ]),
    ...[...block.where, ...block.having, ...block.qualify].map(({ term }) => term),
    ...(block.groupBy ?? []),
    ...block.outputs.map(({ term }) => term),
    ...block.distinctOn,
    ...block.orderBy,
  ];
}

/** Sorted by text, none twice. */
export function sortedTerms(terms: readonly Term[]): readonly Term[] {
  const byText = new Map(terms.map((term) => [term.text, term]));
  return [...byText.values()].sort((a, b) => compareText(a.text, b.text));
}
