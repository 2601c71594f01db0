import type { JsonValue } from '#core/base';
import { isJsonObject, sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import { protectionOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange } from './compare-sides.ts';
import { nameOf } from './path-text.ts';
import type { PlainColumn } from './plain-columns.ts';
import { basisOf, categoriesText, plainColumns } from './plain-columns.ts';

interface Wider {
  readonly node: DbtNode;
  readonly how: string;
  readonly columns: readonly PlainColumn[];
}

/**
 * PII-05: relations with personal data that more people may read than before: a new grantee, another schema, no group any
 * more. What one line of configuration does to many models is one finding. A model that becomes public, or that a new
 * exposure reads, is a new path.
 */
export function findWiderAudience(traced: TracedChange): readonly Finding<'audience-widened'>[] {
  const nodes = sortedBy(traced.head.project.nodes.values(), ({ uniqueId }) => uniqueId);
  const wider = nodes.flatMap((node) => widerOf(traced, node) ?? []);
  const alike = [...Map.groupBy(wider, ({ how }) => how).values()];
  return alike.flatMap(([first, ...others]) => (first === undefined ? [] : [toFinding(traced, [first, ...others])]));
}

function widerOf({ base, head, baseIds }: TracedChange, node: DbtNode): Wider | null {
  const { uniqueId, resourceType } = node;
  const before = base.project.nodes.get(baseIds.get(uniqueId) ?? uniqueId);
  if (before === undefined || !['model', 'seed', 'snapshot'].includes(resourceType)) return null;
  const ways = waysIn(before, node);
  if (ways.length === 0) return null;
  // A name that only looks like a person's is no reason to call the owner.
  const columns = plainColumns(head, uniqueId).filter(
    ({ column, taint }) =>
      (taint.known !== 'dictionary' || taint.sensitivity >= 3) && protectionOf(node, column) === null,
  );
  return columns.length === 0 ? null : { node, how: ways.join(', '), columns };
}

function toFinding({ change, head }: TracedChange, all: readonly [Wider, ...Wider[]]): Finding<'audience-widened'> {
  const [{ node, how, columns }, ...others] = all;
  const { uniqueId, originalFilePath, patchPath } = node;
  const name = nameOf(head, uniqueId);
  return {
    messageId: 'audience-widened',
    data: {
      model: name,
      how,
      categories: categoriesText(columns),
      columns: columns.map(({ column }) => column).join(', '),
      more: others.length === 0 ? '' : `; so do ${others.length} more with personal data`,
    },
    subject: uniqueId,
    place: placeInPatch(
      change.pullRequest,
      [originalFilePath, ...(patchPath === null ? [] : [patchPath]), 'dbt_project.yml'],
      /grant|schema|group/i,
    ),
    basis: basisOf(columns),
    fingerprint: toFingerprint('pii', 'audience-widened', uniqueId, how),
    matters: [
      'whoever is added reads every row of it',
      ...(others.length === 0 ? [] : [`also ${others.map((one) => nameOf(head, one.node.uniqueId)).join(', ')}`]),
    ].join('; '),
    downstream: change.head.children.get(uniqueId) ?? [],
    safeIf: `have the owner of \`${name}\` agree, or keep these columns from the added readers`,
  };
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
