import type { Dialect, Expression, Identifier } from '#core/sql';

/** What the projection without an alias at `position` (from 0) is called. */
export function outputName(expression: Expression, position: number, dialect: Dialect): Identifier {
  if (expression.kind === 'column') return expression.column.at(-1) ?? { name: '', quoted: false };
  if (expression.kind === 'path' && /^\w+$/.test(expression.name)) return { name: expression.name, quoted: false };
  if (dialect === 'postgres' || dialect === 'redshift') return postgresName(expression);
  const [inner] = expression.children;
  if (dialect === 'bigquery') return { name: `f${position}_`, quoted: false };
  if (dialect === 'duckdb' && expression.kind === 'cast' && inner?.kind === 'column') {
    return outputName(inner, position, dialect);
  }
  return { name: `_col_${position}`, quoted: false };
}

/** PostgreSQL's FigureColname: a cast keeps its operand's name, a function gives its own. */
function postgresName(expression: Expression): Identifier {
  const [inner] = expression.children;
  if (expression.kind === 'cast' && inner !== undefined) {
    const name = postgresName(inner);
    return name.name === '?column?' ? { name: expression.name.replace(/\W.*$/, ''), quoted: false } : name;
  }
  if (expression.kind === 'column') return expression.column.at(-1) ?? { name: '?column?', quoted: false };
  const named = ['function', 'aggregate', 'window', 'case', 'exists'].includes(expression.kind);
  return { name: named ? expression.name : '?column?', quoted: false };
}
