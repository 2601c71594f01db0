import type { UniqueId } from '#core/base';
import type { AnalyzedSide, Change } from '#core/change';
import { statementsByNode } from '#core/change';
import type { DbtNode, DbtProject } from '#core/dbt';
import { hasFirmSql } from '#core/dbt';
import { isItsQuery } from '#core/meaning';
import type { Query, SqlAnswer, SqlStatement } from '#core/sql';
import { comparedWith, compareModels } from './compare-models.ts';
import type { RuleFound } from './find-all.ts';

type SideName = 'base' | 'head';

/** Unchanged models of one side whose SQL is read, at most, at once. */
const most = 200;

/**
 * SQL of unchanged models whose rows decide whether findings are told: of the relations that rules asked facts of, those that a model
 * with a finding reads, and those behind them whose own SQL gave no key. Each text once, keyed by its SQL; none where nothing was found.
 */
export function upstreamStatements(change: Change, found: readonly RuleFound[]): readonly SqlStatement[] {
  const all = (['base', 'head'] as const).flatMap((side) => [...wantedOn(change, side, found).values()]);
  return [...new Map(all.map((statement) => [statement.key, statement])).values()];
}

/** The change with what was read upstream, from the answers to `upstreamStatements`; the same change where nothing was. */
export function withUpstream(
  change: Change,
  found: readonly RuleFound[],
  answers: ReadonlyMap<string, SqlAnswer>,
): Change {
  const read = (side: SideName): ReadonlyMap<UniqueId, Query> =>
    new Map(
      [...wantedOn(change, side, found)].flatMap(([uniqueId, { key }]) => {
        const answer = answers.get(key);
        return answer?.ok === true ? [[uniqueId, answer.query] as const] : [];
      }),
    );
  const [base, head] = [read('base'), read('head')];
  if (base.size + head.size === 0) return change;
  return comparedWith(change, {
    base: new Map([...(change.base.upstream ?? []), ...base]),
    head: new Map([...(change.head.upstream ?? []), ...head]),
  });
}

function wantedOn(change: Change, name: SideName, found: readonly RuleFound[]): ReadonlyMap<UniqueId, SqlStatement> {
  const side = change[name];
  const { asked, of } = compareModels(change).facts[name];
  const wanted: DbtNode[] = [];
  const ids = new Set(found.flatMap(({ finding: { edits, uniqueId } }) => (edits.length > 0 ? [uniqueId] : [])));
  // A set that grows while it is walked.
  for (const id of ids) {
    const parents = parentsOf(side.project, id).filter(({ uniqueId }) => !ids.has(uniqueId) && asked.has(uniqueId));
    for (const parent of parents) {
      const isKeyless = (): boolean => !of(parent.uniqueId).keys.some(({ from }) => from === 'sql');
      if (!isKnown(side, parent)) wanted.push(parent);
      else if (isKeyless()) ids.add(parent.uniqueId);
    }
  }
  const readable = wanted.filter((node) => isItsQuery(node) && hasFirmSql(node)).slice(0, most);
  return statementsByNode(readable, side.project.metadata.adapterType);
}

function isKnown({ trees, upstream }: AnalyzedSide, { uniqueId }: DbtNode): boolean {
  return trees.has(uniqueId) || upstream?.has(uniqueId) === true;
}

/** The nodes that a node reads, with those behind ephemeral models, whose SQL dbt writes into it. */
function parentsOf(project: DbtProject, uniqueId: UniqueId): readonly DbtNode[] {
  const ids = new Set(project.nodes.get(uniqueId)?.dependsOn.nodes);
  for (const id of ids) {
    const node = project.nodes.get(id);
    if (node?.materialized === 'ephemeral') for (const behind of node.dependsOn.nodes) ids.add(behind);
  }
  return [...ids].flatMap((id) => project.nodes.get(id) ?? []);
}
