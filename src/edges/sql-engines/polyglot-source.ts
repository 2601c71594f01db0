import type { Expression, Identifier, Join, Source } from '#core/sql';
import { dottedParts, list, needRecord, notUnderstood, type Raw, record, source, spanOf, text } from './build.ts';
import { operand, toExpression, toExpressions } from './polyglot-expression.ts';
import { joinKinds } from './polyglot-names.ts';
import { identifier, identifiers, span, type Tagged, type Translation, tagged } from './polyglot-node.ts';
import { pivotSource, unpivot } from './polyglot-pivot.ts';
import { fields, modified, restOf } from './polyglot-rest.ts';

/** The sources of a SELECT: comma-separated ones, joins, then LATERAL VIEWs. */
export function toSources(select: Raw, t: Translation): readonly Source[] {
  const commas = list(record(select['from'])?.['expressions']).flatMap((item) => toItem(item, null, t));
  const joined = joinSources(select['joins'], commas, t);
  const views = list(select['lateral_views']).map((item) => lateralView(needRecord(item, 'LATERAL VIEW'), t));
  return [...joined, ...views];
}

function joinSources(joins: unknown, before: readonly Source[], t: Translation): readonly Source[] {
  let sources = before;
  for (const item of list(joins)) {
    const body = needRecord(item, 'JOIN');
    const added = toItem(body['this'], toJoin(body, t), t).map((item) =>
      applies.test(String(body['kind'])) ? seesLeft(item) : item,
    );
    const pivots = list(body['pivots']);
    sources =
      pivots.length === 0 ? [...sources, ...added] : [...sources, ...added.slice(0, -1), ...pivoted(added, pivots, t)];
  }
  return sources;
}

/** Joins whose right side sees the left one, whatever it says. */
const applies = /Apply|Lateral/;

function seesLeft(item: Source): Source {
  return item.from.kind === 'subquery' ? { ...item, from: { ...item.from, lateral: true } } : item;
}

function pivoted(added: readonly Source[], pivots: readonly unknown[], t: Translation): readonly Source[] {
  let input = added.at(-1);
  for (const pivot of pivots) {
    const node = tagged(pivot);
    if (node === null || input === undefined) throw notUnderstood('a PIVOT of unknown form');
    input = node.tag === 'unpivot' ? unpivot(node.body, input, t) : pivotSource(node.body, input, t);
  }
  return input === undefined ? [] : [{ ...input, join: added.at(-1)?.join ?? null }];
}

const ofJoin = fields('this on using kind match_condition pivots nesting_group deferred_condition');

/** Kinds of which `kind` and `natural` say all. */
const plainJoins: ReadonlySet<string> = new Set([
  ...['Inner', 'Straight', 'Left', 'Right', 'Full', 'Cross', 'Implicit', 'Semi', 'LeftSemi', 'Anti', 'LeftAnti'],
  ...['Natural', 'NaturalLeft', 'NaturalRight', 'NaturalFull'],
]);

function toJoin(body: Raw, t: Translation): Join {
  const name = text(body['kind']) ?? '';
  const kind = joinKinds[name];
  if (kind === undefined) throw notUnderstood(`a ${name} JOIN`);
  const conditions = [body['on'], body['match_condition']].filter((value) => tagged(value) !== null);
  const [on] = conditions.map((value) => operand(value, t));
  if (conditions.length > 1) t.lossy.add('join match condition');
  const rest = restOf('join', body, ofJoin, t);
  const plain = kind === 'inner' && on === undefined && list(body['using']).length === 0 && !name.startsWith('Natural');
  const made: Join = {
    kind: plain ? 'cross' : kind,
    natural: name.startsWith('Natural'),
    on: on ?? null,
    using: identifiers(body['using']),
  };
  return modified(modified(made, plainJoins.has(name) ? '' : name.toLowerCase()), rest);
}

type ItemTranslator = (body: Raw, join: Join | null, t: Translation) => readonly Source[];

const items: Readonly<Record<string, ItemTranslator>> = {
  table: (body, join, t) => [tableSource(body, join, t)],
  subquery: subquerySource,
  paren: (body, join, t) => toItem(body['this'], join, t),
  alias: (body, join, t) => [aliased(body, join, t)],
  joined_table: joinedTable,
  values: (body, join, t) => [
    source({ kind: 'values', rows: rowsOf(body, t) }, identifier(body['alias']), join, {
      columnAliases: identifiers(body['column_aliases']),
    }),
  ],
  pivot: (body, join, t) => [{ ...pivotSource(body, inputOf(body, t), t), join }],
  unpivot: (body, join, t) => [{ ...unpivot(body, inputOf(body, t), t), join }],
  lateral: (body, join, t) => [lateral(body, join, t)],
  unnest: (body, join, t) => [unnest(body, join, t)],
};

const queries: ReadonlySet<string> = new Set(['select', 'union', 'except', 'intersect']);

/** One item of FROM. Parentheses around joins give several sources. */
function toItem(value: unknown, join: Join | null, t: Translation): readonly Source[] {
  const node = tagged(value);
  if (node === null) throw notUnderstood('a FROM item of unknown form');
  const translator = Object.hasOwn(items, node.tag) ? items[node.tag] : undefined;
  if (translator !== undefined) return complete(translator(node.body, join, t), node, join, t);
  if (queries.has(node.tag)) return [source({ kind: 'subquery', query: t.query(node), lateral: false }, null, join)];
  return [functionSource(node, null, join, t)];
}

/** What the translation of an item reads. */
const reads: Readonly<Record<string, ReadonlySet<string>>> = {
  table: fields('name schema catalog alias column_aliases'),
  subquery: fields('this alias column_aliases lateral order_by limit offset'),
  paren: fields('this'),
  alias: fields('this alias column_aliases'),
  joined_table: fields('left joins'),
  values: fields('expressions alias column_aliases'),
  pivot: fields('this expressions fields using group unpivot into alias alias_columns'),
  unpivot: fields('this value_column name_column columns alias alias_columns extra_value_columns'),
  lateral: fields('this alias alias_quoted column_aliases'),
  unnest: fields('this expressions with_ordinality offset_alias alias'),
};

/**
 * What an item says beside what was read of it, kept with its first source; and that several sources stand in parentheses,
 * where that decides which are joined first.
 */
function complete(made: readonly Source[], node: Tagged, join: Join | null, t: Translation): readonly Source[] {
  const [first, ...others] = made;
  const read = reads[node.tag];
  if (first === undefined || read === undefined) return made;
  const group = others.length > 0 && join !== null && node.tag === 'joined_table' ? `nested=${made.length}` : '';
  return [modified(modified(first, group), restOf(node.tag, node.body, read, t)), ...others];
}

/** DuckDB's PIVOT statement calls its table a column. */
function asTable(value: unknown): unknown {
  const node = tagged(value);
  return node?.tag === 'column' ? { table: { name: node.body['name'], schema: node.body['table'] } } : value;
}

function inputOf(body: Raw, t: Translation): Source {
  const [first, ...more] = toItem(asTable(body['this']), null, t);
  if (first === undefined || more.length > 0) throw notUnderstood('a PIVOT over a join');
  return first;
}

function tableSource(body: Raw, join: Join | null, t: Translation): Source {
  const name = dottedParts(identifiers([body['catalog'], body['schema'], body['name']]), t.dialect, true);
  if (name.length === 0) throw notUnderstood('a table without a name');
  const found = spanOf([body['catalog'], body['schema'], body['name']].map((part) => ({ span: span(part, t) })));
  return source({ kind: 'table', name }, identifier(body['alias']), join, {
    columnAliases: identifiers(body['column_aliases']),
    span: found,
  });
}

function subquerySource(body: Raw, join: Join | null, t: Translation): readonly Source[] {
  const alias = identifier(body['alias']);
  const columnAliases = identifiers(body['column_aliases']);
  const inner = tagged(body['this']);
  if (inner === null) throw notUnderstood('parentheses around something unknown in FROM');
  if (inner.tag === 'values')
    return [source({ kind: 'values', rows: rowsOf(inner.body, t) }, alias, join, { columnAliases })];
  if (inner.tag === 'joined_table' || (inner.tag === 'table' && alias === null)) return toItem(body['this'], join, t);
  return [
    source(
      { kind: 'subquery', query: t.query({ tag: 'subquery', body }), lateral: body['lateral'] === true },
      alias,
      join,
      { columnAliases },
    ),
  ];
}

function aliased(body: Raw, join: Join | null, t: Translation): Source {
  const [inner] = toItem(body['this'], join, t);
  if (inner === undefined) throw notUnderstood('an alias of nothing');
  return {
    ...inner,
    alias: identifier(body['alias']) ?? inner.alias,
    columnAliases: identifiers(body['column_aliases']),
  };
}

function joinedTable(body: Raw, join: Join | null, t: Translation): readonly Source[] {
  const left = toItem(body['left'], join, t);
  return joinSources(body['joins'], left, t);
}

function rowsOf(body: Raw, t: Translation): readonly (readonly Expression[])[] {
  return list(body['expressions']).map((row) => toExpressions(record(row)?.['expressions'], t));
}

function functionSource(node: Tagged, alias: Identifier | null, join: Join | null, t: Translation): Source {
  const called = unwrapTable(node);
  const made = toExpression({ [called.tag]: called.body }, t);
  const { name, children: expressions, modifiers = '' } = made;
  if (made.kind === 'column' || made.distinct || made.query !== null) t.lossy.add(`from ${called.tag}`);
  // The engine takes WITH ORDINALITY for a part of the function's name.
  const plain = name.replace(/ with ordinality$/, '');
  const ordinal = plain === name ? null : { name: 'ordinality', quoted: false };
  return modified(source({ kind: 'table-function', name: plain, expressions, ordinal }, alias, join), modifiers);
}

/** Snowflake's `table(flatten(…))` is `flatten(…)`. */
function unwrapTable(node: Tagged): Tagged {
  if (node.tag !== 'function' || text(node.body['name'])?.toLowerCase() !== 'table') return node;
  const inner = tagged(list(node.body['args'])[0]);
  return inner?.tag === 'function' ? inner : node;
}

function lateral(body: Raw, join: Join | null, t: Translation): Source {
  const inner = tagged(body['this']);
  if (inner === null) throw notUnderstood('LATERAL of unknown form');
  const name = text(body['alias']);
  const alias = name === null ? null : { name, quoted: body['alias_quoted'] === true };
  const columnAliases = list(body['column_aliases']).flatMap((item) => {
    const column = text(item);
    return column === null ? [] : [{ name: column, quoted: false }];
  });
  if (inner.tag === 'subquery' || inner.tag === 'select') {
    return source({ kind: 'subquery', query: t.query(inner), lateral: true }, alias, join, { columnAliases });
  }
  return { ...functionSource(inner, alias, join, t), columnAliases };
}

const ofLateralView = fields('this table_alias column_aliases');

function lateralView(body: Raw, t: Translation): Source {
  const join: Join = { kind: 'cross', natural: false, on: null, using: [] };
  const made = toExpression(body['this'], t);
  const from = { kind: 'table-function', name: made.name, expressions: made.children, ordinal: null } as const;
  const columnAliases = identifiers(body['column_aliases']);
  const view = source(from, identifier(body['table_alias']), join, { columnAliases });
  return modified(modified(view, made.modifiers ?? ''), restOf('lateral view', body, ofLateralView, t));
}

function unnest(body: Raw, join: Join | null, t: Translation): Source {
  const expressions = [toExpression(body['this'], t), ...toExpressions(body['expressions'], t)];
  const counted =
    body['with_ordinality'] === true
      ? { name: t.dialect === 'bigquery' ? 'offset' : 'ordinality', quoted: false }
      : null;
  const ordinal = identifier(body['offset_alias']) ?? counted;
  return source({ kind: 'table-function', name: 'unnest', expressions, ordinal }, identifier(body['alias']), join);
}
