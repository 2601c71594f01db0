import type { UniqueId } from '#core/base';
import type { ChangedMacros } from './changed-macros.ts';
import { findChangedMacros, usesChangedMacro } from './changed-macros.ts';
import type { Behaviour } from './engine.ts';
import { behaves } from './engine.ts';
import type { DbtNode, DbtProject, ResourceType } from './project.ts';
import { configDifferences } from './same-config.ts';
import { sameContents } from './same-contents.ts';
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

/** Types that became candidates later than `state:` itself. */
const candidateSince: ReadonlyMap<ResourceType, Behaviour> = new Map<ResourceType, Behaviour>([
  ['semantic_model', 'semanticModels'],
  ['unit_test', 'unitTests'],
  ['saved_query', 'savedQueries'],
  ['function', 'functions'],
]);

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
  const macros = findChangedMacros(context.base, context.head);
  const selection = new Map<UniqueId, StateResult>();
  for (const node of context.head.nodes.values()) {
    const behaviour = candidateSince.get(node.resourceType);
    if (behaviour !== undefined && !behaves(context.engine, behaviour)) continue;
    selection.set(node.uniqueId, new Set(selectorsOf(context, macros, node)));
  }
  return selection;
}

/** The enabled entry of base with the node's `unique_id`, as far as this dbt looks it up. */
export function previousOf(context: StateContext, node: DbtNode): DbtNode | undefined {
  if (node.resourceType === 'semantic_model' && !behaves(context.engine, 'semanticModelLookup')) return undefined;
  return context.base.nodes.get(node.uniqueId);
}

function* selectorsOf(context: StateContext, macros: ChangedMacros, node: DbtNode): Generator<StateSelector> {
  const old = previousOf(context, node);
  const macroChanged = usesChangedMacro(macros, node);
  const modified = macroChanged || !sameContents(context, old, node) || contractChangedAgain(context, old, node);
  yield old === undefined ? 'new' : 'old';
  yield modified ? 'modified' : 'unmodified';
  if (macroChanged) yield 'modified.macros';
  const { resourceType } = node;
  const parts = parsedTypes.has(resourceType) ? partsOfParsed : (partsOf.get(resourceType) ?? []);
  for (const part of parts) {
    if (old === undefined || differs[part](context, old, node)) yield part;
  }
}

type Part = Exclude<StateSelector, 'new' | 'old' | 'modified' | 'unmodified' | 'modified.macros'>;

const differs: Readonly<Record<Part, (context: StateContext, old: DbtNode, head: DbtNode) => boolean>> = {
  'modified.body': (_, old, head) => !sameBody(old, head),
  'modified.configs': (context, old, head) => configDifferences(context, old, head).length > 0,
  'modified.relation': (context, old, head) => relationDifferences(context, old, head).length > 0,
  'modified.persisted_descriptions': (_, old, head) => persistedDifferences(old, head).length > 0,
  'modified.contract': (context, old, head) => contractDifferences(context, old, head).length > 0,
};

/** Which parts a class can be asked for: dbt selects a new node by every part that its class has. */
const partsOfParsed: readonly Part[] = [
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

/** Since 1.9.2 `modified` asks for the contract a second time, whatever the class compared. */
function contractChangedAgain(context: StateContext, old: DbtNode | undefined, node: DbtNode): boolean {
  if (old?.resourceType !== 'model' || !behaves(context.engine, 'contractAgain')) return false;
  return contractDifferences(context, old, node).length > 0;
}
