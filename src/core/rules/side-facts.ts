import type { UniqueId } from '#core/base';
import type { AnalyzedSide } from '#core/change';
import type { BuiltFrom, Facts } from '#core/meaning';
import { isItsQuery, projectFacts, toPlan, withSqlFacts } from '#core/meaning';
import { planContext } from './relations-in.ts';

/** Facts of a side, and the relations that they were asked of so far. */
export interface SideFacts extends Facts {
  readonly asked: ReadonlySet<UniqueId>;
}

/**
 * What is known of a side's relations: by tests, constraints and configuration, and by the SQL of changed models and of those that
 * were read upstream. Read when a rule first asks: most changes need none.
 */
export function sideFacts(side: AnalyzedSide): SideFacts {
  const asked = new Set<UniqueId>();
  let facts: Facts | null = null;
  return {
    asked,
    of(relation) {
      facts ??= withSqlFacts(projectFacts(side), (each) => {
        asked.add(each);
        return builtFrom(side, each);
      });
      return facts.of(relation);
    },
  };
}

/** What a relation is built from, where its SQL is at hand. */
function builtFrom(side: AnalyzedSide, uniqueId: UniqueId): BuiltFrom | null {
  const node = side.project.nodes.get(uniqueId);
  const query = side.trees.get(uniqueId) ?? side.upstream?.get(uniqueId);
  if (node === undefined || query === undefined || !isItsQuery(node)) return null;
  return { name: node.name, plan: toPlan(query, planContext(side, uniqueId, side)) };
}
