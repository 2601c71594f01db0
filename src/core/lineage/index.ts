// Joins SQL and dbt: which column comes from which, and by which transformation.
export type { ColumnLineage, ColumnSource, NodeLineage, ProjectLineage, RowsetUse, Transformation } from './lineage.ts';
