import type { UniqueId } from '#core/base';
import type { Behaviour } from './behaviours.ts';
import { behaves } from './behaviours.ts';
import type { ChangedMacros } from './changed-macros.ts';
import { findChangedMacros, usesChangedMacro } from './changed-macros.ts';
import { differencesOf, hasDifference } from './differences.ts';
import type { DbtNode, DbtProject, ResourceType } from './project.ts';
import { configDifferences } from './same-config.ts';
import { contractDifferences } from './same-contract.ts';
import { persistedDifferences, relationDifferences, sameBody } from './same-parts.ts';
import type { StateContext, StateOptions } from './state-context.ts';
import { parsedTypes, stateContext } from './state-context.ts';

/** The values of dbt's `state:` selector. */
export const stateSelectors = [
  'new',
  'old',
  'modified',
  'unmodified',
  'modified.body',
  'modified.configs',
  'modified.relation',
  'modified.persisted_descriptions',
  'modified.macros',
  'modified.contract',
] as const;
export type StateSelector = (typeof stateSelectors)[number];

/** The selectors that select a node. */
export type StateResult = ReadonlySet<StateSelector>;

/** Types that became candidates later than the methods themselves. */
const candidateSince: ReadonlyMap<ResourceType, Behaviour> = new Map<ResourceType, Behaviour>([
  ['semantic_model', 'semanticModels'],
  ['unit_test', 'unitTests'],
  ['saved_query', 'savedQueries'],
  ['function', 'functions'],
]);

/**
 * Whether this dbt holds the node among those that `tag`, `path`, `file`, `package`, `resource_type`, `result` and `state` look at.
 * Source: dbt `graph/selector_methods.py`, `SelectorMethod.all_nodes`.
 */
export function isCandidate({ engine }: StateContext, { resourceType }: DbtNode): boolean {
  const behaviour = candidateSince.get(resourceType);
  return behaviour === undefined || behaves(engine, behaviour);
}

/**
 * dbt's state selection of head against base: for every enabled entry of head, in the manifest's order, the selectors
 * that select it, before graph operators and before tests are pulled in (`--indirect-selection empty`). Versioned
 * models with a broken contract make dbt stop instead; `findContractBreaks` tells.
 * Source: dbt `graph/selector_methods.py`, `StateSelectorMethod.search`.
 */
export function selectState(
  base: DbtProject,
  head: DbtProject,
  options: StateOptions = {},
): ReadonlyMap<UniqueId, StateResult> {
  return selectStateIn(stateContext(base, head, options));
}

/** `selectState` of a comparison whose engine and flag are settled. */
export function selectStateIn(context: StateContext): ReadonlyMap<UniqueId, StateResult> {
  const macros = findChangedMacros(context);
  const selection = new Map<UniqueId, StateResult>();
  for (const node of context.head.nodes.values()) {
    if (!isCandidate(context, node)) continue;
    selection.set(node.uniqueId, new Set(selectorsOf(context, macros, node)));
  }
  return selection;
}

/** The enabled entry of base with the node's `unique_id`, or what this dbt takes for it. */
export function previousOf(context: StateContext, node: DbtNode): DbtNode | undefined {
  if (node.resourceType === 'semantic_model' && !behaves(context.engine, 'semanticModelLookup')) return undefined;
  return context.base.nodes.get(context.renamed.get(node.uniqueId) ?? node.uniqueId);
}

/** Types of whose new nodes dbt 1 says that they are not modified; dbt 2 says so of none. */
const notModifiedWhenNew: ReadonlySet<ResourceType> = new Set<ResourceType>([
  ...(['source', 'exposure', 'metric', 'semantic_model', 'saved_query'] as const),
]);

/** Whether a node without a previous self counts as modified. */
export function isModifiedWhenNew({ engine }: StateContext, { resourceType }: DbtNode): boolean {
  return behaves(engine, 'unionOfParts') || !notModifiedWhenNew.has(resourceType);
}

function isNeverNew({ engine }: StateContext, { resourceType }: DbtNode): boolean {
  return behaves(engine, 'consumersNeverNew') && resourceType !== 'source' && notModifiedWhenNew.has(resourceType);
}

function* selectorsOf(context: StateContext, macros: ChangedMacros, node: DbtNode): Generator<StateSelector> {
  const old = previousOf(context, node);
  const isNew = old === undefined && !isNeverNew(context, node);
  const macroChanged = usesChangedMacro(macros, node);
  const differs =
    old === undefined ? isModifiedWhenNew(context, node) : hasDifference(differencesOf(context, old, node));
  yield isNew ? 'new' : 'old';
  yield macroChanged || differs ? 'modified' : 'unmodified';
  if (macroChanged || (isNew && behaves(context.engine, 'unionOfParts'))) yield 'modified.macros';
  for (const part of partsAsked(context, node, isNew)) {
    if (old === undefined || partDiffers[part](context, old, node)) yield part;
  }
}

type Part = Exclude<StateSelector, 'new' | 'old' | 'modified' | 'unmodified' | 'modified.macros'>;

const partDiffers: Readonly<Record<Part, (context: StateContext, old: DbtNode, head: DbtNode) => boolean>> = {
  'modified.body': (context, old, head) => !sameBody(context, old, head),
  'modified.configs': (context, old, head) => configDifferences(context, old, head).length > 0,
  'modified.relation': (context, old, head) => relationDifferences(context, old, head).length > 0,
  'modified.persisted_descriptions': (context, old, head) => persistedDifferences(context, old, head).length > 0,
  'modified.contract': (context, old, head) => contractDifferences(context, old, head).length > 0,
};

/** Which parts a class can be asked for: dbt selects a new node by every part that its class has, dbt 2 by every part. */
function partsAsked({ engine }: StateContext, { resourceType }: DbtNode, isNew: boolean): readonly Part[] {
  if (!behaves(engine, 'unionOfParts'))
    return parsedTypes.has(resourceType) ? everyPart : (partsOf.get(resourceType) ?? []);
  const hasRelation = isNew || (resourceType !== 'unit_test' && resourceType !== 'saved_query');
  return everyPart.filter((part) => hasRelation || part !== 'modified.relation');
}

const everyPart: readonly Part[] = [
  'modified.body',
  'modified.configs',
  'modified.relation',
  'modified.persisted_descriptions',
  'modified.contract',
];
const partsOf: ReadonlyMap<ResourceType, readonly Part[]> = new Map<ResourceType, readonly Part[]>([
  ['source', ['modified.configs', 'modified.relation']],
  ['exposure', ['modified.configs']],
  ['metric', ['modified.configs']],
  ['semantic_model', ['modified.configs']],
  ['saved_query', ['modified.configs']],
]);
