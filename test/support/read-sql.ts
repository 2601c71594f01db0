import type { Reason, UniqueId } from '../../src/core/base/index.ts';
import type { DbtCatalog, DbtProject } from '../../src/core/dbt/index.ts';
import { type ProjectLineage, traceProject } from '../../src/core/lineage/index.ts';
import { type Query, toDialect } from '../../src/core/sql/index.ts';
import { createSqlReader } from '../../src/edges/sql-engines/index.ts';

/** One reader for a test file; `close` it in `afterAll`. Patient: what a spec says must not hang on how busy the machine is. */
export const reader = createSqlReader({ workers: 1, timeout: 60_000 });

/** Trees of a project's models, and why others have none. */
export async function readTrees(
  project: DbtProject,
): Promise<{ readonly trees: ReadonlyMap<UniqueId, Query>; readonly reasons: ReadonlyMap<UniqueId, Reason> }> {
  const dialect = toDialect(project.metadata.adapterType);
  const compiled = [...project.nodes.values()].filter((node) => node.compiledCode !== null && node.language === 'sql');
  const answers = await reader.read(
    compiled.map((node) => ({ key: node.uniqueId, sql: node.compiledCode ?? '', dialect })),
  );
  const trees = new Map<UniqueId, Query>();
  const reasons = new Map<UniqueId, Reason>();
  for (const { uniqueId } of compiled) {
    const answer = answers.get(uniqueId);
    if (answer?.ok === true) trees.set(uniqueId, answer.query);
    else if (answer !== undefined) reasons.set(uniqueId, answer.reason);
  }
  return { trees, reasons };
}

/** Lineage of a project whose SQL is read by the real engines. */
export async function traceSql(project: DbtProject, catalog: DbtCatalog | null = null): Promise<ProjectLineage> {
  const { trees, reasons } = await readTrees(project);
  return traceProject(project, catalog, trees, reasons);
}
