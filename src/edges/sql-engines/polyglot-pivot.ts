import type { Dialect, Expression, Identifier, Source } from '#core/sql';
import { pivotOutputs } from '#core/sql';
import { list, notUnderstood, type Raw, source, text } from './build.ts';
import { toExpression, toExpressions } from './polyglot-expression.ts';
import { identifier, identifiers, type Tagged, type Translation, tagged } from './polyglot-node.ts';
import { modified, rawText } from './polyglot-rest.ts';

/** PIVOT over `input`: the clause, and DuckDB's statement. */
export function pivotSource(body: Raw, input: Source, t: Translation): Source {
  if (body['unpivot'] === true) return unpivotStatement(body, input, t);
  const statement = list(body['using']).length > 0;
  const aggregates = list(statement ? body['using'] : body['expressions']).map((item) => aggregateOf(item, t));
  const { by, values } = fieldOf(list(statement ? body['expressions'] : body['fields']), t);
  const names = aggregates.map(({ alias, expression }) => ({ alias, name: expression.name }));
  const anyOutputs = statement || values === null;
  const outputs = anyOutputs ? [] : pivotOutputs(values, names, t.dialect as Dialect);
  const groupBy = toExpressions(tagged(body['group'])?.body['expressions'], t);
  const from = { kind: 'pivot', input, aggregates, by: [by], groupBy, outputs, anyOutputs } as const;
  const made = source(from, identifier(body['alias']), null, { columnAliases: identifiers(body['alias_columns']) });
  return modified(made, `pivot=${rawText([body['fields'], body['expressions'], body['using'], body['group']])}`);
}

type PivotValues = Parameters<typeof pivotOutputs>[0];

/** What follows FOR: the column, and its values, null when they are not all written. */
function fieldOf(
  fields: readonly unknown[],
  t: Translation,
): { readonly by: Expression; readonly values: PivotValues | null } {
  const [value, ...more] = fields;
  const field = tagged(value);
  if (field === null || more.length > 0) throw notUnderstood('a PIVOT over several columns');
  if (field.tag !== 'in') return { by: toExpression(value, t), values: null };
  const listed = list(field.body['expressions']).map(pivotValue);
  const values = listed.flatMap((known) => known ?? []);
  const complete = values.length > 0 && values.length === listed.length;
  return { by: toExpression(field.body['this'], t), values: complete ? values : null };
}

function aggregateOf(
  value: unknown,
  t: Translation,
): { readonly expression: Expression; readonly alias: Identifier | null } {
  const node = tagged(value);
  const alias = node?.tag === 'alias' ? identifier(node.body['alias']) : null;
  const expression = toExpression(node?.tag === 'alias' ? node.body['this'] : value, t);
  return { expression, alias };
}

function pivotValue(value: unknown): PivotValues[number] | null {
  const node = tagged(value);
  switch (node?.tag) {
    case 'pivot_alias':
    case 'alias': {
      const inner = pivotValue(node.body['this']);
      return inner === null ? null : { ...inner, alias: aliasOf(node.body['alias']) };
    }
    case 'literal':
      return { text: text(node.body['value']) ?? '', isString: node.body['literal_type'] === 'string', alias: null };
    case 'column': {
      const name = identifier(node.body['name']);
      return name === null ? null : { text: name.name, isString: false, alias: null };
    }
    default:
      return null;
  }
}

function aliasOf(value: unknown): Identifier | null {
  const node = tagged(value);
  return identifier(value) ?? identifier(node?.body['name']) ?? identifier(node?.body) ?? literalName(node);
}

function literalName(node: Tagged | null): Identifier | null {
  const name = node?.tag === 'literal' ? text(node.body['value']) : null;
  return name === null ? null : { name, quoted: true };
}

/** UNPIVOT over `input`. */
export function unpivot(body: Raw, input: Source, t: Translation): Source {
  const nameColumn = identifier(body['name_column']);
  const valueColumns = identifiers([body['value_column'], ...list(body['extra_value_columns'])]);
  if (nameColumn === null || valueColumns.length === 0) throw notUnderstood('an UNPIVOT without names');
  const inputs = list(body['columns']).map((item) => unpivotInput(item, t));
  const from = { kind: 'unpivot', input, valueColumns, nameColumn, inputs } as const;
  const made = source(from, identifier(body['alias']), null, { columnAliases: identifiers(body['alias_columns']) });
  return modified(made, `unpivot=${rawText(body['columns'])}`);
}

/** DuckDB's UNPIVOT … ON … INTO. */
function unpivotStatement(body: Raw, input: Source, t: Translation): Source {
  const into = tagged(body['into'])?.body;
  const nameColumn = wordOf(into?.['this'], t);
  const valueColumns = list(into?.['expressions']).flatMap((item) => wordOf(item, t) ?? []);
  const inputs = list(body['expressions']).map((item) => unpivotInput(item, t));
  if (nameColumn === null || valueColumns.length === 0) throw notUnderstood('an UNPIVOT without names');
  const from = { kind: 'unpivot', input, valueColumns, nameColumn, inputs } as const;
  return modified(source(from, identifier(body['alias']), null), `unpivot=${rawText(body['expressions'])}`);
}

function wordOf(value: unknown, t: Translation): Identifier | null {
  const found = toExpression(value, t);
  if (found.kind === 'column') return found.column.at(-1) ?? null;
  return found.kind === 'parameter' ? { name: found.name, quoted: false } : null;
}

function unpivotInput(value: unknown, t: Translation): readonly Identifier[] {
  const node = tagged(value);
  if (node?.tag === 'pivot_alias' || node?.tag === 'alias') return unpivotInput(node.body['this'], t);
  const columns = node?.tag === 'tuple' ? toExpressions(node.body['expressions'], t) : [toExpression(value, t)];
  return columns.map((column) => {
    const name = column.kind === 'column' ? column.column.at(-1) : undefined;
    if (name === undefined) throw notUnderstood('an UNPIVOT over computed columns');
    return name;
  });
}
