import type { EngineVersion } from './engine.ts';
import { isSameLine, parseEngineVersion } from './engine.ts';

interface Where {
  /** The release of the Python engine that began it, or the one of each line that took it over; null where it never did. */
  readonly python: string | readonly string[] | null;
  readonly rust: boolean;
}

/**
 * What one dbt's comparison does and another's does not. The releases are from dbt's own history of
 * `graph/selector_methods.py` and `contracts/graph/nodes.py`; the Rust engine (dbt 2) is `dbt-schemas`, `prev_state`.
 */
const table = {
  /** A digest of the contract tells whether it changed; dbt 2 keeps none and sees no more than whether it is enforced. */
  contractChecksum: { python: '1.5.0', rust: false },
  /** Constraints and materialization count in a contract's comparison. */
  contractConstraints: { python: '1.6.0', rust: true },
  /** Selectors `old` and `unmodified`. */
  oldAndUnmodified: { python: '1.6.0', rust: true },
  semanticModels: { python: '1.6.0', rust: true },
  /** Before, a semantic model never found its previous self. */
  semanticModelLookup: { python: '1.8.0', rust: true },
  /** `latest_version`, `access`, `deprecation_date`. */
  refRepresentation: { python: '1.6.1', rust: true },
  /** A broken contract of an unversioned model warns; before, it stopped the command. */
  unversionedBreakWarns: { python: '1.7.0', rust: true },
  /** A broken contract of a versioned model stops the command. */
  versionedBreakStops: { python: '1.5.0', rust: false },
  testStoreFailuresAs: { python: '1.7.0', rust: true },
  metricGroupExcluded: { python: '1.7.0', rust: false },
  semanticModelGroup: { python: '1.7.0', rust: false },
  unitTests: { python: '1.8.0', rust: true },
  savedQueries: { python: '1.9.0', rust: true },
  unrenderedSources: { python: '1.9.0', rust: true },
  moreUnrenderedFlag: { python: '1.9.0', rust: false },
  removedContracts: { python: '1.9.0', rust: true },
  /** `--indirect-selection empty` dropped graph operators. */
  emptyModeKeepsOperators: { python: '1.9.0', rust: true },
  savedQueryTags: { python: '1.10.0', rust: true },
  /** Size, precision, scale and case of a type no longer break a contract. */
  typeFamilies: { python: '1.11.0', rust: true },
  functions: { python: '1.11.0', rust: true },
  functionSignatures: { python: '1.11.9', rust: false },
  testSqlHeader: { python: '1.12.0', rust: true },
  /** A pattern without a dot is also held against a node's last name alone. */
  wildcardMeetsLastName: { python: ['1.11.16', '1.12.6'], rust: false },
  functionOverloads: { python: '1.12.0', rust: true },
  /** The base's `unrendered_config` is rewritten when versions differ. */
  baseConfigUpgrade: { python: '1.12.0', rust: false },
  /** `modified` is the union of its parts and the content, and a new node is modified in every part. */
  unionOfParts: { python: null, rust: true },
  /** Exposures, metrics, semantic models and saved queries are never new, and modified where base has none. */
  consumersNeverNew: { python: null, rust: true },
  /** A test or source under another `unique_id` is found again by what it is. */
  pairsBySignature: { python: null, rust: true },
  /** Runs of white space in code count as one blank; code that is not SQL is compared by its checksum. */
  foldedCode: { python: null, rust: true },
  /** A `fqn` that is the beginning of the other is the same. */
  fqnPrefix: { python: null, rust: true },
  /** Typographic quotes, white space and empty texts make no other description. */
  foldedDescriptions: { python: null, rust: true },
  /** A config whose written values differ is the same where its rendered ones do not; empty is as good as missing. */
  renderedConfigSettles: { python: null, rust: true },
  /** `dbt ls` leaves out models whose file is empty. */
  blankModelsUnlisted: { python: null, rust: true },
  /** Only the macros that the node itself lists count, trimmed, and only where both sides have them. */
  flatMacros: { python: null, rust: true },
  /** `1` and `"1"` are one version; a date is the same by instant or by the clock on the wall. */
  looseVersions: { python: null, rust: true },
} as const satisfies Readonly<Record<string, Where>>;

export type Behaviour = keyof typeof table;

const releases = new Map(
  Object.entries(table).map(([behaviour, { python }]: readonly [string, Where]) => [
    behaviour,
    [python ?? []].flat().map((text) => parseEngineVersion(text).release),
  ]),
);

/** Whether this dbt behaves so. A pre-release counts as its release. */
export function behaves(engine: EngineVersion, behaviour: Behaviour): boolean {
  if (engine.family === 'rust') return table[behaviour].rust;
  const begun = releases.get(behaviour) ?? [];
  const ofLine = begun.find((release) => isSameLine(release, engine.release)) ?? begun.at(-1);
  return ofLine !== undefined && engine.release >= ofLine;
}
