// dbt's artifacts as one graph of nodes and relations, and dbt's own notion of what is modified.

export { type MemoryLimit, standardMemory } from './artifact-text.ts';
export type { ChangedMacros, MacroCause } from './changed-macros.ts';
export { findChangedMacros, macroCausesOf } from './changed-macros.ts';
export { fieldOf } from './compared-fields.ts';
export { configKeywords, isComputed } from './config-call.ts';
export type { ContractBreak } from './contract-breaks.ts';
export { findContractBreaks } from './contract-breaks.ts';
export { differencesOf } from './differences.ts';
export { isKnownEngine, knownEngines } from './engine.ts';
export type { Children } from './graph.ts';
export { ancestorsOf, childrenOf, consumersOf, descendantsOf, macrosUsedBy, ownerOf } from './graph.ts';
export type { MoreUnrendered } from './more-unrendered.ts';
export { inferMoreUnrendered } from './more-unrendered.ts';
export { parseCatalog } from './parse-catalog.ts';
export type { ManifestOptions, ReadManifest } from './parse-manifest.ts';
export { parseManifest, readManifest } from './parse-manifest.ts';
export { parseRunResults } from './parse-run-results.ts';
export type {
  CatalogRelation,
  DbtCatalog,
  DbtColumn,
  DbtExposure,
  DbtMacro,
  DbtNode,
  DbtOwner,
  DbtProject,
  DbtTest,
  ManifestMetadata,
  Parsed,
  RenderedSql,
  ResourceType,
  RunResult,
  RunResults,
} from './project.ts';
export { hasFirmSql, isFirm } from './rendered.ts';
export type { ContractItem } from './same-contract.ts';
export { relationDifferences, sameChecksum } from './same-parts.ts';
export type { IndirectSelection } from './select/expression.ts';
export { indirectSelections } from './select/expression.ts';
export type { SelectionRequest, Selector } from './select/select-nodes.ts';
export { createSelector } from './select/select-nodes.ts';
export type { StateResult, StateSelector } from './select-state.ts';
export { isModifiedWhenNew, previousOf, selectState, selectStateIn } from './select-state.ts';
export type { StateContext, StateOptions } from './state-context.ts';
export { stateContext } from './state-context.ts';
