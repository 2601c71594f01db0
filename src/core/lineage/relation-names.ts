import type { UniqueId } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import type { Identifier } from '#core/sql';

/** Finds nodes by the names that SQL gives their relations. */
export interface RelationNames {
  /** The node of `database.schema.identifier`, of `schema.identifier`, or of an identifier that only one node has. */
  readonly find: (name: readonly Identifier[]) => UniqueId | null;
  /** The ephemeral model that dbt inlines as the CTE `__dbt__cte__<name>`. */
  readonly findEphemeral: (cte: Identifier) => UniqueId | null;
}

const relationTypes: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'source']);

/** Indexes the relations of a project. Case and quotes do not count: dbt projects do not tell relations apart by them. */
export function relationNames(project: DbtProject): RelationNames {
  const byName = new Map<string, UniqueId | null>();
  const ephemeral = new Map<string, UniqueId>();
  for (const node of project.nodes.values()) {
    if (!relationTypes.has(node.resourceType)) continue;
    const name = (node.identifier ?? node.name).toLowerCase();
    if (node.materialized === 'ephemeral') ephemeral.set(`__dbt__cte__${name}`, node.uniqueId);
    else for (const key of keysOf(node)) index(byName, key, node.uniqueId);
  }
  return {
    find: (name) => byName.get(name.map((part) => part.name.toLowerCase()).join('\n')) ?? null,
    findEphemeral: (cte) => ephemeral.get(cte.name.toLowerCase()) ?? null,
  };
}

/** A name that two nodes have stands for neither, unless it is a full one: then the first is as good as the other. */
function index(byName: Map<string, UniqueId | null>, key: string, uniqueId: UniqueId): void {
  const known = byName.get(key);
  if (known === undefined) byName.set(key, uniqueId);
  else if (known !== uniqueId && key.split('\n').length < 3) byName.set(key, null);
}

function keysOf(node: DbtNode): readonly string[] {
  const parts = partsOf(node).map((part) => part.toLowerCase());
  return parts.map((_, at) => parts.slice(at).join('\n'));
}

/** Parts of the relation's name as dbt rendered it, else as the node has them. */
function partsOf(node: DbtNode): readonly string[] {
  const rendered = node.relationName === null ? [] : splitName(node.relationName);
  if (rendered.length > 0) return rendered;
  return [node.database, node.schema, node.identifier ?? node.name].filter((part) => part !== null && part !== '') as string[];
}

/** `"db"."schema"."table"`, with any of SQL's quotes, or none; BigQuery may quote the whole. */
export function splitName(relationName: string): readonly string[] {
  const parts: string[] = [];
  for (const [, double, back, square, plain] of relationName.matchAll(/"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^."`[\]]+)/g)) {
    const part = double ?? square ?? plain;
    if (part !== undefined) parts.push(part.trim());
    else if (back !== undefined) parts.push(...back.split('.'));
  }
  return parts.filter((part) => part !== '');
}
