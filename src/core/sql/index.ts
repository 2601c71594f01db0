// SQL as a relational tree that is the same for every engine and dialect.

export { dialectRules, identifierKey, toDialect } from './dialect.ts';
export { isAggregate } from './functions.ts';
export { hasOpenMask, maskName, maskReason, maskWords, openMaskName, withoutIdentities } from './mask.ts';
export { normalizeSqlText } from './normalize-sql-text.ts';
export { pivotOutputs } from './pivot.ts';
export { differencesOf } from './reading.ts';
export type { SourceLines } from './source-lines.ts';
export { sourceLine } from './source-lines.ts';
export type {
  Cte,
  Dialect,
  Expression,
  ExpressionKind,
  Identifier,
  Join,
  Limit,
  Projection,
  Query,
  Select,
  SetOperation,
  Source,
  Span,
  SqlAnswer,
  SqlStatement,
  Star,
  Values,
} from './tree.ts';
