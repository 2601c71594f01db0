import { type Dialect, identifierKey } from '#core/sql';
import type { ColumnLineage, ColumnSource, Transformation } from './lineage.ts';
import type { RelationColumn, Value } from './relation.ts';

const transformations: readonly Transformation[] = [
  'identity',
  'cast',
  'expression',
  'set-operation',
  'aggregate',
  'window',
];

/** A column of a node's output as its lineage tells it; `typeOf` gives the type that the catalog has. */
export function columnLineage(
  { name, value }: RelationColumn,
  dialect: Dialect,
  typeOf: (column: string) => string | null,
): ColumnLineage {
  const sources = sourcesOf(value, name, dialect);
  return {
    column: name,
    sources,
    transformation: wholeHop(value, sources),
    type: value.type ?? typeOf(name),
    unresolved: value.unresolved,
    logic: value.logic,
    castType: value.castType,
  };
}

function wholeHop({ origins, made, unresolved }: Value, sources: readonly ColumnSource[]): Transformation {
  const strength = Math.max(made, ...[...origins.values()].map((origin) => origin.strength));
  if (strength > 0) return transformations[strength] ?? 'expression';
  if (sources.length === 0) return unresolved === null ? 'constant' : 'expression';
  return sources.every(({ transformation }) => transformation === 'identity') ? 'identity' : 'rename';
}

function sourcesOf(value: Value, name: string, dialect: Dialect): readonly ColumnSource[] {
  const own = identifierKey({ name, quoted: false }, dialect).toLowerCase();
  return [...value.origins.values()].map(({ uniqueId, column, strength, functions }) => {
    const transformation =
      strength === 0 && column.toLowerCase() !== own ? 'rename' : (transformations[strength] ?? 'expression');
    return { uniqueId, column, transformation, functions };
  });
}
