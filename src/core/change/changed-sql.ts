import type { UniqueId } from '#core/base';
import type { Query, SqlAnswer, SqlStatement } from '#core/sql';
import { statementsByNode } from './analyze-change.ts';
import type { Change } from './change.ts';

type Side = 'base' | 'head';

/** The compiled SQL, of both sides, of models and snapshots in which the change changed it, or which it takes away; each text once, keyed by its SQL. */
export function changedStatements(change: Change): readonly SqlStatement[] {
  const all = [...changedOn(change, 'base').values(), ...changedOn(change, 'head').values()];
  return [...new Map(all.map((statement) => [statement.key, statement])).values()];
}

/** The change with the trees of its changed SQL, from the answers to `changedStatements`; what was not read has none. */
export function withTrees(change: Change, answers: ReadonlyMap<string, SqlAnswer>): Change {
  const base = { ...change.base, trees: treesOn(change, 'base', answers) };
  return { ...change, base, head: { ...change.head, trees: treesOn(change, 'head', answers) } };
}

function treesOn(change: Change, side: Side, answers: ReadonlyMap<string, SqlAnswer>): ReadonlyMap<UniqueId, Query> {
  const trees = new Map<UniqueId, Query>();
  for (const [uniqueId, { key }] of changedOn(change, side)) {
    const answer = answers.get(key);
    if (answer?.ok === true) trees.set(uniqueId, answer.query);
  }
  return trees;
}

function changedOn(change: Change, side: Side): ReadonlyMap<UniqueId, SqlStatement> {
  const { project } = change[side];
  const changed = change.modified.filter(({ compiled }) => compiled === 'changed').map(({ uniqueId }) => uniqueId);
  const nodes = [...changed, ...change.removed].flatMap((uniqueId) => project.nodes.get(uniqueId) ?? []);
  return statementsByNode(nodes, project.metadata.adapterType);
}
