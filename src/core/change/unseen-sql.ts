import type { UniqueId } from '#core/base';
import { compareText } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import { macrosUsedBy } from '#core/dbt';
import type { Change } from './change.ts';
import { compareCompiled } from './compiled-sql.ts';
import { editedKeys, withEditedVars } from './edited-vars.ts';

/** A node whose compiled SQL differs although dbt does not select it. */
export interface UnseenSql {
  readonly uniqueId: UniqueId;
  /** What its code, or a macro that it uses, reads from outside: `var('x')` and whether it is edited here, `env_var('X')`, `target`. */
  readonly reads: readonly string[];
}

/**
 * Models, snapshots and tests that `state:modified` does not select and whose compiled SQL differs, where a var, an
 * environment variable or the target can be named that they read. One that holds the SQL of a modified ephemeral parent
 * differs by that, and one that reads nothing of the kind may hold what a query of the warehouse answered: neither is told.
 */
export function findUnseenSql(
  change: Pick<Change, 'base' | 'head' | 'modified' | 'alsoModified' | 'pullRequest'>,
): readonly UnseenSql[] {
  const edited = editedKeys(change.pullRequest);
  const [base, head] = [change.base.project, change.head.project];
  const modified = new Set([...change.modified, ...change.alsoModified].map(({ uniqueId }) => uniqueId));
  const found: UnseenSql[] = [];
  for (const node of head.nodes.values()) {
    const old = base.nodes.get(node.uniqueId);
    if (old === undefined || modified.has(node.uniqueId) || old.compiledCode === node.compiledCode) continue;
    if (compareCompiled(base, head, node) !== 'changed' || holdsModified(head, node, modified)) continue;
    const reads = readsOf(head, node).map((read) => withEditedVars(read, edited));
    if (reads.length > 0) found.push({ uniqueId: node.uniqueId, reads });
  }
  return found.sort((a, b) => compareText(a.uniqueId, b.uniqueId));
}

function holdsModified(head: DbtProject, node: DbtNode, modified: ReadonlySet<UniqueId>): boolean {
  const pending = [...node.dependsOn.nodes];
  const seen = new Set<UniqueId>();
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const parent = head.nodes.get(id);
    if (parent?.materialized !== 'ephemeral' || seen.has(id)) continue;
    if (modified.has(id)) return true;
    seen.add(id);
    pending.push(...parent.dependsOn.nodes);
  }
  return false;
}

/** Of its own code, of the macros of projects and packages that it uses, and of its ephemeral parents. */
function readsOf(head: DbtProject, node: DbtNode): readonly string[] {
  const reads = new Set<string>();
  collect(node.rawCode, reads);
  for (const id of node.dependsOn.nodes) {
    const parent = head.nodes.get(id);
    if (parent?.materialized === 'ephemeral') collect(parent.rawCode, reads);
  }
  for (const { macroSql } of macrosUsedBy(head, node, (name) => name === 'dbt')) collect(macroSql, reads);
  return [...reads].sort(compareText).slice(0, 3);
}

function collect(code: string, reads: Set<string>): void {
  for (const [, call, name] of code.matchAll(/\b(var|env_var)\(\s*['"]([^'"\n]{1,80})['"]/g)) {
    reads.add(`${call ?? ''}('${name ?? ''}')`);
  }
  if (/\{[{%][^}]*\btarget\.\w/.test(code)) reads.add('target');
}
