import { reason, type UniqueId } from '#core/base';
import type { DbtCatalog, DbtNode, DbtProject } from '#core/dbt';
import { type SqlAnswer, toDialect } from '#core/sql';
import { answerAsked } from './asked-columns.ts';
import type { ProjectLineage } from './lineage.ts';
import { inOrder } from './order.ts';
import { relationNames } from './relation-names.ts';
import { asRendered } from './rendered.ts';
import { documented } from './trace-node.ts';
import { conditionsOf, type Known, type Traced } from './traced.ts';
import { foundBy, type State, traceAnew, waits } from './tracing-state.ts';

/** A project as lineage sees it. */
export interface Traceable {
  readonly project: DbtProject;
  readonly catalog: DbtCatalog | null;
  /** Key of the SQL of each node that has any: the same key means the same SQL in the same dialect. */
  readonly sqlKeys: ReadonlyMap<UniqueId, string>;
}

/** The tracing of a project, which stops where SQL must be read that has not been. */
export interface Tracing {
  /**
   * Goes on as far as it can with what has been read, by SQL key; gives the keys of the SQL that must be read for more.
   * When it gives none, the lineage is complete. A key that is not answered when it was asked for counts as not compiled.
   */
  readonly advance: (read: ReadonlyMap<string, SqlAnswer>) => readonly string[];
  /** Lineage of every node that has columns, parents before children. */
  readonly lineage: () => ProjectLineage;
  /** What was traced anew, by SQL key, with what was known of the same SQL. */
  readonly fresh: Known;
}

const analysed: ReadonlySet<string> = new Set(['model', 'snapshot']);
const columnar: ReadonlySet<string> = new Set(['model', 'snapshot', 'seed', 'source']);

/**
 * Starts to trace every model, snapshot, seed and source of a project. A node whose SQL and surroundings are `known` is not
 * traced again, and its SQL need not be read. Each node is traced once and sees those that stand before it in an order in
 * which parents come first, whenever its SQL is read; cost is linear in the SQL that is read.
 */
export function startTracing({ project, catalog, sqlKeys }: Traceable, known: Known): Tracing {
  const order = inOrder([...project.nodes.values()].filter((node) => columnar.has(node.resourceType)));
  const state: State = {
    ...{ project, catalog, sqlKeys, known, order },
    dialect: toDialect(project.metadata.adapterType),
    names: relationNames(project),
    places: new Map(order.map(({ uniqueId }, at) => [uniqueId, at])),
    ...{ fresh: new Map(), read: new Map(), lineage: new Map(), traced: new Map(), answerers: new Map() },
    ...{ asked: new Map(), at: order.length },
  };
  const wanted = new Set<string>();
  let waiting: readonly DbtNode[] = order;
  return {
    fresh: state.fresh,
    lineage: () =>
      new Map(
        order.flatMap(({ uniqueId }) => {
          const lineage = state.lineage.get(uniqueId);
          return lineage === undefined ? [] : [[uniqueId, lineage]];
        }),
      ),
    advance(read) {
      for (const key of wanted) state.read.set(key, read.get(key) ?? state.read.get(key) ?? notRead);
      for (const [key, answer] of read) state.read.set(key, answer);
      wanted.clear();
      waiting = waiting.filter((node) => !settle(node, state, wanted));
      if (waiting.length === 0) for (const key of answerAsked(state)) wanted.add(key);
      return [...wanted];
    },
  };
}

const notRead: SqlAnswer = { ok: false, reason: reason('not-parsed', 'the compiled SQL was not read') };

/** Settles a node's lineage; false where it waits for another node, or for its SQL, which is then `wanted`. */
function settle(node: DbtNode, state: State, wanted: Set<string>): boolean {
  const { uniqueId } = node;
  if (!analysed.has(node.resourceType)) return done(documented(node, state.catalog, null), state);
  const key = state.sqlKeys.get(uniqueId);
  if (key === undefined) return done(documented(node, state.catalog, noTree(node)), state);
  const answer = state.read.get(key);
  if (answer?.ok === false) return done(documented(node, state.catalog, answer.reason), state);
  if (waits(node, state)) return false;
  const recalled = recall(node, key, state);
  if (recalled === 'waits') return false;
  if (recalled === null && answer === undefined) wanted.add(key);
  const traced = recalled ?? (answer === undefined ? null : traceAnew(node, key, answer.query, state));
  if (traced === null) return false;
  state.traced.set(uniqueId, traced);
  return done(asRendered(traced.lineage, node), state);
}

function done(lineage: Traced['lineage'], state: State): true {
  state.lineage.set(lineage.uniqueId, lineage);
  return true;
}

/** The trace that is known of the node's SQL in the same surroundings; null when there is none. */
function recall(node: DbtNode, key: string, state: State): Traced | 'waits' | null {
  for (const traced of state.known.get(key) ?? []) {
    const found = foundBy(traced.lookups, node, state);
    if (found === null) return 'waits';
    if (conditionsOf(node, state.catalog, found) === traced.conditions) return traced;
  }
  return null;
}

function noTree(node: DbtNode): Traced['lineage']['unresolved'] {
  if (node.language === 'python') return reason('python-model', `${node.uniqueId} is a Python model`);
  const failed = node.rendered?.failed ?? null;
  return reason(
    'not-compiled',
    `the manifest has no compiled SQL of ${node.uniqueId}${failed === null ? '' : `, and its Jinja could not be rendered: ${failed}`}`,
    'run dbt compile before the upload',
  );
}
