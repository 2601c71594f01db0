import type { UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode } from '#core/dbt';
import { isConsumer } from '#core/policy';
import { code, mayNameCommit, prose } from './escape.ts';

const CONSUMER_WORDS: Readonly<Record<string, string>> = {
  exposure: 'exposure',
  metric: 'metric',
  semantic_model: 'semantic model',
  saved_query: 'saved query',
};

/** A node as head has it, else as base had it. */
function nodeOf(change: Change | null, uniqueId: UniqueId): DbtNode | undefined {
  return change?.head.project.nodes.get(uniqueId) ?? change?.base.project.nodes.get(uniqueId);
}

/** A node's name, of an exposure its label; plain text of strangers. */
export function nameOf(change: Change | null, uniqueId: UniqueId): string {
  const node = nodeOf(change, uniqueId);
  const label = node?.exposure?.label ?? '';
  return label !== '' ? label : (node?.name ?? uniqueId.split('.').slice(2).join('.')) || uniqueId;
}

/** `exposure **Board dashboard** (owner finance-data)`, as Markdown. */
export function consumerMarkdown(change: Change | null, uniqueId: UniqueId): string {
  const exposure = nodeOf(change, uniqueId)?.exposure ?? null;
  const name = exposure?.owner.name ?? exposure?.owner.email[0] ?? '';
  const maturity = exposure?.maturity ?? null;
  const title = `${consumerWord(uniqueId)} ${boldName(change, uniqueId)}`;
  const known = [
    ...(name === '' ? [] : [`owner ${prose(name, 60)}`]),
    ...(maturity === null ? [] : [`${prose(maturity, 20)} maturity`]),
  ];
  return known.length === 0 ? title : `${title} (${known.join(', ')})`;
}

/** The name of a consumer in bold; in code where the name could break bold, or be linked. */
export function boldName(change: Change | null, uniqueId: UniqueId): string {
  const name = nameOf(change, uniqueId);
  const isPlain = /^[\p{L}\p{N}][\p{L}\p{N} ]*$/u.test(name) && name.length <= 60 && !mayNameCommit(name);
  return isPlain ? `**${name.trim()}**` : code(name, 60);
}

/** `exposure`, `metric`, `semantic model`, `saved query`. */
export function consumerWord(uniqueId: UniqueId): string {
  return CONSUMER_WORDS[uniqueId.slice(0, uniqueId.indexOf('.'))] ?? 'consumer';
}

/** What lies downstream, split into models and what consumes them; both keep their order. */
export function splitReach(ids: readonly UniqueId[]): {
  readonly models: readonly UniqueId[];
  readonly consumers: readonly UniqueId[];
} {
  const consumers = ids.filter(isConsumer);
  const people = (id: UniqueId): boolean => id.startsWith('exposure.');
  return {
    models: ids.filter((id) => !isConsumer(id)),
    consumers: [...consumers.filter(people), ...consumers.filter((id) => !people(id))],
  };
}

/** Everything downstream of a node, nearest first: at head, or at base when head has lost the node. */
export function downstreamOf(change: Change, uniqueId: UniqueId): readonly UniqueId[] {
  const side = change.head.project.nodes.has(uniqueId) ? change.head : change.base;
  const seen = new Set<UniqueId>([uniqueId]);
  // A set grows while it is walked, so this visits breadth first.
  for (const next of seen) {
    for (const child of side.children.get(next) ?? []) seen.add(child);
  }
  return [...seen].slice(1);
}
