import type { JsonValue, UniqueId } from '#core/base';
import { isJsonObject, jsonEqual, nearestWord } from '#core/base';
import { behaves } from '../behaviours.ts';
import type { DbtNode, Parsed, ResourceType, RunResults } from '../project.ts';
import type { StateResult, StateSelector } from '../select-state.ts';
import { isCandidate, stateSelectors } from '../select-state.ts';
import type { StateContext } from '../state-context.ts';
import type { Criterion, SelectionFault, SelectionMethod } from './expression.ts';
import { refuseSelection } from './expression.ts';
import { matchesGlob } from './glob.ts';
import { matchesName } from './names.ts';
import type { ProjectPaths } from './paths.ts';
import { foldersOf, globPaths } from './paths.ts';
import { matchesVersion, versionKinds } from './versions.ts';

/** What methods look at; what is costly is made when first asked for. */
export interface Universe {
  readonly context: StateContext;
  /** `run_results.json` of the base. */
  readonly baseResults: RunResults | null;
  readonly paths: () => ProjectPaths;
  readonly state: () => ReadonlyMap<UniqueId, StateResult>;
  /** The first node whose macros dbt cannot follow; null where it can follow all. */
  readonly blind: () => UniqueId | null;
  /** The versioned models whose broken contract makes dbt stop. */
  readonly stops: () => readonly UniqueId[];
}

type Predicate = (node: DbtNode) => boolean;
type Method = (criterion: Criterion, universe: Universe, place: SelectionFault) => Parsed<Predicate>;

/** What a criterion's method and value select, or why that cannot be said. */
export function predicateOf(criterion: Criterion, universe: Universe, expression: string): Parsed<Predicate> {
  const place = { expression, criterion: criterion.raw, column: criterion.column };
  const found = methods[criterion.method](criterion, universe, place);
  if (!found.ok || !ofAllNodes.has(criterion.method)) return found;
  return yes((node) => isCandidate(universe.context, node) && found.value(node));
}

/** The methods that look at dbt's `all_nodes`, which saved queries joined late; `state` asks for itself. */
const ofAllNodes: ReadonlySet<SelectionMethod> = new Set(['tag', 'path', 'file', 'package', 'resource_type', 'result']);

/** Types that dbt keeps outside the manifest's `nodes`. */
const outsideNodes: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'unit_test',
  'function',
]);

/** A method over nodes of some types, by value alone. */
function each(matches: (node: DbtNode, value: string, criterion: Criterion) => boolean): Method {
  return (criterion) => yes((node) => matches(node, criterion.value, criterion));
}

function yes(predicate: Predicate): Parsed<Predicate> {
  return { ok: true, value: predicate };
}

const methods: Readonly<Record<SelectionMethod, Method>> = {
  fqn: ({ value }, { context }) => {
    const wildcardMeetsLastName = behaves(context.engine, 'wildcardMeetsLastName');
    return yes(({ fqn, version, resourceType }) => {
      const named = { fqn, isVersioned: version !== null, wildcardMeetsLastName };
      return resourceType !== 'source' && matchesName(value, named);
    });
  },
  tag: each((node, value) => tagsOf(node).some((tag) => matchesGlob(tag, value))),
  group: each((node, value) => {
    const group = node.config['group'];
    const grouped = !outsideNodes.has(node.resourceType) || node.resourceType === 'metric';
    return grouped && typeof group === 'string' && group !== '' && matchesGlob(group, value);
  }),
  access: each((node, value) => node.resourceType === 'model' && node.access === value),
  file: each((node, value) => {
    const name = node.originalFilePath.split('/').at(-1) ?? '';
    return matchesGlob(name, value) || matchesGlob(stemOf(name), value);
  }),
  package: (criterion, { context }) => {
    const root = context.head.metadata.projectName;
    const wanted = criterion.value === 'this' && root !== null ? root : criterion.value;
    return yes((node) => matchesGlob(node.packageName, wanted));
  },
  path: selectByPath,
  config: each((node, value, { args }) => {
    const isConfigurable = !outsideNodes.has(node.resourceType) || node.resourceType === 'source';
    return isConfigurable && matchesConfig(node.config, args, value);
  }),
  resource_type: selectByType,
  source: selectSource,
  exposure: named('exposure'),
  metric: named('metric'),
  semantic_model: named('semantic_model'),
  saved_query: named('saved_query'),
  unit_test: named('unit_test'),
  test_name: each((node, value) => {
    if (node.resourceType === 'unit_test') return matchesGlob(node.name, value);
    return node.resourceType === 'test' && typeof node.test?.name === 'string' && matchesGlob(node.test.name, value);
  }),
  test_type: selectByTestType,
  version: (criterion, _, place) => {
    const kind = versionKinds.find((known) => known === criterion.value);
    if (kind === undefined) return badValue(place, 'kind of version', criterion.value, versionKinds);
    return yes((node) => node.resourceType === 'model' && matchesVersion(node, kind));
  },
  state: selectByState,
  result: (criterion, { baseResults }, place) => {
    if (baseResults === null) {
      const why = 'there is no run_results.json of the base to look at';
      return refuseSelection(place, 'selector-no-results', why, 'give a base directory that holds run_results.json');
    }
    const ids = new Set(
      baseResults.results.filter(({ status }) => status === criterion.value).map(({ uniqueId }) => uniqueId),
    );
    return yes((node) => ids.has(node.uniqueId));
  },
  selector: (_, __, place) => unread(place, 'selectors.yml'),
  source_status: (_, __, place) => unread(place, 'sources.json'),
};

function unread(place: SelectionFault, file: string): Parsed<never> {
  return refuseSelection(place, 'selector-not-offered', `the method needs ${file}, which is not read here`, 'ask dbt');
}

function badValue(place: SelectionFault, what: string, value: string, known: readonly string[]): Parsed<never> {
  const near = nearestWord(value, known);
  const why = `there is no ${what} ${JSON.stringify(value)}`;
  const remedy = `use one of ${known.join(', ')}`;
  const hint = near === null ? remedy : `${remedy}; ${near} is the nearest`;
  return refuseSelection(place, 'selector-value-unknown', why, hint);
}

/** Of a unit test, the tags stand in its config. */
function tagsOf(node: DbtNode): readonly string[] {
  if (node.resourceType !== 'unit_test') return node.tags;
  const tags: JsonValue = node.config['tags'] ?? null;
  const list: readonly JsonValue[] = Array.isArray(tags) ? (tags as readonly JsonValue[]) : [tags];
  return list.filter((tag): tag is string => typeof tag === 'string');
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(0, dot) : name;
}

function selectByPath(criterion: Criterion, { paths }: Universe, place: SelectionFault): Parsed<Predicate> {
  const { value } = criterion;
  const isHalfStar = value.split('/').some((part) => part.includes('**') && part !== '**');
  if (value === '' || value.startsWith('/') || isHalfStar) {
    const why = value === '' ? 'there is no path' : `${JSON.stringify(value)} is no path within a project`;
    const remedy = 'write a path from the project root, as models/staging or models/**/*.sql';
    return refuseSelection(place, 'selector-path-invalid', why, remedy);
  }
  const found = globPaths(paths(), value);
  return yes((node) => {
    const { originalFilePath, patchPath } = node;
    if (found.has(originalFilePath) || (patchPath !== null && found.has(patchPath))) return true;
    return foldersOf(originalFilePath).some((folder) => found.has(folder));
  });
}

/** Source: dbt `ConfigSelectorMethod`: text as it is, `true` and `false` also as values; in a list, any item. */
function matchesConfig(config: JsonValue, keys: readonly string[], value: string): boolean {
  const found = keys.reduce<JsonValue | undefined>((inner, key) => descend(inner, key), config);
  if (found === undefined) return false;
  const wanted = value.toLowerCase();
  const isCaseless = keys.length === 1 && keys[0] === 'severity';
  const same = (item: JsonValue): boolean =>
    typeof item === 'string' && (isCaseless ? item.toLowerCase() === wanted : item === value);
  const isWanted = (item: JsonValue): boolean =>
    (wanted === 'true' && jsonEqual(item, true)) || (wanted === 'false' && jsonEqual(item, false));
  if (Array.isArray(found)) return (found as readonly JsonValue[]).some((item) => same(item) || isWanted(item));
  return same(found) || (typeof found === 'boolean' && isWanted(found));
}

function descend(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (!isJsonObject(value)) return undefined;
  const spelled = [key, key.replaceAll('_', '-'), key.replaceAll('-', '_')].find((known) =>
    Object.hasOwn(value, known),
  );
  return spelled === undefined ? undefined : value[spelled];
}

const alwaysTypes = [
  ...(['model', 'analysis', 'test', 'snapshot', 'operation', 'seed', 'rpc', 'doc', 'source', 'macro'] as const),
  ...(['exposure', 'metric', 'group', 'saved_query', 'semantic_model', 'unit_test', 'fixture'] as const),
] as const;

function selectByType(criterion: Criterion, { context }: Universe, place: SelectionFault): Parsed<Predicate> {
  const known = [...alwaysTypes, ...(behaves(context.engine, 'functions') ? ['function'] : [])];
  if (!known.includes(criterion.value)) return badValue(place, 'resource type', criterion.value, known);
  return yes((node) => node.resourceType === criterion.value);
}

function selectSource(criterion: Criterion, _: Universe, place: SelectionFault): Parsed<Predicate> {
  const parts = criterion.value.split('.');
  if (parts.length > 3) {
    const remedy = 'write source:name, source:name.table or source:package.name.table';
    return refuseSelection(place, 'selector-value-malformed', 'a source has at most three parts', remedy);
  }
  const [packageName = '*', source = '*', table = '*'] =
    parts.length === 3 ? parts : ['*', parts[0] ?? '*', parts[1] ?? '*'];
  return yes((node) => {
    if (node.resourceType !== 'source') return false;
    const name = node.entry['source_name'];
    const isNamed = typeof name === 'string' && matchesGlob(name, source);
    return isNamed && matchesGlob(node.packageName, packageName) && matchesGlob(node.name, table);
  });
}

/** `name` or `package.name` of one type. */
function named(type: ResourceType): Method {
  return (criterion, _, place) => {
    const parts = criterion.value.split('.');
    if (parts.length > 2) {
      const what = type.replaceAll('_', ' ');
      const remedy = `write ${type}:name or ${type}:package.name`;
      return refuseSelection(place, 'selector-value-malformed', `a ${what} has at most two parts`, remedy);
    }
    const [packageName = '*', name = '*'] = parts.length === 2 ? parts : ['*', parts[0] ?? '*'];
    return yes(
      (node) =>
        node.resourceType === type && matchesGlob(node.packageName, packageName) && matchesGlob(node.name, name),
    );
  };
}

function selectByTestType(criterion: Criterion, _: Universe, place: SelectionFault): Parsed<Predicate> {
  const { value } = criterion;
  const isGeneric = (node: DbtNode): boolean => node.resourceType === 'test' && node.entry['test_metadata'] != null;
  if (value === 'generic' || value === 'schema') return yes(isGeneric);
  // dbt asks whether the value is a part of the word, so `sing` is singular.
  if ('data'.includes(value)) return yes((node) => node.resourceType === 'test');
  if ('singular'.includes(value)) return yes((node) => node.resourceType === 'test' && !isGeneric(node));
  if ('unit'.includes(value)) return yes((node) => node.resourceType === 'unit_test');
  return badValue(place, 'type of test', value, ['generic', 'singular', 'unit', 'data']);
}

const asksMacros: ReadonlySet<string> = new Set(['modified', 'unmodified', 'modified.macros']);
const asksContracts: ReadonlySet<string> = new Set(['modified', 'unmodified', 'modified.contract']);

function selectByState(criterion: Criterion, universe: Universe, place: SelectionFault): Parsed<Predicate> {
  const hasOld = behaves(universe.context.engine, 'oldAndUnmodified');
  const known = stateSelectors.filter((name) => hasOld || (name !== 'old' && name !== 'unmodified'));
  const selector: StateSelector | undefined = known.find((name) => name === criterion.value);
  if (selector === undefined) return badValue(place, 'state', criterion.value, known);
  const stops = asksContracts.has(selector) ? universe.stops() : [];
  if (stops.length > 0) {
    const why = `dbt stops here: the contract of ${stops.join(', ')}, a versioned model, is broken`;
    return refuseSelection(place, 'contract-broken', why, 'publish the change as a new version of the model');
  }
  const blind = asksMacros.has(selector) ? universe.blind() : null;
  if (blind !== null) {
    const why = `dbt stops here: ${blind} lists a macro that is gone (null in depends_on.macros)`;
    return refuseSelection(place, 'macro-gone', why, 'parse the project again without partial parsing');
  }
  const state = universe.state();
  return yes((node) => state.get(node.uniqueId)?.has(selector) === true);
}
