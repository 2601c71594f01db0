/** A dbt version that can be compared: `1.12.0rc2` is before `1.12.0`. */
export interface EngineVersion {
  /** `major.minor.patch` as one number. */
  readonly release: number;
  /** 0 alpha, 1 beta, 2 release candidate, 3 released; and its number. */
  readonly stage: readonly [number, number];
}

/** Since which release dbt's comparison behaves so. The dates are from dbt's own history of `graph/selector_methods.py` and `contracts/graph/nodes.py`. */
const since = {
  /** Constraints and materialization count in a contract's comparison. */
  contractConstraints: '1.6.0',
  /** Selectors `old` and `unmodified`. */
  oldAndUnmodified: '1.6.0',
  semanticModels: '1.6.0',
  /** Before, a semantic model never found its previous self. */
  semanticModelLookup: '1.8.0',
  /** `latest_version`, `access`, `deprecation_date`. */
  refRepresentation: '1.6.1',
  /** A broken contract of an unversioned model warns; before, it stopped the command. */
  unversionedBreakWarns: '1.7.0',
  testStoreFailuresAs: '1.7.0',
  metricGroupExcluded: '1.7.0',
  semanticModelGroup: '1.7.0',
  unitTests: '1.8.0',
  savedQueries: '1.9.0',
  unrenderedSources: '1.9.0',
  moreUnrenderedFlag: '1.9.0',
  removedContracts: '1.9.0',
  /** `--indirect-selection empty` dropped graph operators. */
  emptyModeKeepsOperators: '1.9.0',
  /** `modified` asks for the contract again where the old node is a model. */
  contractAgain: '1.9.2',
  savedQueryTags: '1.10.0',
  /** Size, precision, scale and case of a type no longer break a contract. */
  typeFamilies: '1.11.0',
  functions: '1.11.0',
  functionSignatures: '1.11.9',
  testSqlHeader: '1.12.0',
  functionOverloads: '1.12.0',
  /** The base's `unrendered_config` is rewritten when versions differ. */
  baseConfigUpgrade: '1.12.0',
} as const;

export type Behaviour = keyof typeof since;

/** Releases of dbt's hosted tracks are dated; this is the release whose behaviour a year's tracks are closest to. */
const datedTracks: readonly (readonly [number, string])[] = [
  [2026, '1.12.0'],
  [2025, '1.10.5'],
  [2024, '1.9.2'],
];

/** What is assumed of a manifest that does not say which dbt wrote it, and of the engines from 2.0 on. */
const newest: EngineVersion = { release: releaseOf(1, 12, 99), stage: [3, 0] };

const releases = Object.fromEntries(
  Object.entries(since).map(([behaviour, version]) => [behaviour, parseEngineVersion(version).release]),
) as Readonly<Record<Behaviour, number>>;

/** Reads `1.11.3`, `1.12.0rc2`, `1.9.0-b4`, `2025.5.12+ab12`; the newest known behaviour for anything else. */
export function parseEngineVersion(text: string): EngineVersion {
  const found = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?[-.]?(a|b|rc)?(\d{1,4})?/.exec(text);
  if (found === null) return newest;
  const major = Number(found[1]);
  const track = datedTracks.find(([year]) => major >= year);
  if (track !== undefined) return parseEngineVersion(track[1]);
  if (major >= 2) return newest;
  const stage = ['a', 'b', 'rc'].indexOf(found[4] ?? '');
  return {
    release: releaseOf(major, Number(found[2]), Number(found[3] ?? 0)),
    stage: stage === -1 ? [3, 0] : [stage, Number(found[5] ?? 0)],
  };
}

/** What is known of: for the reader of an error. */
export const knownEngines = '1.5 to 1.12 (1.13 and 1.14 compare as 1.12), and 2 (as 1.12)';

/** Whether a text names a dbt whose comparison is known: `1.5` to `1.14`, `2.…`, or a dated release. */
export function isKnownEngine(text: string): boolean {
  const found = /^(\d{1,4})\.(\d{1,4})(?:[.-]?[\da-z+][\w.+-]*)?$/i.exec(text);
  if (found === null) return false;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major === 1 ? minor >= 5 && minor <= 14 : major === 2 || datedTracks.some(([year]) => major === year);
}

/** Whether this dbt behaves so. A pre-release counts as its release. */
export function behaves(engine: EngineVersion, behaviour: Behaviour): boolean {
  return engine.release >= releases[behaviour];
}

/** The default of `state_modified_compare_more_unrendered_values`: on from 1.12.0rc2. */
export function moreUnrenderedByDefault(engine: EngineVersion): boolean {
  const [stage, number] = engine.stage;
  const isFinal = stage === 3 || (stage === 2 && number >= 2);
  const release = releaseOf(1, 12, 0);
  return engine.release > release || (engine.release === release && isFinal);
}

function releaseOf(major: number, minor: number, patch: number): number {
  return (major * 10_000 + minor) * 10_000 + patch;
}
