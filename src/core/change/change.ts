import type { Reason, UniqueId } from '#core/base';
import type { DbtCatalog, DbtProject, ResourceType, RunResults } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import type { DataContract } from '#core/pii';
import type { Query, SourceLines } from '#core/sql';
import type { PullRequest } from './pull-request.ts';

/** Everything known of one side, before anything is compared. */
export interface ProjectSide {
  readonly project: DbtProject;
  readonly catalog: DbtCatalog | null;
  readonly runResults: RunResults | null;
  readonly artifacts: readonly ArtifactDigest[];
  /** Where the artifacts came from, for the reader: `workflow artifact dbt-head of run 77`, `directory target/`. */
  readonly origin: string;
  /** Set when the artifacts are not of the commit that was asked for ("stale base"). */
  readonly stale: Reason | null;
  /** Where the SQL of a node stands in its file, of nodes that were rendered and not compiled. */
  readonly lines?: ReadonlyMap<UniqueId, SourceLines>;
}

export interface ArtifactDigest {
  readonly name: 'manifest.json' | 'catalog.json' | 'run_results.json' | 'weirkeeper-evidence.json';
  /** SHA-256 of the bytes as uncompressed JSON, in hexadecimal. */
  readonly sha256: string;
}

/** What a pull request changes and what that reaches: the one input of every gate. */
export interface Change {
  readonly pullRequest: PullRequest | null;
  readonly base: AnalyzedSide;
  readonly head: AnalyzedSide;
  /** dbt's `state:modified` of models, seeds and snapshots, ordered by unique_id. */
  readonly modified: readonly ModifiedNode[];
  /** dbt's `state:modified` of everything else: tests, sources, exposures, metrics, …; ordered by unique_id. */
  readonly alsoModified: readonly ModifiedNode[];
  /** Models, seeds and snapshots that head no longer has. */
  readonly removed: readonly UniqueId[];
  /** Columns that differ, of modified models and of those that change through them; ordered by model and column. */
  readonly columnChanges: readonly ColumnChange[];
  /** Data contracts that the policy names, as the base branch has them; none where it is not set. */
  readonly contracts?: readonly DataContract[];
  /** The same change with models that dbt did not compile rendered for the semantic rules alone; none where there are no such. */
  readonly open?: Change;
  /** What the author declares of rows in `.github/weirkeeper-expect.yml`; none where the file is not there. */
  readonly expectations?: readonly WrittenExpectation[];
}

/** One declaration of head's file that base's does not hold: it was not said of an earlier change. */
export interface WrittenExpectation {
  /** `.github/weirkeeper-expect.yml:3`. */
  readonly where: string;
  /** As written; of what is no declaration, its beginning. */
  readonly text: string;
  /** What is wrong with it as YAML; null where nothing is. */
  readonly problem: string | null;
}

export interface AnalyzedSide extends ProjectSide {
  readonly lineage: ProjectLineage;
  /** Queries of models and snapshots whose compiled SQL the change changed, or which it takes away; of others, and of what no engine read, none. */
  readonly trees: ReadonlyMap<UniqueId, Query>;
  /** Queries of other models that changed ones read, where what is known of their rows decides whether something is told. */
  readonly upstream?: ReadonlyMap<UniqueId, Query>;
  /** `depends_on` turned round: direct children of every node, tests left out, ordered by unique_id. */
  readonly children: ReadonlyMap<UniqueId, readonly UniqueId[]>;
}

export interface ModifiedNode {
  readonly uniqueId: UniqueId;
  readonly resourceType: ResourceType;
  /** `state:new` or `state:modified` and every `state:modified.*` that selects it. */
  readonly selectors: readonly string[];
  readonly causes: readonly Cause[];
  /** How the compiled SQL of both sides compares. */
  readonly compiled: 'identical' | 'formatting-only' | 'changed' | 'unknown';
  readonly label: StateLabel;
}

/**
 * What a node's being modified comes down to. `stale base` is only said where every changed file is known and none of
 * them leads to the node; `engine noise` where nothing differs but what two releases of dbt write differently.
 */
export type StateLabel = 'edited' | 'macro' | 'var or environment' | 'engine noise' | 'stale base';

/** Why a node counts as modified, one phrase each: `macro cents_to_units`, `config materialized: view → table`. */
export interface Cause {
  readonly kind:
    | 'new'
    | 'body'
    | 'config'
    | 'relation'
    | 'persisted-description'
    | 'macro'
    | 'contract'
    | 'fqn'
    | 'version'
    | 'checksum'
    | 'field';
  /** The phrase, plain text on one line. */
  readonly text: string;
  /** What differs: a config key, a part of the relation, a field of the entry, a macro's `unique_id`. */
  readonly item?: string;
  /** Both values, where they are worth showing; `unset` where a side has none. */
  readonly before?: string;
  readonly after?: string;
  /** Of a macro: `unique_id`s from the one that the node calls to the one that differs. */
  readonly path?: readonly string[];
  /** Where the difference comes from when it is not from the project's code, and how that is known. */
  readonly foreign?: { readonly by: 'environment' | 'engine'; readonly because: string };
}

export interface ColumnRef {
  readonly uniqueId: UniqueId;
  readonly column: string;
}

export type ColumnChangeKind = 'removed' | 'renamed' | 'retyped' | 're-sourced' | 'logic-changed' | 'added';

export interface ColumnChange {
  readonly kind: ColumnChangeKind;
  readonly uniqueId: UniqueId;
  /** The name at base; of an added column, at head. */
  readonly column: string;
  /** What it was and what it is: names for renamed, types for retyped, source columns for re-sourced, else ''. */
  readonly before: string;
  readonly after: string;
  /** Whether the node itself is modified, or its column moves because a parent's does. */
  readonly origin: 'own' | 'inherited';
  readonly dependents: Dependents;
}

/** What stands downstream of a column at base (and at head for an added one), nearest first, then by unique_id. */
export interface Dependents {
  /** Columns made from it, directly or through others. */
  readonly columns: readonly ColumnRef[];
  /** Models whose rows it moves: used in a join, filter, grouping or order, directly or through others. */
  readonly rowsetModels: readonly UniqueId[];
  /** Exposures, metrics, semantic models and saved queries behind any of these models. */
  readonly consumers: readonly UniqueId[];
}
