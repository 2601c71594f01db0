import type { Reason, UniqueId } from '#core/base';
import { toUniqueId } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import { childrenOf } from '#core/dbt';
import { traceProject } from '#core/lineage';
import type { Query, SqlAnswer, SqlStatement } from '#core/sql';
import { toDialect } from '#core/sql';
import type { AnalyzedSide, Change, ProjectSide } from './change.ts';
import { compareColumns } from './column-changes.ts';
import { findModified } from './modified-nodes.ts';
import type { PullRequest } from './pull-request.ts';

/** Both sides of a pull request as they were read, before anything is compared. */
export interface Sides {
  readonly pullRequest: PullRequest | null;
  readonly base: ProjectSide;
  readonly head: ProjectSide;
}

/** The statements whose trees the analysis needs: the compiled SQL of every model and snapshot of both sides. */
export function statementsFor({ base, head }: Sides): readonly SqlStatement[] {
  return [...statementsOf(base.project, 'base'), ...statementsOf(head.project, 'head')];
}

/** What a pull request changes and what that reaches, from both sides and the trees of their SQL. */
export function analyzeChange({ pullRequest, base, head }: Sides, answers: ReadonlyMap<string, SqlAnswer>): Change {
  const found = findModified(base.project, head.project, { runResults: head.runResults, pullRequest });
  const sides = { base: analyzeSide(base, 'base', answers), head: analyzeSide(head, 'head', answers) };
  const columnChanges = compareColumns({ ...sides, modified: found.modified });
  return { pullRequest, ...sides, ...found, columnChanges };
}

/** The compiled SQL of a project's models and snapshots, keyed `<side>:<unique_id>`. */
export function statementsOf(project: DbtProject, side: Side): readonly SqlStatement[] {
  const dialect = toDialect(project.metadata.adapterType);
  const statements: SqlStatement[] = [];
  for (const node of project.nodes.values()) {
    if (hasQuery(node) && node.compiledCode !== null) {
      statements.push({ key: `${side}:${node.uniqueId}`, sql: node.compiledCode, dialect });
    }
  }
  return statements;
}

/** Trees and lineage of one side, from the answers to its statements. */
export function traceSide(
  { project, catalog }: Pick<ProjectSide, 'project' | 'catalog'>,
  side: Side,
  answers: ReadonlyMap<string, SqlAnswer>,
): Pick<AnalyzedSide, 'trees' | 'lineage'> {
  const trees = new Map<UniqueId, Query>();
  const unread = new Map<UniqueId, Reason>();
  for (const [key, answer] of answers) {
    if (!key.startsWith(`${side}:`)) continue;
    const id = toUniqueId(key.slice(side.length + 1));
    if (answer.ok) trees.set(id, answer.query);
    else unread.set(id, answer.reason);
  }
  return { trees, lineage: traceProject(project, catalog, trees, unread) };
}

type Side = 'base' | 'head';

function hasQuery({ resourceType, language }: DbtNode): boolean {
  return (resourceType === 'model' || resourceType === 'snapshot') && language === 'sql';
}

function analyzeSide(side: ProjectSide, name: Side, answers: ReadonlyMap<string, SqlAnswer>): AnalyzedSide {
  return { ...side, ...traceSide(side, name, answers), children: childrenOf(side.project) };
}
