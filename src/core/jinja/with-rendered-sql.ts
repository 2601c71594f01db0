import type { DbtNode, DbtProject } from '#core/dbt';
import { renderModel } from './render-model.ts';

/**
 * The project with the Jinja of its models and snapshots rendered where dbt compiled nothing (`dbt parse`), and with how far that went.
 * `is_incremental()` is read as false, as for a build from scratch. What dbt compiled stays as it is.
 */
export function withRenderedSql(project: DbtProject): DbtProject {
  const bare = [...project.nodes.values()].filter(isBare);
  if (bare.length === 0) return project;
  const nodes = new Map(project.nodes);
  for (const node of bare) nodes.set(node.uniqueId, withRendering(project, node));
  return { ...project, nodes };
}

function isBare({ resourceType, language, compiledCode, rawCode }: DbtNode): boolean {
  const hasQuery = resourceType === 'model' || resourceType === 'snapshot';
  return hasQuery && language === 'sql' && compiledCode === null && rawCode.trim() !== '';
}

function withRendering(project: DbtProject, node: DbtNode): DbtNode {
  const rendering = renderModel(project, node);
  if (!rendering.ok) {
    const none = { masked: [], gaps: [], assumed: [], isIncremental: null };
    return { ...node, rendered: { failed: rendering.why, ...none } };
  }
  const { sql, masked, gaps, assumed, isIncremental } = rendering;
  return { ...node, compiledCode: sql, rendered: { failed: null, masked, gaps, assumed, isIncremental } };
}
