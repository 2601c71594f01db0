import { isJsonObject } from '#core/base';
import { fieldDifferences } from './compared-fields.ts';
import type { DbtNode, ResourceType } from './project.ts';
import { configDifferences } from './same-config.ts';
import type { ContractItem } from './same-contract.ts';
import { contractDifferences } from './same-contract.ts';
import { persistedDifferences, refDifferences, relationDifferences, sameBody, sameFqn } from './same-parts.ts';
import type { StateContext } from './state-context.ts';

/** By what a dbt tells a node from its previous self, as far as it makes the node modified; macros aside. */
export interface Differences {
  readonly body: boolean;
  /** Config keys, ordered. */
  readonly configs: readonly string[];
  /** Of database, schema and alias or identifier. */
  readonly relation: readonly string[];
  /** `relation`, `column <name>`. */
  readonly persisted: readonly string[];
  readonly contract: readonly ContractItem[];
  readonly fqn: boolean;
  /** Of `latest_version`, `access` and `deprecation_date`. */
  readonly version: readonly string[];
  /** Other fields of the entry. */
  readonly fields: readonly string[];
}

type Part = keyof Differences;

const everyPart: ReadonlySet<Part> = new Set<Part>([
  ...(['body', 'configs', 'relation', 'persisted', 'contract', 'fqn', 'version', 'fields'] as const),
]);

/** What counts of each class; of the classes that are not here, everything. */
const countedByPython: ReadonlyMap<ResourceType | 'generic test', ReadonlySet<Part>> = new Map<
  ResourceType | 'generic test',
  ReadonlySet<Part>
>([
  ['unit_test', new Set<Part>(['fields'])],
  ['source', new Set<Part>(['configs', 'relation', 'fqn', 'fields'])],
  ['exposure', new Set<Part>(['configs', 'fqn', 'fields'])],
  ['metric', new Set<Part>(['configs', 'fields'])],
  ['semantic_model', new Set<Part>(['configs', 'fields'])],
  ['saved_query', new Set<Part>(['configs', 'fields'])],
  ['generic test', new Set<Part>(['configs', 'fqn'])],
]);
const countedByRust: typeof countedByPython = new Map<ResourceType | 'generic test', ReadonlySet<Part>>([
  ['unit_test', new Set<Part>(['fqn'])],
  ['source', new Set<Part>(['configs', 'relation', 'persisted', 'fqn', 'fields'])],
  ['exposure', new Set<Part>(['configs', 'fqn', 'fields'])],
  ['metric', new Set<Part>(['configs', 'fields'])],
  ['semantic_model', new Set<Part>(['configs', 'fields'])],
  ['saved_query', new Set<Part>(['configs', 'fqn', 'fields'])],
  ['analysis', new Set<Part>(['body', 'configs', 'relation', 'persisted'])],
  ['function', new Set<Part>(['body', 'configs', 'relation', 'persisted', 'fields'])],
  ['generic test', new Set<Part>(['configs', 'relation', 'fqn'])],
  ['test', new Set<Part>(['configs', 'relation', 'fqn'])],
]);

/** dbt's `same_contents` of the head node's class, with what it found. Head's class decides, as in dbt. */
export function differencesOf(context: StateContext, old: DbtNode, head: DbtNode): Differences {
  const table = context.engine.family === 'rust' ? countedByRust : countedByPython;
  const counted = table.get(isGenericTest(head) ? 'generic test' : head.resourceType) ?? everyPart;
  const list = <Item>(part: Part, find: () => readonly Item[]): readonly Item[] => (counted.has(part) ? find() : []);
  return {
    body: counted.has('body') && !sameBody(context, old, head),
    configs: list('configs', () => configDifferences(context, old, head)),
    relation: list('relation', () => relationDifferences(context, old, head)),
    persisted: list('persisted', () => persistedDifferences(context, old, head)),
    contract: list('contract', () => contractDifferences(context, old, head)),
    fqn: counted.has('fqn') && !sameFqn(context, old, head),
    version: list('version', () => refDifferences(context, old, head)),
    fields: list('fields', () => fieldDifferences(context, old, head)),
  };
}

/** Whether anything differs. */
export function hasDifference(differences: Differences): boolean {
  return Object.values(differences).some((part: boolean | readonly unknown[]) =>
    typeof part === 'boolean' ? part : part.length > 0,
  );
}

function isGenericTest(node: DbtNode): boolean {
  return node.resourceType === 'test' && isJsonObject(node.entry['test_metadata']);
}
