// What a pull request changes (nodes, columns, row set) and what that reaches.

export type { DataContract } from '#core/pii';
export type { Sides, SideTracing } from './analyze-change.ts';
export {
  analyzeChange,
  compareSides,
  prepareTracing,
  statementsByNode,
  statementsFor,
  statementsOf,
  traceSide,
} from './analyze-change.ts';
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
  StateLabel,
  WrittenExpectation,
} from './change.ts';
export { changedStatements, withTrees } from './changed-sql.ts';
export { compareColumns } from './column-changes.ts';
export { compareCompiled } from './compiled-sql.ts';
export { consumersBehind, consumersFirst } from './dependents.ts';
export { firstChangedLine, rightSideLines } from './diff-lines.ts';
export type { Modified, ModifiedOptions } from './modified-nodes.ts';
export { findModified } from './modified-nodes.ts';
export type { Account, ChangedFile, Commit, PullRequest } from './pull-request.ts';
export type { FullRefresh, Reach } from './reach.ts';
export { findFullRefreshes, reachOf } from './reach.ts';
export { isSameType } from './same-type.ts';
export type { UnseenSql } from './unseen-sql.ts';
export { findUnseenSql } from './unseen-sql.ts';
