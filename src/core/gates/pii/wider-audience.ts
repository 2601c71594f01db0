import type { JsonValue } from '#core/base';
import { isJsonObject, sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import { protectionOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange } from './compare-sides.ts';
import { nameOf } from './path-text.ts';
import { basisOf, categoriesText, plainColumns } from './plain-columns.ts';

/**
 * PII-05: a relation with personal data that more people may read than before: a new grantee, another schema, no group any
 * more. A model that becomes public, or that a new exposure reads, is a new path.
 */
export function findWiderAudience(traced: TracedChange): readonly Finding<'audience-widened'>[] {
  const { base, head, baseIds, change } = traced;
  return sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId).flatMap((node) => {
    const { uniqueId } = node;
    const before = base.project.nodes.get(baseIds.get(uniqueId) ?? uniqueId);
    if (before === undefined || !['model', 'seed', 'snapshot'].includes(node.resourceType)) return [];
    const ways = waysIn(before, node);
    if (ways.length === 0) return [];
    const columns = plainColumns(head, uniqueId).filter(({ column }) => protectionOf(node, column) === null);
    const [first] = columns;
    if (first === undefined) return [];
    const name = nameOf(head, uniqueId);
    return [
      {
        messageId: 'audience-widened' as const,
        data: {
          model: name,
          how: ways.join(', '),
          categories: categoriesText(columns),
          columns: columns.map(({ column }) => column).join(', '),
        },
        subject: uniqueId,
        place: placeInPatch(
          change.pullRequest,
          [node.originalFilePath, ...(node.patchPath === null ? [] : [node.patchPath])],
          /grant|schema|group/i,
        ),
        basis: basisOf(columns),
        fingerprint: toFingerprint('pii', 'audience-widened', uniqueId, ...ways),
        matters: 'whoever is added reads every row of it',
        downstream: change.head.children.get(uniqueId) ?? [],
        safeIf: `have the owner of \`${name}\` agree, or keep these columns from the added readers`,
      },
    ];
  });
}

function waysIn(before: DbtNode, after: DbtNode): readonly string[] {
  const known = new Set(readersOf(before));
  const added = readersOf(after).filter((reader) => !known.has(reader));
  const [from, to] = [textOf(before.config['schema']), textOf(after.config['schema'])];
  return [
    ...(added.length === 0 ? [] : [`is now granted to ${added.join(', ')}`]),
    ...(from === to ? [] : [`moves from schema ${from ?? 'the default'} to ${to ?? 'the default'}`]),
    ...(before.group !== null && after.group === null ? [`leaves group ${before.group}`] : []),
  ];
}

/** Grantees of `config.grants.select`, the privilege that reads; BigQuery and Databricks have names of their own for it. */
function readersOf({ config }: DbtNode): readonly string[] {
  const grants = config['grants'];
  if (!isJsonObject(grants)) return [];
  const reading = Object.entries(grants).filter(([name]) => /select|viewer|owner|editor|all/i.test(name));
  return reading.flatMap(([, value]) => listOf(value));
}

function listOf(value: JsonValue | undefined): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
