// Which columns are personal data, and how it flows along lineage.
export { categoryOf } from './category.ts';
export { datumOf, lineageOf, makingOf } from './datum.ts';
export { classifyColumnName, isPersonTable } from './dictionary.ts';
export type { ColumnAt, Personal } from './known-column.ts';
export { columnKey, columnOf, labelSensitivity } from './known-column.ts';
export type { Label } from './labels.ts';
export { readColumnLabel, readNodeLabel } from './labels.ts';
export type { Level, Sanitizer } from './level.ts';
export { isAbove, levels } from './level.ts';
export { withEveryColumn } from './parents-first.ts';
export type { Hop, Taint, TaintOptions, Taints } from './taint.ts';
export { taintsOf, traceTaint } from './taint.ts';
