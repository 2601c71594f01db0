import type { UniqueId } from '#core/base';
import { reason, toUniqueId } from '#core/base';
import type { DbtNode } from '#core/dbt';
import { childrenOf } from '#core/dbt';
import { traceProject } from '#core/lineage';
import type { Query, SqlAnswer, SqlStatement } from '#core/sql';
import { dialectOf } from '#core/sql';
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
  return [...statementsOf(base, 'base'), ...statementsOf(head, 'head')];
}

/** What a pull request changes and what that reaches, from both sides and the trees of their SQL. */
export function analyzeChange({ pullRequest, base, head }: Sides, answers: ReadonlyMap<string, SqlAnswer>): Change {
  const { modified, removed } = findModified(base, head);
  const analyzed = { base: analyzeSide(base, 'base', answers), head: analyzeSide(head, 'head', answers) };
  const columnChanges = compareColumns({ ...analyzed, modified });
  return { pullRequest, ...analyzed, modified, removed, columnChanges };
}

function statementsOf(side: ProjectSide, name: string): readonly SqlStatement[] {
  const dialect = dialectOf(side.project.metadata.adapterType);
  const statements: SqlStatement[] = [];
  for (const node of side.project.nodes.values()) {
    if (hasQuery(node) && node.compiledCode !== null) {
      statements.push({ key: `${name}:${node.uniqueId}`, sql: node.compiledCode, dialect });
    }
  }
  return statements;
}

function hasQuery({ resourceType, language }: DbtNode): boolean {
  return (resourceType === 'model' || resourceType === 'snapshot') && language === 'sql';
}

function analyzeSide(side: ProjectSide, name: string, answers: ReadonlyMap<string, SqlAnswer>): AnalyzedSide {
  const trees = new Map<UniqueId, Query>();
  const unread = new Map<UniqueId, ReturnType<typeof reason>>();
  for (const [key, answer] of answers) {
    if (!key.startsWith(`${name}:`)) continue;
    const id = toUniqueId(key.slice(name.length + 1));
    if (answer.ok) trees.set(id, answer.query);
    else unread.set(id, answer.reason);
  }
  const lineage = traceProject({ project: side.project, catalog: side.catalog, trees, unread });
  return { ...side, trees, lineage, children: childrenOf(side.project) };
}
