import type { JsonValue, UniqueId } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { Plan } from '../plan/plan.ts';
import type { Fact, Facts, Key, RelationFacts } from './facts.ts';
import { inOrder, withNulls } from './key-order.ts';
import { planFacts } from './plan-facts.ts';

/** A relation that holds what a query gives. */
export interface BuiltFrom {
  /** The relation's name, for the reader. */
  readonly name: string;
  readonly plan: Plan;
}

const rebuilt: ReadonlySet<string> = new Set(['table', 'view', 'materialized_view', 'ephemeral']);

/**
 * Whether a node's relation holds what its query gives and nothing else: not where rows of earlier runs stay, as in an incremental
 * model and a snapshot, nor where a hook writes rows.
 */
export function isItsQuery({ resourceType, language, materialized, config }: DbtNode): boolean {
  if (resourceType !== 'model' || language !== 'sql' || !rebuilt.has(materialized)) return false;
  return !writesRows(config['post-hook']) && !writesRows(config['post_hook']);
}

function writesRows(hook: JsonValue | undefined): boolean {
  return hook !== undefined && /\b(?:insert|update|merge|copy|call)\b/i.test(JSON.stringify(hook));
}

/**
 * Facts with those that follow from the SQL that relations are built from. `builtFrom` is asked once for each relation that is asked
 * for; null where its SQL is not known, or its relation holds other rows too.
 */
export function withSqlFacts(said: Facts, builtFrom: (relation: UniqueId) => BuiltFrom | null): Facts {
  const known = new Map<UniqueId, RelationFacts>();
  const facts: Facts = {
    of(relation) {
      const found = known.get(relation);
      if (found !== undefined) return found;
      const own = said.of(relation);
      // Until more is known: SQL that reads its own relation.
      known.set(relation, own);
      const built = builtFrom(relation);
      const all = built === null ? own : joined(own, planFacts(built.plan, facts), built.name);
      known.set(relation, all);
      return all;
    },
  };
  return facts;
}

/** What is said and what SQL proves, the surest of each. */
function joined(said: RelationFacts, sql: RelationFacts, name: string): RelationFacts {
  const named = <Any extends Fact>(fact: Any): Any => ({ ...fact, source: `the SQL of ${name} (${fact.source})` });
  const notNull = new Map(said.notNull);
  for (const [column, fact] of sql.notNull) {
    if (notNull.get(column)?.sureness !== 'proven') notNull.set(column, named(fact));
  }
  const keys: readonly Key[] = [...said.keys, ...sql.keys.map((key): Key => ({ ...named(key), from: 'sql' }))];
  const accepted = new Map([...sql.accepted].map(([column, one]) => [column, named(one)]));
  return {
    keys: inOrder(keys.map((key) => withNulls(key, notNull))),
    notNull,
    foreignKeys: [...said.foreignKeys, ...sql.foreignKeys.map(named)],
    accepted: new Map([...accepted, ...said.accepted]),
  };
}
