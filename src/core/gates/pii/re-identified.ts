import type { UniqueId } from '#core/base';
import { sortedBy, toFingerprint } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { ColumnAt, Taint } from '#core/pii';
import { categoryOf, isAbove, pseudonymOf, taintsOf } from '#core/pii';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { TracedChange, TracedSide } from './compare-sides.ts';
import { levelText, nameOf, shown, spelled } from './path-text.ts';

/** Rows that named nobody, and what names them now. */
interface Meeting {
  /** The pseudonym by which they are joined, as its own relation has it. */
  readonly pseudonym: ColumnAt;
  /** Its taint; null where only its name says what it is: `email_hash`. */
  readonly taint: Taint | null;
  /** A column of the model that names a person, and where that comes from. */
  readonly column: string;
  readonly named: { readonly from: ColumnAt; readonly taint: Taint };
}

/**
 * Models that join rows under a pseudonym back to what names a person: a hash to the e-mail address, a token to the name. Told
 * where base did not. The key of a person is no pseudonym in this sense: every mart joins by it.
 */
export function findReIdentified(traced: TracedChange): readonly Finding<'re-identified'>[] {
  const { base, head, baseIds } = traced;
  return sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId).flatMap((node) => {
    const meeting = meetingIn(head, node.uniqueId);
    if (meeting === null) return [];
    const before = meetingIn(base, baseIds.get(node.uniqueId) ?? node.uniqueId);
    const from = meeting.pseudonym.uniqueId;
    return before?.pseudonym.uniqueId === (baseIds.get(from) ?? from) ? [] : [toFinding(traced, node, meeting)];
  });
}

function meetingIn(side: TracedSide, uniqueId: UniqueId): Meeting | null {
  const lineage = side.lineage.get(uniqueId);
  const joins = lineage?.rowset.filter(({ clause }) => clause === 'join') ?? [];
  for (const at of sortedBy(joins, (use) => `${use.uniqueId} ${use.column}`)) {
    const taint = taintsOf(side.taints, at).find((one) => isPseudonym(one)) ?? null;
    if (taint === null && pseudonymOf(at.column) === null) continue;
    const givesRows = lineage?.columns.some(({ sources }) => sources.some((one) => one.uniqueId === at.uniqueId));
    if (givesRows !== true || namesPersons(side, at.uniqueId)) continue;
    const partners = new Set(joins.map((use) => use.uniqueId).filter((one) => one !== at.uniqueId));
    const named = namedBy(side, uniqueId, partners);
    if (named !== null) return { pseudonym: { uniqueId: at.uniqueId, column: at.column }, taint, ...named };
  }
  return null;
}

/** A column of the model that names a person, taken from one of the relations it is joined to. */
function namedBy(
  { lineage, taints }: TracedSide,
  uniqueId: UniqueId,
  partners: ReadonlySet<UniqueId>,
): Pick<Meeting, 'column' | 'named'> | null {
  for (const { column, sources } of lineage.get(uniqueId)?.columns ?? []) {
    const left = taintsOf(taints, { uniqueId, column }).filter((one) => isDirect(one));
    for (const from of sources) {
      if (!partners.has(from.uniqueId)) continue;
      const taint = taintsOf(taints, from).find((one) => isDirect(one) && left.some(({ key }) => key === one.key));
      if (taint !== undefined)
        return { column, named: { from: { uniqueId: from.uniqueId, column: from.column }, taint } };
    }
  }
  return null;
}

function namesPersons({ taints }: TracedSide, uniqueId: UniqueId): boolean {
  return [...(taints.get(uniqueId)?.values() ?? [])].flat().some((taint) => isDirect(taint));
}

function isPseudonym({ level, category }: Taint): boolean {
  return (level === 'pseudonym-weak' || level === 'pseudonym-strong') && isIdentifying(category);
}

/** What names or reaches a person by itself, as it is or in part. */
function isDirect({ level, category }: Taint): boolean {
  return isAbove(level, 'pseudonym-weak') && isIdentifying(category);
}

function isIdentifying(id: Taint['category']): boolean {
  return id !== 'person.key' && categoryOf(id).privacyClass === 'identifier';
}

function toFinding(traced: TracedChange, node: DbtNode, meeting: Meeting): Finding<'re-identified'> {
  const { head, change } = traced;
  const { uniqueId, originalFilePath } = node;
  const { pseudonym, taint, named } = meeting;
  const column = spelled(head, { uniqueId, column: meeting.column });
  const isProven = taint?.known === 'label' && named.taint.known === 'label';
  return {
    messageId: 're-identified',
    data: {
      model: nameOf(head, uniqueId),
      pseudonym: shown(head, pseudonym),
      level:
        taint === null ? 'a pseudonym by its name' : `${categoryOf(taint.category).title}, ${levelText(taint.level)}`,
      relation: nameOf(head, pseudonym.uniqueId),
      column,
      named: shown(head, named.from),
      category: categoryOf(named.taint.category).title,
    },
    subject: uniqueId,
    place: placeInPatch(change.pullRequest, [originalFilePath], /join/i),
    basis: isProven ? 'proven' : 'heuristic',
    fingerprint: toFingerprint('pii', 're-identified', uniqueId, pseudonym.uniqueId),
    matters:
      'whatever stands in those rows is about a person with a name from here on; a hash beside its clear text protects nothing',
    downstream: change.head.children.get(uniqueId) ?? [],
    safeIf: `leave \`${column}\` out, or join where only those who may know both can read`,
  };
}
