import type { UniqueId } from '#core/base';
import { behaves } from './behaviours.ts';
import type { EngineVersion } from './engine.ts';
import { parseEngineVersion } from './engine.ts';
import { inferMoreUnrendered } from './more-unrendered.ts';
import { pairBySignature } from './pair-nodes.ts';
import type { DbtProject, ResourceType, RunResults } from './project.ts';

export interface StateOptions {
  /** The dbt whose comparison is followed; head's own when missing. */
  readonly engineVersion?: string;
  /** `state_modified_compare_more_unrendered_values`; inferred from head when missing. */
  readonly moreUnrendered?: boolean;
  /** Of head: tells the flag. */
  readonly runResults?: RunResults | null;
}

/** What every comparison of two nodes needs to know. */
export interface StateContext {
  readonly base: DbtProject;
  readonly head: DbtProject;
  readonly engine: EngineVersion;
  readonly moreUnrendered: boolean;
  /** Whether dbt would rewrite the base's in-file config values before it compares. */
  readonly upgradesBaseConfig: boolean;
  /** Nodes of head that base has under another `unique_id`, and which. */
  readonly renamed: ReadonlyMap<UniqueId, UniqueId>;
}

/** Types that dbt keeps as `ParsedNode`: with a body, a config, a relation and persisted descriptions. */
export const parsedTypes: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'model',
  'seed',
  'snapshot',
  'analysis',
  'test',
  'operation',
  'function',
  'sql_operation',
  'rpc',
]);

/** Settles engine and flag for the comparison of two projects. */
export function stateContext(base: DbtProject, head: DbtProject, options: StateOptions = {}): StateContext {
  const version = options.engineVersion ?? head.metadata.dbtVersion;
  const engine = parseEngineVersion(version);
  const moreUnrendered = options.moreUnrendered ?? inferMoreUnrendered(head, options.runResults ?? null).on;
  return {
    base,
    head,
    engine,
    moreUnrendered,
    upgradesBaseConfig: behaves(engine, 'baseConfigUpgrade') && moreUnrendered && base.metadata.dbtVersion !== version,
    renamed: behaves(engine, 'pairsBySignature') ? pairBySignature(base, head) : new Map(),
  };
}
