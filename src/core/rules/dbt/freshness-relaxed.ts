import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject, plural, sortedBy } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';

type Message = 'removed' | 'widened' | 'measured-otherwise';

interface Relaxed {
  readonly node: DbtNode;
  readonly messageId: Message;
  readonly phrase: string;
}

/** A source that may be older than before without anybody being told. */
export const freshnessRelaxed = defineRule({
  id: 'freshness-relaxed',
  title: 'Freshness of a source relaxed',
  severity: 'S2',
  page: {
    what: 'The freshness of a source, or of a model where dbt knows one: `warn_after` or `error_after` removed or made longer, another `loaded_at_field` or `loaded_at_query`, a `filter` added. One finding for all tables of a source with the same change. Silent where it is made stricter, where hours are written as days, and where the source itself is removed.',
    why: 'Stale data looks like data. Freshness is the one check that tells yesterday’s numbers from today’s, and a longer limit silences it for everybody downstream.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'yaml',
      before: 'sources:\n  - name: till\n    config:\n      freshness: { error_after: { count: 12, period: hour } }',
      after: 'sources:\n  - name: till\n    config:\n      freshness: { error_after: { count: 3, period: day } }',
    },
    silent: [
      {
        kind: 'dbt',
        title: 'The same length, written otherwise.',
        language: 'yaml',
        before: 'sources:\n  - name: till\n    config:\n      freshness: { error_after: { count: 24, period: hour } }',
        after: 'sources:\n  - name: till\n    config:\n      freshness: { error_after: { count: 1, period: day } }',
      },
    ],
    safeIf: 'Say which promise to readers the new limit still keeps.',
    waive: '',
  },
  messages: {
    removed: 'freshness of {source} is no longer checked: {change}',
    widened: '{source} may be older than before: {change}',
    'measured-otherwise': 'freshness of {source} is measured otherwise: {change}',
  },
  find({ change }) {
    const relaxed: Relaxed[] = [];
    for (const node of change.head.project.nodes.values()) {
      const old = change.base.project.nodes.get(node.uniqueId);
      if (old !== undefined && old.entry !== node.entry) relaxed.push(...relaxedIn(old, node));
    }
    const groups = Map.groupBy(
      sortedBy(relaxed, ({ node }) => node.uniqueId),
      ({ node, messageId, phrase }) => [groupOf(node), messageId, phrase].join('\n'),
    );
    return [...groups.values()].flatMap(toFinding);
  },
});

function toFinding(group: readonly Relaxed[]): readonly RuleFinding<Message>[] {
  const [first] = group;
  if (first === undefined) return [];
  const { node, messageId, phrase } = first;
  const source = node.resourceType === 'source' ? `source ${groupOf(node)}` : `\`${node.name}\``;
  const tables = group.length === 1 && node.resourceType === 'source' ? `.${node.name}` : '';
  const many = group.length > 1 ? ` (${plural(group.length, 'table')})` : '';
  return [
    tell({
      messageId,
      uniqueId: node.uniqueId,
      data: { source: `${source}${tables}${many}`, change: phrase },
      place: {
        kind: 'text',
        uniqueId: node.uniqueId,
        in: 'properties',
        text: /freshness|error_after|warn_after|loaded_at/,
      },
      matters: 'if the loader stops, models are built on old rows and nobody is told in the time that was promised',
      safeIf: 'say which promise to readers the new limit still keeps',
      key: [groupOf(node), phrase].join(','),
    }),
  ];
}

function groupOf({ entry, name }: DbtNode): string {
  return typeof entry['source_name'] === 'string' ? entry['source_name'] : name;
}

function relaxedIn(old: DbtNode, node: DbtNode): readonly Relaxed[] {
  const [was, is] = [freshnessOf(old), freshnessOf(node)];
  const found = (['warn_after', 'error_after'] as const).flatMap((limit) =>
    relaxedLimit(node, limit, was?.[limit], is?.[limit]),
  );
  if (was === null || found.length > 0 || !hasLimit(was) || !hasLimit(is)) return found;
  return (['loaded_at_field', 'loaded_at_query', 'filter'] as const).flatMap((key) =>
    measuredOtherwise(node, key, textOf(old, was, key), textOf(node, is, key)),
  );
}

function relaxedLimit(
  node: DbtNode,
  limit: string,
  was: JsonValue | undefined,
  is: JsonValue | undefined,
): readonly Relaxed[] {
  const [before, after] = [minutesOf(was), minutesOf(is)];
  if (before === null || (after !== null && after <= before)) return [];
  const phrase = `${limit}: ${lengthText(was)} → ${after === null ? 'none' : lengthText(is)}`;
  return [{ node, messageId: after === null ? 'removed' : 'widened', phrase }];
}

function measuredOtherwise(node: DbtNode, key: string, before: string, after: string): readonly Relaxed[] {
  const isLooser = key === 'filter' ? after !== '' && after !== before : before !== after && before !== '';
  const [from, to] = [before, after].map((text) => (text === '' ? 'none' : text));
  return isLooser ? [{ node, messageId: 'measured-otherwise', phrase: `${key}: ${from} → ${to}` }] : [];
}

/** Since dbt 1.9 in `config`, before beside it; a model's `build_after` steers its building and promises nothing. */
function freshnessOf({ entry, config }: DbtNode): JsonObject | null {
  for (const value of [config['freshness'], entry['freshness']]) if (isJsonObject(value)) return value;
  return null;
}

const minutes: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1_440 };

function minutesOf(limit: JsonValue | undefined): number | null {
  if (!isJsonObject(limit)) return null;
  const { count, period } = limit;
  const unit = typeof period === 'string' ? minutes[period.replace(/s$/, '')] : undefined;
  return typeof count === 'number' && unit !== undefined ? count * unit : null;
}

function lengthText(limit: JsonValue | undefined): string {
  if (!isJsonObject(limit)) return 'none';
  const { count, period } = limit;
  return typeof count === 'number' && typeof period === 'string' ? plural(count, period.replace(/s$/, '')) : 'none';
}

function hasLimit(freshness: JsonObject | null): boolean {
  return minutesOf(freshness?.['warn_after']) !== null || minutesOf(freshness?.['error_after']) !== null;
}

function textOf(node: DbtNode, freshness: JsonObject | null, key: string): string {
  const value = key === 'filter' ? freshness?.[key] : (node.config[key] ?? node.entry[key]);
  return typeof value === 'string' ? value.trim() : '';
}
