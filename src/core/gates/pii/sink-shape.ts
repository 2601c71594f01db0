// What the make-up of a sink lets through: stars, raw payloads, combinations that single a person out, and history that is kept.
import type { UniqueId } from '#core/base';
import { sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { NodeLineage } from '#core/lineage';
import type { CategoryId } from '#core/pii';
import { protectionOf, taintsOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange, TracedSide } from './compare-sides.ts';
import { nameOf } from './path-text.ts';
import { basisOf, categoriesText, plainColumns } from './plain-columns.ts';
import { isGuarded } from './sinks.ts';

export type ShapeMessage = 'star-into-sink' | 'payload-in-sink' | 'singled-out' | 'kept-in-history';

type Rule = (traced: TracedChange, node: DbtNode, before: DbtNode | undefined) => readonly Finding<ShapeMessage>[];

/** PII-08, PII-10, PII-11 of sinks, and PII-13 of tables that keep history; told where base was not so yet. */
export function findSinkShapes(traced: TracedChange): readonly Finding<ShapeMessage>[] {
  const { base, head, baseIds, change, allowed } = traced;
  const modified = new Set(change.modified.map(({ uniqueId }) => uniqueId));
  return sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId).flatMap((node) => {
    const before = base.project.nodes.get(baseIds.get(node.uniqueId) ?? node.uniqueId);
    const sink = head.sinks.get(node.uniqueId);
    const shapes: readonly Rule[] = sink !== undefined && isGuarded(sink, allowed) ? [star, payload, singledOut] : [];
    const rules = modified.has(node.uniqueId) ? [...shapes, keptInHistory] : shapes;
    return rules.flatMap((rule) => rule(traced, node, before));
  });
}

/** PII-08: the sink takes all columns of a relation with personal data, those to come included. */
function star(traced: TracedChange, node: DbtNode, before: DbtNode | undefined): readonly Finding<ShapeMessage>[] {
  const { head, base, change } = traced;
  const parents = starParents(head, node, change.head.lineage.get(node.uniqueId));
  const known = before === undefined ? [] : starParents(base, before, change.base.lineage.get(before.uniqueId));
  const isOld = known.length > 0 && base.sinks.has(before?.uniqueId ?? node.uniqueId);
  const columns = parents.flatMap((parent) => plainColumns(head, parent));
  const [parent] = parents.filter((one) => plainColumns(head, one).length > 0);
  if (isOld || parent === undefined) return [];
  const name = nameOf(head, node.uniqueId);
  return [
    {
      ...aboutNode(traced, node, 'star-into-sink', [parent]),
      data: { sink: name, parent: nameOf(head, parent), categories: categoriesText(columns) },
      basis: basisOf(columns),
      matters: 'a column added upstream is shown without anyone deciding so',
      safeIf: `list the columns of \`${name}\``,
    },
  ];
}

/** Parents of which a query's output takes every column, through CTEs and subqueries. */
function starParents(side: TracedSide, node: DbtNode, lineage: NodeLineage | undefined): readonly UniqueId[] {
  const names = new Set(lineage?.starTables);
  return node.dependsOn.nodes.filter((parent) => {
    const { identifier = null, name = null } = side.project.nodes.get(parent) ?? {};
    return [identifier, name].some((one) => one !== null && names.has(one.toLowerCase()));
  });
}

/** PII-11: a whole payload about persons, not single fields of it. */
function payload(traced: TracedChange, node: DbtNode, before: DbtNode | undefined): readonly Finding<ShapeMessage>[] {
  const { head, base, change } = traced;
  const held = payloadsOf(head, node.uniqueId, change.head.catalog?.get(node.uniqueId)?.columns ?? []);
  const old =
    before === undefined || !base.sinks.has(before.uniqueId)
      ? []
      : payloadsOf(base, before.uniqueId, change.base.catalog?.get(before.uniqueId)?.columns ?? []);
  const fresh = held.filter((column) => !old.includes(column));
  if (fresh.length === 0) return [];
  const sink = nameOf(head, node.uniqueId);
  return [
    {
      ...aboutNode(traced, node, 'payload-in-sink', fresh),
      data: { sink, columns: fresh.join(', ') },
      basis: 'heuristic',
      matters: 'what a payload holds is decided by whoever sends it, not here',
      safeIf: 'take the fields that are needed by their paths',
    },
  ];
}

function payloadsOf(
  side: TracedSide,
  uniqueId: UniqueId,
  columns: readonly { readonly name: string; readonly type: string }[],
): readonly string[] {
  return columns
    .filter(({ type }) => /^(variant|object|json|jsonb|super|struct|map|row)\b/i.test(type.trim()))
    .map(({ name }) => name.toLowerCase())
    .filter((column) => taintsOf(side.taints, { uniqueId, column }).some(({ level }) => level === 'raw'));
}

const quasi: readonly CategoryId[] = ['person.dob', 'loc.postal', 'loc.fine', 'demo'];
const grave: readonly CategoryId[] = ['special', 'health', 'criminal'];

/** PII-10: a grave fact beside at least three things that together single a person out. */
function singledOut(
  traced: TracedChange,
  node: DbtNode,
  before: DbtNode | undefined,
): readonly Finding<ShapeMessage>[] {
  const now = combination(traced.head, node);
  if (now === null) return [];
  if (before !== undefined && traced.base.sinks.has(before.uniqueId) && combination(traced.base, before) !== null)
    return [];
  const sink = nameOf(traced.head, node.uniqueId);
  return [
    {
      ...aboutNode(traced, node, 'singled-out', now),
      data: { sink, columns: now.join(', ') },
      basis: 'heuristic',
      matters: 'date of birth, place and gender together point at one person more often than not',
      safeIf: 'coarsen one of them: a year, a region, an age band',
    },
  ];
}

function combination({ taints }: TracedSide, node: DbtNode): readonly string[] | null {
  const columns = [...(taints.get(node.uniqueId) ?? [])].flatMap(([column, all]) =>
    all.filter(({ level }) => level === 'raw').map(({ category }) => ({ column, category })),
  );
  const open = columns.filter(({ column }) => protectionOf(node, column) === null);
  const facts = open.filter(({ category }) => grave.includes(category));
  const marks = open.filter(
    ({ category, column }) => quasi.includes(category) && !facts.some((one) => one.column === column),
  );
  // Gender and age are both `demo`: each column counts.
  if (facts.length === 0 || new Set(marks.map(({ column }) => column)).size < 3) return null;
  return [...new Set([...facts, ...marks].map(({ column }) => column))];
}

/** PII-13: a table that keeps rows from run to run takes up personal data, and nothing says for how long. */
function keptInHistory(
  traced: TracedChange,
  node: DbtNode,
  before: DbtNode | undefined,
): readonly Finding<ShapeMessage>[] {
  const keeps = node.resourceType === 'snapshot' || node.materialized === 'incremental';
  const says = Object.keys(node.meta).some((key) => /retention|ttl|erasure|delete_after/i.test(key));
  if (!keeps || says) return [];
  const known =
    before === undefined ? [] : plainColumns(traced.base, before.uniqueId).map(({ taint }) => taint.category);
  const fresh = plainColumns(traced.head, node.uniqueId).filter(
    ({ taint }) => taint.known === 'label' && taint.sensitivity >= 3 && !known.includes(taint.category),
  );
  if (fresh.length === 0) return [];
  const model = nameOf(traced.head, node.uniqueId);
  return [
    {
      ...aboutNode(
        traced,
        node,
        'kept-in-history',
        fresh.map(({ column }) => column),
      ),
      data: {
        model,
        kind: node.resourceType === 'snapshot' ? 'snapshot' : 'incremental model',
        categories: categoriesText(fresh),
        columns: fresh.map(({ column }) => column).join(', '),
      },
      basis: basisOf(fresh),
      matters: 'rows of a person who asks to be deleted stay until someone rewrites the table',
      safeIf: 'say how long in `meta.retention`, or leave the columns out',
    },
  ];
}

function aboutNode(
  { change }: TracedChange,
  { uniqueId, originalFilePath }: DbtNode,
  messageId: ShapeMessage,
  parts: readonly string[],
): Pick<Finding<ShapeMessage>, 'messageId' | 'subject' | 'place' | 'fingerprint' | 'downstream'> {
  return {
    messageId,
    subject: uniqueId,
    place: placeInPatch(change.pullRequest, [originalFilePath], messageId === 'star-into-sink' ? '*' : /select/i),
    fingerprint: toFingerprint('pii', messageId, uniqueId, ...parts),
    downstream: [],
  };
}
