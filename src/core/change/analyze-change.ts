import type { Reason, UniqueId } from '#core/base';
import { sha256, toUniqueId } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import { childrenOf } from '#core/dbt';
import { type Known, type ProjectLineage, startTracing, type Tracing, traceProject } from '#core/lineage';
import type { DataContract } from '#core/pii';
import type { Query, SqlAnswer, SqlStatement } from '#core/sql';
import { toDialect } from '#core/sql';
import type { AnalyzedSide, Change, ProjectSide, WrittenExpectation } from './change.ts';
import { compareColumns } from './column-changes.ts';
import { findModified } from './modified-nodes.ts';
import type { PullRequest } from './pull-request.ts';

/** Both sides of a pull request as they were read, before anything is compared. */
export interface Sides {
  readonly pullRequest: PullRequest | null;
  readonly base: ProjectSide;
  readonly head: ProjectSide;
  readonly contracts?: readonly DataContract[];
  readonly expectations?: readonly WrittenExpectation[];
}

/** The statements whose trees the analysis needs: the compiled SQL of every model and snapshot of both sides. */
export function statementsFor({ base, head }: Sides): readonly SqlStatement[] {
  return [...statementsOf(base.project, 'base'), ...statementsOf(head.project, 'head')];
}

/** What a pull request changes and what that reaches, from both sides and the trees of their SQL. */
export function analyzeChange(sides: Sides, answers: ReadonlyMap<string, SqlAnswer>): Change {
  const base = traceSide(sides.base, 'base', answers);
  return compareSides(sides, { base: base.lineage, head: traceSide(sides.head, 'head', answers).lineage });
}

/** What a pull request changes and what that reaches, from both sides and their lineage. */
export function compareSides(
  { pullRequest, base, head, contracts = [], expectations = [] }: Sides,
  lineage: Readonly<Record<Side, ProjectLineage>>,
): Change {
  const found = findModified(base.project, head.project, { runResults: head.runResults, pullRequest });
  const sides = { base: analyzedSide(base, lineage.base), head: analyzedSide(head, lineage.head) };
  const columnChanges = compareColumns({ ...sides, modified: found.modified });
  return { pullRequest, ...sides, ...found, columnChanges, contracts, expectations };
}

function analyzedSide(side: ProjectSide, lineage: ProjectLineage): AnalyzedSide {
  return { ...side, lineage, trees: new Map(), children: childrenOf(side.project) };
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

/** Lineage of one side, from the answers to its statements. */
export function traceSide(
  { project, catalog }: Pick<ProjectSide, 'project' | 'catalog'>,
  side: Side,
  answers: ReadonlyMap<string, SqlAnswer>,
): Pick<AnalyzedSide, 'lineage'> {
  const trees = new Map<UniqueId, Query>();
  const unread = new Map<UniqueId, Reason>();
  for (const [key, answer] of answers) {
    if (!key.startsWith(`${side}:`)) continue;
    const id = toUniqueId(key.slice(side.length + 1));
    if (answer.ok) trees.set(id, answer.query);
    else unread.set(id, answer.reason);
  }
  return { lineage: traceProject(project, catalog, trees, unread) };
}

/** One side on its way to lineage: the statements of its SQL by SQL key, each once, and its tracing. */
export interface SideTracing {
  readonly statements: ReadonlyMap<string, SqlStatement>;
  /** Starts with what is known of the SQL by then. */
  readonly start: (known: Known) => Tracing;
}

/** Prepares one side's lineage where only the SQL is to be read that is not known. Keys are of the SQL and its dialect alone. */
export function prepareTracing({ project, catalog }: Pick<ProjectSide, 'project' | 'catalog'>): SideTracing {
  const byNode = statementsByNode([...project.nodes.values()], project.metadata.adapterType);
  const sqlKeys = new Map([...byNode].map(([uniqueId, { key }]) => [uniqueId, key]));
  const statements = new Map([...byNode.values()].map((statement) => [statement.key, statement]));
  return { statements, start: (known) => startTracing({ project, catalog, sqlKeys }, known) };
}

/** The compiled SQL of models and snapshots among nodes, each keyed by its SQL and dialect alone. */
export function statementsByNode(
  nodes: readonly DbtNode[],
  adapterType: string | null,
): ReadonlyMap<UniqueId, SqlStatement> {
  const dialect = toDialect(adapterType);
  const statements = new Map<UniqueId, SqlStatement>();
  for (const node of nodes) {
    const { uniqueId, compiledCode: sql } = node;
    if (hasQuery(node) && sql !== null) statements.set(uniqueId, { key: sha256(`${dialect}\n${sql}`), sql, dialect });
  }
  return statements;
}

type Side = 'base' | 'head';

function hasQuery({ resourceType, language }: DbtNode): boolean {
  return (resourceType === 'model' || resourceType === 'snapshot') && language === 'sql';
}
