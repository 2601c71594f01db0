import type { Dialect, Expression, Identifier, Join, Source } from '#core/sql';
import { pivotOutputs } from '#core/sql';
import { dottedParts, list, needRecord, notUnderstood, type Raw, record, source, text } from './build.ts';
import { argument } from './sqlparser-function.ts';
import {
  identifier,
  identifiers,
  nameParts,
  needVariant,
  spanOfNames,
  type Translation,
  variant,
} from './sqlparser-node.ts';

/** The sources of a SELECT: comma-separated ones with their joins, then LATERAL VIEWs. */
export function toSources(select: Raw, t: Translation): readonly Source[] {
  const items = list(select['from']).flatMap((item) => tableWithJoins(needRecord(item, 'FROM item'), null, t));
  const views = list(select['lateral_views']).map((item) => lateralView(needRecord(item, 'LATERAL VIEW'), t));
  return [...items, ...views];
}

function tableWithJoins(body: Raw, join: Join | null, t: Translation): readonly Source[] {
  const sources = [...relation(body['relation'], join, t)];
  for (const value of list(body['joins'])) {
    const item = needRecord(value, 'JOIN');
    const { operator, seesLeft } = joinOf(item['join_operator'], t);
    const added = relation(item['relation'], operator, t);
    sources.push(...(seesLeft ? added.map(lateral) : added));
  }
  return sources;
}

function lateral(item: Source): Source {
  return item.from.kind === 'subquery' ? { ...item, from: { ...item.from, lateral: true } } : item;
}

const joins: Readonly<Record<string, Join['kind']>> = {
  Join: 'inner',
  Inner: 'inner',
  StraightJoin: 'inner',
  Left: 'left',
  LeftOuter: 'left',
  OuterApply: 'left',
  Right: 'right',
  RightOuter: 'right',
  FullOuter: 'full',
  CrossJoin: 'cross',
  CrossApply: 'cross',
  Semi: 'semi',
  LeftSemi: 'semi',
  Anti: 'anti',
  LeftAnti: 'anti',
  AsOf: 'asof',
};

function joinOf(value: unknown, t: Translation): { readonly operator: Join; readonly seesLeft: boolean } {
  const { tag, value: held } = needVariant(value, 'a JOIN');
  const kind = Object.hasOwn(joins, tag) ? joins[tag] : undefined;
  if (kind === undefined) throw notUnderstood(`a ${tag} JOIN`);
  const matched = tag === 'AsOf' ? t.expression(record(held)?.['match_condition']) : null;
  const condition = conditionOf(tag === 'AsOf' ? record(held)?.['constraint'] : held, matched, t);
  const bare = kind === 'inner' && condition.on === null && condition.using.length === 0 && !condition.natural;
  return { operator: { ...condition, kind: bare ? 'cross' : kind }, seesLeft: tag.endsWith('Apply') };
}

function conditionOf(value: unknown, matched: Expression | null, t: Translation): Omit<Join, 'kind'> {
  const constraint = variant(value);
  switch (constraint?.tag) {
    case 'On':
      return { natural: false, on: t.expression(constraint.value), using: [] };
    case 'Using':
      return {
        natural: false,
        on: matched,
        using: list(constraint.value).flatMap((name) => nameParts(name).at(-1) ?? []),
      };
    default:
      return { natural: constraint?.tag === 'Natural', on: matched, using: [] };
  }
}

type ItemTranslator = (body: Raw, join: Join | null, t: Translation) => readonly Source[];

const items: Readonly<Record<string, ItemTranslator>> = {
  Table: (body, join, t) => [tableSource(body, join, t)],
  Derived: (body, join, t) => [derived(body, join, t)],
  Function: (body, join, t) => {
    const operands = list(body['args']).map((item) => argument(item, t));
    return [functionSource(nameParts(body['name']).at(-1)?.name ?? '', operands, body, join)];
  },
  TableFunction: (body, join, t) => {
    const made = t.expression(body['expr']);
    return [functionSource(made.name, made.children, body, join)];
  },
  UNNEST: (body, join, t) => [unnest(body, join, t)],
  NestedJoin: nestedJoin,
  Pivot: (body, join, t) => [pivot(body, join, t)],
  Unpivot: (body, join, t) => [unpivot(body, join, t)],
};

function relation(value: unknown, join: Join | null, t: Translation): readonly Source[] {
  const { tag, value: held } = needVariant(value, 'a FROM item');
  const translator = Object.hasOwn(items, tag) ? items[tag] : undefined;
  if (translator === undefined) throw notUnderstood(`a FROM item of type ${tag}`);
  return translator(needRecord(held, 'a FROM item'), join, t);
}

interface Alias {
  readonly alias: Identifier | null;
  readonly columnAliases: readonly Identifier[];
}

function aliasOf(body: Raw): Alias {
  const found = record(body['alias']);
  const columnAliases = list(found?.['columns']).flatMap((column) => identifier(record(column)?.['name']) ?? []);
  return { alias: identifier(found?.['name']), columnAliases };
}

function tableSource(body: Raw, join: Join | null, t: Translation): Source {
  const { alias, columnAliases } = aliasOf(body);
  const parts = nameParts(body['name']);
  const called = record(body['args']);
  if (called !== null) {
    const operands = list(called['args']).map((item) => argument(item, t));
    return functionSource(parts.at(-1)?.name ?? '', operands, body, join);
  }
  const name = dottedParts(parts, t.dialect, true);
  if (name.length === 0) throw notUnderstood('a table without a name');
  for (const one of [...name, ...(alias === null ? [] : [alias])]) refuseReserved(one);
  const found = spanOfNames(list(body['name']), t);
  return source({ kind: 'table', name }, alias, join, { columnAliases, span: found });
}

/** Words that no dialect takes for a table without quotes. */
const reserved: ReadonlySet<string> = new Set([
  ...['select', 'from', 'where', 'group', 'having', 'order', 'by', 'union', 'join', 'on'],
  ...['and', 'or', 'not', 'in', 'as', 'case', 'when', 'then', 'else'],
]);

/** The engine reads `from from t` as a table called `from`, where a word is missing or doubled. */
function refuseReserved({ name, quoted }: Identifier): void {
  if (!quoted && reserved.has(name.toLowerCase())) throw notUnderstood(`a table called ${name.toLowerCase()}`);
}

function derived(body: Raw, join: Join | null, t: Translation): Source {
  const { alias, columnAliases } = aliasOf(body);
  const query = t.query(needRecord(body['subquery'], 'a derived table'));
  const only = query.ctes.length === 0 && query.orderBy.length === 0 && query.limit === null;
  if (only && query.body.kind === 'values') {
    return source({ kind: 'values', rows: query.body.rows }, alias, join, { columnAliases });
  }
  return source({ kind: 'subquery', query, lateral: body['lateral'] === true }, alias, join, { columnAliases });
}

/** Snowflake's `table(flatten(…))` is `flatten(…)`. */
function functionSource(name: string, operands: readonly Expression[], body: Raw, join: Join | null): Source {
  const { alias, columnAliases } = aliasOf(body);
  const counted = body['with_ordinality'] === true ? { name: 'ordinality', quoted: false } : null;
  const [only, ...more] = operands;
  const wrapped = name.toLowerCase() === 'table' && more.length === 0 && only?.kind === 'function' ? only : null;
  const from = {
    kind: 'table-function',
    name: wrapped?.name ?? name.toLowerCase(),
    expressions: wrapped?.children ?? operands,
    ordinal: counted,
  } as const;
  return source(from, alias, join, { columnAliases });
}

function unnest(body: Raw, join: Join | null, t: Translation): Source {
  const { alias, columnAliases } = aliasOf(body);
  const expressions = list(body['array_exprs']).map(t.expression);
  const named = body['with_ordinality'] === true ? 'ordinality' : body['with_offset'] === true ? 'offset' : null;
  const counted = named === null ? null : { name: named, quoted: false };
  const ordinal = identifier(body['with_offset_alias']) ?? counted;
  return source({ kind: 'table-function', name: 'unnest', expressions, ordinal }, alias, join, { columnAliases });
}

function nestedJoin(body: Raw, join: Join | null, t: Translation): readonly Source[] {
  if (aliasOf(body).alias !== null) throw notUnderstood('an alias of a join');
  return tableWithJoins(needRecord(body['table_with_joins'], 'a join'), join, t);
}

function lateralView(body: Raw, t: Translation): Source {
  const made = t.expression(body['lateral_view']);
  const join: Join = { kind: 'cross', natural: false, on: null, using: [] };
  const from = { kind: 'table-function', name: made.name, expressions: made.children, ordinal: null } as const;
  const alias = nameParts(body['lateral_view_name']).at(-1) ?? null;
  return source(from, alias, join, { columnAliases: identifiers(body['lateral_col_alias']) });
}

function inputOf(body: Raw, t: Translation): Source {
  const [first, ...more] = relation(body['table'], null, t);
  if (first === undefined || more.length > 0) throw notUnderstood('a PIVOT over a join');
  return first;
}

function pivot(body: Raw, join: Join | null, t: Translation): Source {
  const input = inputOf(body, t);
  const aggregates = list(body['aggregate_functions']).map((item) => {
    const held = needRecord(item, 'an aggregate');
    return { expression: t.expression(held['expr']), alias: identifier(held['alias']) };
  });
  const by = list(body['value_column']).map(t.expression);
  if (by.length > 1) throw notUnderstood('a PIVOT over several columns');
  const values = variant(body['value_source']);
  const listed = values?.tag === 'List' ? list(values.value).map((item) => pivotValue(record(item) ?? {}, t)) : [];
  const known = listed.flatMap((value) => value ?? []);
  const anyOutputs = known.length === 0 || known.length !== listed.length;
  const names = aggregates.map(({ alias, expression }) => ({ alias, name: expression.name }));
  const outputs = anyOutputs ? [] : pivotOutputs(known, names, t.dialect as Dialect);
  const { alias, columnAliases } = aliasOf(body);
  const from = { kind: 'pivot', input, aggregates, by, groupBy: [], outputs, anyOutputs } as const;
  return source(from, alias, join, { columnAliases });
}

function pivotValue(item: Raw, t: Translation): Parameters<typeof pivotOutputs>[0][number] | null {
  const made = t.expression(item['expr']);
  const alias = identifier(item['alias']);
  if (made.kind === 'column') return { text: made.column.at(-1)?.name ?? '', isString: false, alias };
  if (made.kind !== 'literal') return null;
  const isString = made.name.startsWith("'");
  return { text: isString ? made.name.slice(1, -1).replaceAll("''", "'") : made.name, isString, alias };
}

function unpivot(body: Raw, join: Join | null, t: Translation): Source {
  const input = inputOf(body, t);
  const nameColumn = identifier(body['name']);
  const value = t.expression(body['value']);
  const valueColumns = (value.name === 'tuple' ? value.children : [value]).map(columnName);
  const inputs = list(body['columns']).map((item) => {
    const made = t.expression(record(item)?.['expr']);
    return (made.name === 'tuple' ? made.children : [made]).map(columnName);
  });
  if (nameColumn === null) throw notUnderstood('an UNPIVOT without names');
  const { alias, columnAliases } = aliasOf(body);
  return source({ kind: 'unpivot', input, valueColumns, nameColumn, inputs }, alias, join, { columnAliases });
}

function columnName(made: Expression): Identifier {
  const name = made.kind === 'column' ? made.column.at(-1) : undefined;
  if (name === undefined || text(name.name) === null) throw notUnderstood('an UNPIVOT over computed columns');
  return name;
}
