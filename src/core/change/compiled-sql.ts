import type { UniqueId } from '#core/base';
import { compareText } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import { hasFirmSql, sameChecksum } from '#core/dbt';
import { normalizeSqlText } from '#core/sql';
import type { ModifiedNode } from './change.ts';

/**
 * How the compiled SQL of both sides compares. Relations that `ref`, `source` and `this` rendered are compared by the
 * node they stand for, so that a base built in production and a head built in a schema of its own are not all
 * different, nor are models whose parents moved to another package. A source's identifier is compared all the same: it
 * names another table, while database and schema often follow the target. Of seeds, whose SQL is nowhere, the file's checksum
 * is compared.
 */
export function compareCompiled(base: DbtProject, head: DbtProject, node: DbtNode): ModifiedNode['compiled'] {
  const old = base.nodes.get(node.uniqueId);
  if (node.resourceType === 'seed') return old !== undefined && sameChecksum(old, node) ? 'identical' : 'changed';
  if (node.compiledCode === null) return 'unknown';
  if (old === undefined) return 'changed';
  if (old.compiledCode === null) return 'unknown';
  if (old.rendered !== undefined || node.rendered !== undefined) return compareRendered(base, head, [old, node]);
  return compareTexts(base, head, [old, node]);
}

/**
 * SQL that is rendered and not compiled on a side: two texts that agree may hide what is masked, two readings of an incremental model
 * differ without a change, and what differs in a text in doubt may be the doubt.
 */
function compareRendered(
  base: DbtProject,
  head: DbtProject,
  nodes: readonly [DbtNode, DbtNode],
): ModifiedNode['compiled'] {
  const [old, node] = nodes;
  const isOneSided = old.rendered === undefined || node.rendered === undefined;
  const isIncremental = [old, node].some(({ rendered }) => rendered?.isIncremental != null);
  return !nodes.every(hasFirmSql) || (isOneSided && isIncremental) ? 'unknown' : compareTexts(base, head, nodes);
}

function compareTexts(
  base: DbtProject,
  head: DbtProject,
  [old, node]: readonly [DbtNode, DbtNode],
): ModifiedNode['compiled'] {
  if (old.compiledCode === null || node.compiledCode === null) return 'unknown';
  if (old.compiledCode === node.compiledCode) return 'identical';
  const before = withNodesForRelations(old.compiledCode, base, old, (id) => successorOf(base, head, id));
  const after = withNodesForRelations(node.compiledCode, head, node, (id) => id);
  if (before === after) return 'identical';
  if (node.language === 'python') return 'changed';
  // A relation may have been a parent on one side only: then the texts themselves are what agrees.
  const isSame = readsAlike(before, after) || readsAlike(old.compiledCode, node.compiledCode);
  return isSame ? 'formatting-only' : 'changed';
}

function readsAlike(before: string, after: string): boolean {
  return normalizeSqlText(before) === normalizeSqlText(after);
}

function withNodesForRelations(
  sql: string,
  project: DbtProject,
  node: DbtNode,
  nameOf: (id: UniqueId) => string,
): string {
  const names = [node, ...parentsIn(project, node)]
    .map((other) => ({ relation: other.relationName ?? '', name: `${nameOf(other.uniqueId)}${tableOf(other)}` }))
    .filter(({ relation }) => relation.includes('.'))
    .sort((a, b) => b.relation.length - a.relation.length || compareText(a.relation, b.relation));
  let text = sql;
  for (const { relation, name } of names) text = text.replaceAll(relation, () => `"${name}"`);
  return text;
}

function tableOf(node: DbtNode): string {
  return node.resourceType === 'source' ? `:${node.identifier ?? node.name}` : '';
}

/** The node of head that took the place of base's: itself, or the only new one that differs by nothing but its package. */
function successorOf(base: DbtProject, head: DbtProject, id: UniqueId): UniqueId {
  if (head.nodes.has(id)) return id;
  const bare = withoutPackage(id);
  const moved = [...head.nodes.keys()].filter((other) => withoutPackage(other) === bare && !base.nodes.has(other));
  return moved.length === 1 ? (moved[0] ?? id) : id;
}

function withoutPackage(id: UniqueId): string {
  return id.replace(/^([^.]*)\.[^.]*\./, '$1.');
}

/** The parents, and the parents of ephemeral ones, whose SQL dbt writes into this one. */
function parentsIn(project: DbtProject, node: DbtNode): readonly DbtNode[] {
  const found = new Map<string, DbtNode>();
  const pending = [...node.dependsOn.nodes];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const parent = project.nodes.get(id);
    if (parent === undefined || found.has(id)) continue;
    found.set(id, parent);
    if (parent.materialized === 'ephemeral') pending.push(...parent.dependsOn.nodes);
  }
  return [...found.values()];
}
