import type { UniqueId } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';

/** Finds nodes by the names that SQL gives their relations. */
export interface RelationNames {
  /**
   * The node of `database.schema.identifier`, of `schema.identifier`, or of an identifier that only one node has; names in
   * lower case. Where several have the name (a source that a seed fills), one of `parents` is meant.
   */
  readonly find: (name: readonly string[], parents: readonly UniqueId[]) => UniqueId | null;
  /** The ephemeral model that dbt inlines as the CTE `__dbt__cte__<name>`, in lower case. */
  readonly findEphemeral: (cte: string) => UniqueId | null;
}

const relationTypes: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'source']);

const indexed = new WeakMap<DbtProject, RelationNames>();

/** The relations of a project, indexed once. Case and quotes do not count: dbt projects do not tell relations apart by them. */
export function relationNames(project: DbtProject): RelationNames {
  const known = indexed.get(project) ?? indexOf(project);
  indexed.set(project, known);
  return known;
}

function indexOf(project: DbtProject): RelationNames {
  const byName = new Map<string, UniqueId[]>();
  const ephemeral = new Map<string, UniqueId>();
  for (const node of project.nodes.values()) {
    if (!relationTypes.has(node.resourceType)) continue;
    if (node.materialized === 'ephemeral') ephemeral.set(`__dbt__cte__${node.name.toLowerCase()}`, node.uniqueId);
    else for (const key of keysOf(node)) index(byName, key, node.uniqueId);
  }
  return {
    find: (name, parents) => {
      const found = byName.get(name.join('\n')) ?? [];
      const [first, second] = found;
      if (first === undefined || second === undefined) return first ?? null;
      return found.find((id) => parents.includes(id)) ?? (name.length > 2 ? first : null);
    },
    findEphemeral: (cte) => ephemeral.get(cte) ?? null,
  };
}

function index(byName: Map<string, UniqueId[]>, key: string, uniqueId: UniqueId): void {
  const known = byName.get(key);
  if (known === undefined) byName.set(key, [uniqueId]);
  else if (!known.includes(uniqueId)) known.push(uniqueId);
}

function keysOf(node: DbtNode): readonly string[] {
  const file = /^\s*(\w+)\(\s*('(?:[^']|'')*')/.exec(node.relationName ?? '');
  if (file !== null) return [`${file[1] ?? ''}(${file[2] ?? ''}`.toLowerCase()];
  const parts = partsOf(node).map((part) => part.toLowerCase());
  return parts.map((_, at) => parts.slice(at).join('\n'));
}

/** Parts of the relation's name as dbt rendered it, else as the node has them. */
function partsOf(node: DbtNode): readonly string[] {
  const rendered = node.relationName === null ? [] : splitName(node.relationName);
  if (rendered.length > 0) return rendered;
  return [node.database, node.schema, node.identifier ?? node.name].filter(
    (part) => part !== null && part !== '',
  ) as string[];
}

/** `"db"."schema"."table"`, with any of SQL's quotes, or none; BigQuery may quote the whole. */
function splitName(relationName: string): readonly string[] {
  const parts: string[] = [];
  for (const [, double, back, square, plain] of relationName.matchAll(
    /"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^."`[\]]+)/g,
  )) {
    const part = double ?? square ?? plain;
    if (part !== undefined) parts.push(part.trim());
    else if (back !== undefined) parts.push(...back.split('.'));
  }
  return parts.filter((part) => part !== '');
}
