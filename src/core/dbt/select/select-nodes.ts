import type { UniqueId } from '#core/base';
import { compareText } from '#core/base';
import { behaves } from '../behaviours.ts';
import { findBlindNode } from '../changed-macros.ts';
import { findContractBreaks } from '../contract-breaks.ts';
import type { DbtNode, Parsed, ResourceType, RunResults } from '../project.ts';
import type { StateResult } from '../select-state.ts';
import { selectStateIn } from '../select-state.ts';
import type { StateContext } from '../state-context.ts';
import type { Criterion, IndirectSelection, SelectionExpression } from './expression.ts';
import { parseSelection } from './expression.ts';
import type { SelectionGraph } from './graph.ts';
import { reachedFrom, selectionGraph } from './graph.ts';
import type { Universe } from './methods.ts';
import { predicateOf } from './methods.ts';
import { projectPaths } from './paths.ts';

/** What is asked: values of dbt's `--select`, `--exclude`, `--indirect-selection`. */
export interface SelectionRequest {
  /** dbt's default, which is everything, when missing. */
  readonly select?: string;
  readonly exclude?: string;
  /** `eager` when missing. */
  readonly indirectSelection?: IndirectSelection;
}

/** Asks for selections of one comparison; what they share is worked out once. */
export type Selector = (request: SelectionRequest) => Parsed<readonly UniqueId[]>;

/** What dbt selects when nothing is asked for; semantic models since 1.6. */
const everything = 'fqn:* source:* exposure:* metric:*';

/**
 * Selections of head's nodes as `dbt ls --resource-type all` lists them, ordered by `unique_id`; removed nodes are
 * never among them. Every fault of an expression is a reason that names it and its place.
 * Source: dbt `graph/selector.py`, `NodeSelector`.
 */
export function createSelector(context: StateContext, baseResults: RunResults | null = null): Selector {
  const universe: Universe = {
    context,
    baseResults,
    paths: once(() => projectPaths(context.head)),
    state: once((): ReadonlyMap<UniqueId, StateResult> => selectStateIn(context)),
    blind: once(() => findBlindNode(context)),
    stops: once(() =>
      findContractBreaks(context)
        .filter(({ stopsDbt }) => stopsDbt)
        .map(({ uniqueId }) => uniqueId),
    ),
  };
  const graph = once(() => selectionGraph(context.head));
  return (request) => {
    const indirect = request.indirectSelection ?? 'eager';
    const all = behaves(context.engine, 'semanticModels') ? `${everything} semantic_model:*` : everything;
    const run: Run = { universe, graph: graph(), indirect };
    const included = selectExpression(run, request.select ?? all);
    if (!included.ok) return included;
    const excluded = request.exclude === undefined ? nothing : selectExpression(run, request.exclude);
    if (!excluded.ok) return excluded;
    const left = [...included.value.direct].filter((id) => !excluded.value.direct.has(id) && isListed(run, id));
    return { ok: true, value: left.sort(compareText) };
  };
}

const nothing: Parsed<Bundle> = { ok: true, value: { direct: new Set(), indirect: new Set() } };

/** dbt walks over operations, and no command lists them. */
const unlisted: ReadonlySet<ResourceType> = new Set<ResourceType>(['operation', 'sql_operation', 'rpc']);

function isListed({ graph, universe }: Run, id: UniqueId): boolean {
  const node = graph.nodes.get(id);
  if (node === undefined || unlisted.has(node.resourceType)) return false;
  const isBlank = node.resourceType === 'model' && node.rawCode.trim() === '';
  return !isBlank || !behaves(universe.context.engine, 'blankModelsUnlisted');
}

interface Run {
  readonly universe: Universe;
  readonly graph: SelectionGraph;
  readonly indirect: IndirectSelection;
}

/** Selected, and tests that would be if all they stand on were. */
interface Bundle {
  readonly direct: ReadonlySet<UniqueId>;
  readonly indirect: ReadonlySet<UniqueId>;
}

function selectExpression(run: Run, expression: string): Parsed<Bundle> {
  const parsed = parseSelection(expression);
  return parsed.ok ? selectUnion(run, parsed.value, expression) : parsed;
}

function selectUnion(run: Run, union: SelectionExpression, expression: string): Parsed<Bundle> {
  const terms: Bundle[] = [];
  for (const intersection of union) {
    const parts: Bundle[] = [];
    for (const criterion of intersection) {
      const part = selectCriterion(run, criterion, expression);
      if (!part.ok) return part;
      parts.push(part.value);
    }
    terms.push(combine(run, parts, intersect));
  }
  return { ok: true, value: combine(run, terms, unite) };
}

type Combine = (sets: readonly ReadonlySet<UniqueId>[]) => ReadonlySet<UniqueId>;

function combine(run: Run, parts: readonly Bundle[], how: Combine): Bundle {
  const direct = how(parts.map((part) => part.direct));
  const indirect = how(parts.map((part) => new Set([...part.direct, ...part.indirect])));
  return { direct: withComplete(run, direct, indirect), indirect };
}

function unite(sets: readonly ReadonlySet<UniqueId>[]): ReadonlySet<UniqueId> {
  return new Set(sets.flatMap((set) => [...set]));
}

function intersect([first, ...others]: readonly ReadonlySet<UniqueId>[]): ReadonlySet<UniqueId> {
  return new Set([...(first ?? [])].filter((id) => others.every((other) => other.has(id))));
}

/** With the tests left aside whose parents have all come together. */
function withComplete(
  run: Run,
  direct: ReadonlySet<UniqueId>,
  candidates: ReadonlySet<UniqueId>,
): ReadonlySet<UniqueId> {
  if (run.indirect !== 'cautious' && run.indirect !== 'buildable') return direct;
  const selected = new Set(direct);
  const upstream = run.indirect === 'buildable' ? reachedFrom(run.graph.parents, direct, Infinity) : new Set();
  for (const id of candidates) {
    const node = run.graph.nodes.get(id);
    if (node === undefined || node.resourceType === 'unit_test' || selected.has(id)) continue;
    if (node.dependsOn.nodes.every((parent) => selected.has(parent) || upstream.has(parent))) selected.add(id);
  }
  return selected;
}

function selectCriterion(run: Run, criterion: Criterion, expression: string): Parsed<Bundle> {
  const predicate = predicateOf(criterion, run.universe, expression);
  if (!predicate.ok) return predicate;
  const found = new Set<UniqueId>();
  for (const [id, node] of run.graph.nodes) if (predicate.value(node)) found.add(id);
  if (run.indirect === 'empty') {
    const keeps = behaves(run.universe.context.engine, 'emptyModeKeepsOperators');
    return { ok: true, value: { direct: keeps ? withNeighbours(run, criterion, found) : found, indirect: new Set() } };
  }
  return { ok: true, value: withTests(run, withNeighbours(run, criterion, found)) };
}

function withNeighbours({ graph }: Run, criterion: Criterion, found: ReadonlySet<UniqueId>): ReadonlySet<UniqueId> {
  const selected = new Set(found);
  const add = (ids: Iterable<UniqueId>): void => {
    for (const id of ids) selected.add(id);
  };
  if (criterion.childrensParents) {
    const family = new Set([...found, ...reachedFrom(graph.children, found, Infinity)]);
    add(family);
    add(reachedFrom(graph.parents, family, Infinity));
  }
  if (criterion.parents !== null) add(reachedFrom(graph.parents, found, criterion.parents));
  if (criterion.children !== null) add(reachedFrom(graph.children, found, criterion.children));
  return selected;
}

/** Adds the tests that stand on what is selected, or keeps them aside. Source: dbt `NodeSelector.expand_selection`. */
function withTests(run: Run, selected: ReadonlySet<UniqueId>): Bundle {
  const direct = new Set(selected);
  const aside = new Set<UniqueId>();
  const upstream =
    run.indirect === 'buildable' ? reachedFrom(run.graph.parents, selected, Infinity) : new Set<UniqueId>();
  const isThere = (id: UniqueId): boolean =>
    selected.has(id) || (run.indirect === 'buildable' && (upstream.has(id) || isSource(run.graph.nodes.get(id))));
  for (const id of selected) {
    for (const child of run.graph.children.get(id) ?? []) {
      const node = run.graph.nodes.get(child);
      if (node?.resourceType !== 'test' && node?.resourceType !== 'unit_test') continue;
      const isWhole = run.indirect === 'eager' || node.dependsOn.nodes.every(isThere);
      (isWhole ? direct : aside).add(child);
    }
  }
  return { direct, indirect: aside };
}

function isSource(node: DbtNode | undefined): boolean {
  return node?.resourceType === 'source';
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
