// What a pull request changes (nodes, columns, row set) and what that reaches.

export type { Sides } from './analyze-change.ts';
export { analyzeChange, statementsFor, statementsOf, traceSide } from './analyze-change.ts';
export type {
  AnalyzedSide,
  ArtifactDigest,
  Cause,
  Change,
  ColumnChange,
  ColumnChangeKind,
  ColumnRef,
  Dependents,
  ModifiedNode,
  ProjectSide,
} from './change.ts';
export { compareColumns } from './column-changes.ts';
export { compareCompiled } from './compiled-sql.ts';
export { consumersBehind } from './dependents.ts';
export { rightSideLines } from './diff-lines.ts';
export type { Modified } from './modified-nodes.ts';
export { findModified } from './modified-nodes.ts';
export type { Account, ChangedFile, Commit, PullRequest } from './pull-request.ts';
