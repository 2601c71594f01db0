// Joins SQL and dbt: which column comes from which, and by which transformation.
export type {
  ColumnLineage,
  ColumnSource,
  MissingColumn,
  NodeLineage,
  ProjectLineage,
  RowsetUse,
  Transformation,
} from './lineage.ts';
export { coverage, lineageLines } from './lines.ts';
export { columnToken, isFolded, mapTokens, nodeToken } from './logic.ts';
export { bareColumn } from './node-columns.ts';
export { openLineageEvents } from './open-lineage.ts';
export { outputName } from './output-name.ts';
export type { RelationNames } from './relation-names.ts';
export { relationNames } from './relation-names.ts';
export { decodeTraced, encodeTraced } from './stored.ts';
export { traceProject } from './trace-project.ts';
export type { Known, Traced } from './traced.ts';
export type { Tracing } from './tracing.ts';
export { startTracing } from './tracing.ts';
export type { ColumnStep } from './walk.ts';
export { downstreamOf, upstreamOf } from './walk.ts';
