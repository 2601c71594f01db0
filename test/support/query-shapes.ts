// Queries that can be written in many ways: what stays the same is the shape, what differs is the style.
import fc from 'fast-check';

/** A condition or value, by each of the ways to write it over the names of its two relations. */
type Spellings = readonly ((t: string, u: string) => string)[];

interface Filter {
  /** Whose columns it reads; of one relation it can be said inside that. */
  readonly of: 't' | 'u' | 'both';
  readonly ways: Spellings;
}

const filters: readonly Filter[] = [
  { of: 't', ways: [(t) => `${t}.v > 1`, (t) => `1 < ${t}.v`] },
  { of: 't', ways: [(t) => `${t}.v >= 1`, (t) => `not (${t}.v < 1)`] },
  { of: 't', ways: [(t) => `${t}.s = 'a'`, (t) => `'a' = ${t}.s`, (t) => `${t}.s in ('a')`] },
  { of: 't', ways: [(t) => `${t}.s in ('a', 'b')`, (t) => `(${t}.s = 'b' or ${t}.s = 'a')`] },
  { of: 't', ways: [(t) => `${t}.s <> 'a'`, (t) => `not (${t}.s = 'a')`, (t) => `${t}.s not in ('a')`] },
  { of: 't', ways: [(t) => `${t}.v is not null`, (t) => `not (${t}.v is null)`] },
  { of: 't', ways: [(t) => `${t}.v between 1 and 2`, (t) => `(${t}.v <= 2 and ${t}.v >= 1)`] },
  { of: 't', ways: [(t) => `${t}.v not between 1 and 2`, (t) => `(${t}.v < 1 or 2 < ${t}.v)`] },
  { of: 't', ways: [(t) => `(${t}.v = 1 or ${t}.s = 'b')`, (t) => `not (${t}.v <> 1 and ${t}.s <> 'b')`] },
  { of: 't', ways: [(t) => `coalesce(${t}.v, 0) < 2`, (t) => `ifnull(${t}.v, 0) < 2`] },
  { of: 'u', ways: [(_, u) => `${u}.w > 0`, (_, u) => `0 < ${u}.w`] },
  { of: 'u', ways: [(_, u) => `${u}.w is null`, (_, u) => `not (${u}.w is not null)`] },
  { of: 'u', ways: [(_, u) => `${u}.s in ('b', 'a')`, (_, u) => `${u}.s in ('a', 'b')`] },
  { of: 'both', ways: [(t, u) => `${t}.v < ${u}.w`, (t, u) => `${u}.w > ${t}.v`] },
  { of: 'both', ways: [(t, u) => `${t}.s <> ${u}.s`, (t, u) => `not (${u}.s = ${t}.s)`] },
];

const values: readonly Spellings[] = [
  [(t) => `${t}.id`],
  [(t) => `${t}.k`],
  [(_, u) => `${u}.w`],
  [(t) => `${t}.v + 1`, (t) => `1 + ${t}.v`],
  [(t, u) => `${t}.v * ${u}.w`, (t, u) => `${u}.w * ${t}.v`],
  [(t, u) => `coalesce(${u}.w, ${t}.v, 0)`, (t, u) => `coalesce(coalesce(${u}.w, ${t}.v), 0)`],
  [(t, u) => `coalesce(${t}.v, ${u}.w, 0)`],
  [(t) => `case when ${t}.v > 1 then 'x' else 'y' end`, (t) => `case when 1 < ${t}.v then 'x' else 'y' end`],
  [(t) => `case when ${t}.s = 'a' then 1 end`, (t) => `case ${t}.s when 'a' then 1 else null end`],
  [(t) => `cast(${t}.v as integer)`, (t) => `${t}.v::int`],
];

const aggregates: readonly Spellings[] = [
  [() => 'count(*)', () => 'count(1)'],
  [(_, u) => `count(${u}.w)`],
  [(t) => `sum(${t}.v)`],
  [(t) => `max(${t}.v)`],
  [(t) => `count(distinct ${t}.s)`],
  [(t) => `sum(${t}.v + 1)`, (t) => `sum(1 + ${t}.v)`],
];

const joins = ['inner', 'left', 'right', 'full'] as const;
const modes = ['plain', 'distinct', 'grouped', 'first'] as const;

/** What a query means: numbers are places in the lists above. */
export interface Shape {
  readonly join: (typeof joins)[number];
  readonly on: readonly ('k' | 's')[];
  readonly where: readonly number[];
  readonly mode: (typeof modes)[number];
  readonly outputs: readonly number[];
  readonly aggregate: number;
  readonly having: boolean;
}

/** How a query is written. */
export interface Style {
  readonly layers: 'direct' | 'ctes' | 'subqueries' | 'wrapped' | 'final';
  /** Which spelling of each part, and which order. */
  readonly way: number;
  readonly names: readonly [string, string];
  /** Whether conditions on one relation are said inside it, where that means the same. */
  readonly inside: boolean;
  readonly flipped: boolean;
  readonly byNumber: boolean;
}

export const shapes: fc.Arbitrary<Shape> = fc.record({
  join: fc.constantFrom(...joins),
  on: fc.constantFrom<readonly ('k' | 's')[]>(['k'], ['k', 's']),
  where: fc.uniqueArray(fc.nat(filters.length - 1), { maxLength: 3 }),
  mode: fc.constantFrom(...modes),
  outputs: fc.uniqueArray(fc.nat(values.length - 1), { minLength: 1, maxLength: 3 }),
  aggregate: fc.nat(aggregates.length - 1),
  having: fc.boolean(),
});

export const styles: fc.Arbitrary<Style> = fc.record({
  layers: fc.constantFrom(
    'direct' as const,
    'ctes' as const,
    'subqueries' as const,
    'wrapped' as const,
    'final' as const,
  ),
  way: fc.nat(11),
  names: fc.constantFrom<readonly [string, string]>(['t', 'u'], ['x', 'y'], ['left_side', 'right_side']),
  inside: fc.boolean(),
  flipped: fc.boolean(),
  byNumber: fc.boolean(),
});

/** A shape with one thing changed. */
export function mutated(shape: Shape, other: Shape, what: number): Shape {
  switch (what % 7) {
    case 0:
      return { ...shape, join: other.join };
    case 1:
      return { ...shape, on: other.on };
    case 2:
      return { ...shape, where: [...new Set([...shape.where.slice(1), ...other.where.slice(0, 1)])] };
    case 3:
      return { ...shape, mode: other.mode };
    case 4:
      return {
        ...shape,
        outputs: shape.outputs.map((output, at) => (at === 0 ? (other.outputs[0] ?? output) : output)),
      };
    case 5:
      return { ...shape, aggregate: other.aggregate };
    default:
      return { ...shape, having: !shape.having };
  }
}

/** The SQL of a shape in a style, over `t (id, k, v, s)` and `u (k, w, s)`. */
export function toSql(shape: Shape, style: Style): string {
  const [t, u] = style.names;
  const pick = (ways: Spellings, at: number): string => (ways[(style.way + at) % ways.length] ?? ways[0])?.(t, u) ?? '';
  const written = shape.where.map((number, at) => ({
    of: filters[number]?.of,
    text: pick(filters[number]?.ways ?? [], at),
  }));
  const hides = style.inside && (style.layers === 'ctes' || style.layers === 'subqueries');
  const isInside = ({ of }: (typeof written)[number]): boolean =>
    hides &&
    ((of === 't' && (shape.join === 'inner' || shape.join === 'left')) || (of === 'u' && shape.join === 'inner'));
  const inner = (of: 't' | 'u'): string => {
    const own = written.filter((one) => one.of === of && isInside(one)).map(({ text }) => text);
    const name = of === 't' ? t : u;
    return `select ${of === 't' ? 'id, k, v, s' : '*'} from ${of} as ${name}${own.length === 0 ? '' : ` where ${own.join(' and ')}`}`;
  };
  const where = written.filter((one) => !isInside(one)).map(({ text }) => text);
  const condition = shape.on.map((key) => (style.flipped ? `${u}.${key} = ${t}.${key}` : `${t}.${key} = ${u}.${key}`));
  const on = (style.flipped ? condition.reverse() : condition).join(' and ');
  const outputs = shape.outputs.map((number, at) => `${pick(values[number] ?? [], at)} as o${at}`);
  const keys = shape.outputs.map((number, at) => (style.byNumber ? String(at + 1) : pick(values[number] ?? [], at)));
  const source = (of: 't' | 'u', name: string): string =>
    style.layers === 'ctes'
      ? `cte_${of} as ${name}`
      : style.layers === 'subqueries'
        ? `(${inner(of)}) as ${name}`
        : `${of} as ${name}`;
  const isFirst = shape.mode === 'first';
  const grouped = shape.mode === 'grouped';
  const listed = grouped ? [...outputs, `${pick(aggregates[shape.aggregate] ?? [], 0)} as total`] : outputs;
  const rank = `rank() over (partition by ${t}.k order by ${t}.v, ${t}.id) `;
  const qualified = isFirst && style.byNumber;
  const select = [
    `select ${shape.mode === 'distinct' ? 'distinct ' : ''}${[...listed, ...(isFirst && !qualified ? [`${rank} as place`] : [])].join(', ')}`,
    fromClause(shape, style, source, on),
    where.length === 0 ? '' : `where ${(style.flipped ? [...where].reverse() : where).join(' and ')}`,
    grouped ? `group by ${keys.join(', ')}` : '',
    grouped && shape.having ? 'having count(*) > 1' : '',
    qualified ? `qualify ${rank} = 1` : '',
  ];
  const ctes = style.layers === 'ctes' ? [`cte_t as (${inner('t')})`, `cte_u as (${inner('u')})`] : [];
  return layered(select.filter((part) => part !== '').join(' '), ctes, shape, style, qualified);
}

function fromClause(shape: Shape, style: Style, source: (of: 't' | 'u', name: string) => string, on: string): string {
  const [t, u] = style.names;
  const isTurned = style.flipped && shape.join !== 'full';
  const kind = { inner: 'inner', left: isTurned ? 'right' : 'left', right: isTurned ? 'left' : 'right', full: 'full' }[
    shape.join
  ];
  const [one, other] = isTurned ? [source('u', u), source('t', t)] : [source('t', t), source('u', u)];
  return `from ${one} ${kind} join ${other} on ${on}`;
}

function layered(select: string, ctes: readonly string[], shape: Shape, style: Style, qualified: boolean): string {
  const names = [...shape.outputs.map((_, at) => `o${at}`), ...(shape.mode === 'grouped' ? ['total'] : [])];
  const isFirst = shape.mode === 'first' && !qualified;
  const wraps = isFirst || style.layers === 'wrapped' || style.layers === 'final';
  if (!wraps) return ctes.length === 0 ? select : `with ${ctes.join(', ')} ${select}`;
  const columns = names.join(', ');
  const filter = isFirst ? ' where place = 1' : '';
  if (style.layers === 'final') return `with final as (${select}) select ${columns} from final${filter}`;
  const outer = `select ${columns} from (${select}) as wrapped${filter}`;
  return ctes.length === 0 ? outer : `with ${ctes.join(', ')} ${outer}`;
}

const cell = fc.option(fc.nat(3), { nil: null, freq: 4 });
const letter = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null, freq: 4 });

/** Rows of both relations, with NULLs, ties and repeated rows. */
export const tables = fc.record({
  t: fc.array(fc.tuple(cell, cell, cell, letter), { maxLength: 5 }),
  u: fc.array(fc.tuple(cell, cell, letter), { maxLength: 5 }),
});

/** Statements that make the relations of these rows. */
export function toTables({ t, u }: typeof tables extends fc.Arbitrary<infer Rows> ? Rows : never): readonly string[] {
  const rows = (all: readonly (readonly (number | string | null)[])[]): string =>
    all
      .map(
        (row) =>
          `(${row.map((value) => (value === null ? 'null' : typeof value === 'string' ? `'${value}'` : value)).join(', ')})`,
      )
      .join(', ');
  return [
    'create or replace table t (id integer, k integer, v integer, s varchar)',
    'create or replace table u (k integer, w integer, s varchar)',
    ...(t.length === 0 ? [] : [`insert into t values ${rows(t)}`]),
    ...(u.length === 0 ? [] : [`insert into u values ${rows(u)}`]),
  ];
}
