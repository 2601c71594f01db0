import type { DbtNode } from '#core/dbt';
import type { ColumnLineage, NodeLineage } from './lineage.ts';
import { bareColumn } from './node-columns.ts';
import type { Asked } from './trace-node.ts';
import type { Answered, Traced } from './traced.ts';
import { remember, type State, traceAnew } from './tracing-state.ts';

/**
 * Lists the columns that children read of nodes whose columns are not all known. Children come first, so what they ask of a
 * star asks its parents. Gives the keys of SQL that must be read for more.
 */
export function answerAsked(state: State): readonly string[] {
  // Adding them again changes nothing.
  if (state.at === state.order.length)
    for (const { uniqueId } of state.order) add(state.traced.get(uniqueId)?.asked ?? [], state.asked);
  while (state.at > 0) {
    const node = state.order[state.at - 1];
    if (node !== undefined && !answerNode(node, state)) return keysNeeded(state);
    state.at -= 1;
  }
  return [];
}

function add(columns: readonly Asked[], asked: State['asked']): void {
  for (const { uniqueId, column } of columns) {
    const names = asked.get(uniqueId) ?? new Map<string, string>();
    asked.set(uniqueId, names);
    if (!names.has(column.toLowerCase())) names.set(column.toLowerCase(), column);
  }
}

/** Columns that are asked of a node and that it does not list, by lower-case name. */
function unlisted({ uniqueId }: DbtNode, { asked, lineage }: State): ReadonlyMap<string, string> {
  const names = asked.get(uniqueId);
  if (names === undefined) return new Map();
  const listed = new Set(lineage.get(uniqueId)?.columns.map(({ column }) => column.toLowerCase()));
  return new Map([...names].filter(([lower]) => !listed.has(lower)));
}

/** False where the node's SQL must be read first. */
function answerNode(node: DbtNode, state: State): boolean {
  const names = unlisted(node, state);
  const lineage = state.lineage.get(node.uniqueId);
  if (names.size === 0 || lineage === undefined) return true;
  const traced = state.traced.get(node.uniqueId);
  if (traced === undefined || lineage.unresolved !== null) {
    const added = [...names.values()].map((name) => bareColumn(name, lineage.unresolved));
    list(lineage, added, state);
    return true;
  }
  if (!traced.open) return true;
  if (isUnread(node, names, traced, state)) return false;
  const answers = [...names].map(
    ([lower, name]) => [lower, traced.answered.get(lower) ?? answerOf(node, name, state)] as const,
  );
  for (const [, { asked }] of answers) add(asked, state.asked);
  list(
    lineage,
    answers.flatMap(([, { column }]) => column ?? []),
    state,
  );
  const key = state.sqlKeys.get(node.uniqueId);
  const isNew = state.answerers.has(node.uniqueId) && answers.some(([lower]) => !traced.answered.has(lower));
  if (key !== undefined && isNew)
    remember(key, { ...traced, answered: new Map([...traced.answered, ...answers]) }, state);
  return true;
}

function answerOf(node: DbtNode, name: string, { answerers }: State): Answered {
  return answerers.get(node.uniqueId)?.(name) ?? { column: null, asked: [] };
}

/** Whether no answer is known and the SQL that would give it has not been read; where it has, it is traced now. */
function isUnread(node: DbtNode, names: ReadonlyMap<string, string>, traced: Traced, state: State): boolean {
  const unknown = [...names.keys()].some((lower) => !traced.answered.has(lower));
  if (!unknown || state.answerers.has(node.uniqueId)) return false;
  const key = state.sqlKeys.get(node.uniqueId);
  const answer = key === undefined ? undefined : state.read.get(key);
  if (answer === undefined) return true;
  if (answer.ok && key !== undefined) traceAnew(node, key, answer.query, state);
  return false;
}

/** The SQL of this node and of all before it that will have to be read too, as far as can be told. */
function keysNeeded(state: State): readonly string[] {
  return state.order.slice(0, state.at).flatMap((node) => {
    const traced = state.traced.get(node.uniqueId);
    const key = state.sqlKeys.get(node.uniqueId);
    if (traced?.open !== true || key === undefined) return [];
    return isUnread(node, unlisted(node, state), traced, state) ? [key] : [];
  });
}

function list(lineage: NodeLineage, added: readonly ColumnLineage[], state: State): void {
  if (added.length === 0) return;
  const columns = lineage.columns.filter((column) => column.column !== '*');
  state.lineage.set(lineage.uniqueId, { ...lineage, columns: [...columns, ...added] });
}
