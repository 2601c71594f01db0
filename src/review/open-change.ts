import type { UniqueId } from '#core/base';
import type { AnalyzedSide, Change, ModifiedNode } from '#core/change';
import { type FilledSql, fillHoles, renderOpen } from '#core/jinja';
import { normalizeSqlText } from '#core/sql';

type OpenSql = Readonly<Record<'base' | 'head', FilledSql>>;

/**
 * The change with models that dbt did not compile rendered for comparison of their two sides: what is not known is masked, the same
 * where it is the same, and a condition that is not decided is taken for false. Null where there are none whose sides differ so.
 */
export function openChange(change: Change): Change | null {
  const opened = new Map<UniqueId, OpenSql>();
  for (const node of change.modified) {
    const sql = openSqlOf(change, node);
    if (sql !== null) opened.set(node.uniqueId, sql);
  }
  if (opened.size === 0) return null;
  return {
    ...change,
    base: opensOn(change, 'base', opened),
    head: opensOn(change, 'head', opened),
    modified: change.modified.map((node) => (opened.has(node.uniqueId) ? { ...node, compiled: 'changed' } : node)),
  };
}

function openSqlOf(change: Change, { uniqueId, compiled }: ModifiedNode): OpenSql | null {
  if (compiled !== 'unknown') return null;
  const [base, head] = [openSqlOn(change.base, uniqueId), openSqlOn(change.head, uniqueId)];
  if (base === null || head === null || base.hidden.join() !== head.hidden.join()) return null;
  return normalizeSqlText(base.sql) === normalizeSqlText(head.sql) ? null : { base, head };
}

/** Null of a side without the node, and of one that dbt compiled: the two would differ by more than the edit. */
function openSqlOn({ project }: AnalyzedSide, uniqueId: UniqueId): FilledSql | null {
  const node = project.nodes.get(uniqueId);
  if (node?.rendered === undefined) return null;
  const rendering = renderOpen(project, node, { choices: new Map(), mayBeIncremental: false });
  return rendering.ok ? fillHoles(rendering.pieces) : null;
}

function opensOn(change: Change, name: 'base' | 'head', opened: ReadonlyMap<UniqueId, OpenSql>): AnalyzedSide {
  const side = change[name];
  const nodes = new Map(side.project.nodes);
  const lines = new Map(side.lines);
  for (const [uniqueId, { [name]: filled }] of opened) {
    const node = nodes.get(uniqueId);
    if (node === undefined) continue;
    nodes.set(uniqueId, { ...node, compiledCode: filled.sql });
    lines.set(uniqueId, filled);
  }
  return { ...side, project: { ...side.project, nodes }, lines };
}
