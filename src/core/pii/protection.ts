import { escapePattern, isJsonObject } from '#core/base';
import type { DbtNode } from '#core/dbt';
import { columnOf } from './column-at.ts';
import { objectAt } from './labels.ts';

/**
 * What the warehouse lets stand between readers and a column: a masking policy, policy tags, a column mask, or a hook that sets
 * one. Null when nothing does. It protects this relation only: dbt reads through it and writes copies in clear.
 */
export function protectionOf(node: DbtNode | undefined, column: string): string | null {
  if (node === undefined) return null;
  const entry = columnOf(node, column);
  const config = entry === null ? {} : objectAt(entry.entry, 'config');
  const places = entry === null ? [] : [entry.entry, config, entry.meta, objectAt(config, 'meta')];
  for (const place of places) {
    const policy = place['masking_policy'];
    if (typeof policy === 'string' && policy.trim() !== '') return `masking policy ${policy}`;
    if (isJsonObject(place['column_mask'])) return 'a column mask';
    if (isListOfSome(place['policy_tags']) && persistsColumns(node)) return 'policy tags';
  }
  return hookTexts(node).some((text) => masksIn(text, column)) ? 'a hook that sets a masking policy' : null;
}

/** dbt hands `policy_tags` to BigQuery only with `persist_docs.columns`; without it they protect nothing, and nothing says so. */
export function hasIdleTags(node: DbtNode, column: string): boolean {
  const entry = columnOf(node, column);
  return entry !== null && isListOfSome(entry.entry['policy_tags']) && !persistsColumns(node);
}

function persistsColumns({ config, resourceType }: DbtNode): boolean {
  return resourceType === 'source' || objectAt(config, 'persist_docs')['columns'] === true;
}

/** SQL that dbt runs after it has built the node. */
export function hookTexts({ config }: DbtNode): readonly string[] {
  const hooks = [config['post-hook'], config['post_hook']].flat();
  return hooks.flatMap((hook) => {
    if (typeof hook === 'string') return [hook];
    return isJsonObject(hook) && typeof hook['sql'] === 'string' ? [hook['sql']] : [];
  });
}

/** `alter table … modify column email set masking policy …`, in any spelling of the identifier. */
function masksIn(text: string, column: string): boolean {
  const name = escapePattern(column);
  return new RegExp(
    `(?<![\\w$])["\`[]?${name}["\`\\]]?\\s+(?:set\\s+masking\\s+policy|set\\s+mask)(?![\\w$])`,
    'i',
  ).test(text);
}

function isListOfSome(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
