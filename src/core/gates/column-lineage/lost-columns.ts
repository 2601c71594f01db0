import { toFingerprint, toLine } from '#core/base';
import { type Change, consumersBehind, consumersFirst } from '#core/change';
import type { Finding } from '../gate.ts';
import { blindChildren, type Consequences, consequencesOf, isOpen } from './consequences.ts';
import type { Loss, VainReading } from './losses.ts';
import { type Proof, proofsOf } from './proofs.ts';
import { basisFor, mattersWith, nameOf, names, placeOfColumn, reachOf } from './wording.ts';

type Kind = 'removed' | 'renamed';
type LostMessage = Kind | `${Kind}-breaks` | `${Kind}-exposed` | `${Kind}-unused`;

/**
 * Removed and renamed columns of modified nodes. One that something of head provably still wants breaks it; one of a model that an
 * exposure reads, or that is public, may break something that is not seen; one whose readers have all been changed does not, as far
 * as the project tells. Of one that no reader of its model ever used, nothing is said.
 */
export function findLost(
  change: Change,
  losses: readonly Loss[],
  readings: readonly VainReading[],
): readonly Finding<LostMessage>[] {
  return losses.flatMap((loss) => findingOf(change, loss, proofsOf(change, loss, readings)));
}

function findingOf(change: Change, loss: Loss, proofs: readonly Proof[]): readonly Finding<LostMessage>[] {
  const { kind } = loss.change;
  const consequences = consequencesOf(change, loss.change);
  if (proofs.length > 0) {
    const data = { proofs: listed(proofs.map(({ text }) => text)) };
    return [
      toFinding(change, loss, {
        messageId: `${kind}-breaks`,
        data,
        consequences,
        matters: 'as soon as one of them is built or queried',
      }),
    ];
  }
  const readers = unseenReaders(change, loss);
  if (readers.length > 0) {
    const data = { readers: listed(readers) };
    return [
      toFinding(change, loss, {
        messageId: `${kind}-exposed`,
        data,
        consequences,
        matters: 'where one of them reads the column by its name',
      }),
    ];
  }
  if (consequences.readers.length + consequences.rows.length > 0) {
    // Readers that are changed too have findings of their own, where they matter.
    const told = toFinding(change, loss, { messageId: kind, data: {}, consequences, matters: '' });
    const reach = kind === 'renamed' ? { downstream: [], movesRowsOf: [] } : reachOf(consequences);
    return [{ ...told, ...reach, matters: '', safeIf: '' }];
  }
  if (!loss.lost.some(({ uniqueId }) => isOpen(change.head, uniqueId))) return [];
  return [
    toFinding(change, loss, {
      messageId: `${kind}-unused`,
      data: {},
      consequences,
      matters: 'to readers outside the project, if there are any',
    }),
  ];
}

/** Exposures that read a node which loses the column, and whoever reads a public one: what they read of it is not told. */
function unseenReaders({ head }: Change, { lost }: Loss): readonly string[] {
  const losers = new Set(lost.map(({ uniqueId }) => uniqueId));
  const exposures = consumersFirst(consumersBehind(head, losers)).filter((id) => {
    const node = head.project.nodes.get(id);
    return node?.resourceType === 'exposure' && node.dependsOn.nodes.some((parent) => losers.has(parent));
  });
  const open = [...losers].filter((id) => head.project.nodes.get(id)?.access === 'public');
  const blind = new Set([...losers].flatMap((id) => blindChildren(head, id)));
  return [
    ...exposures.map((id) => `exposure ${nameOf(id)}`),
    ...[...blind].map((id) => `${nameOf(id)} (not analysed)`),
    ...(open.length === 0 ? [] : [`other projects (${names(open)} ${open.length === 1 ? 'is' : 'are'} public)`]),
  ];
}

function listed(texts: readonly string[], most = 4): string {
  return texts.length > most ? `${texts.slice(0, most).join(', ')} and ${texts.length - most} more` : texts.join(', ');
}

interface Said {
  readonly messageId: LostMessage;
  readonly data: Readonly<Record<string, string>>;
  readonly consequences: Consequences;
  readonly matters: string;
}

function toFinding(
  change: Change,
  { change: lost }: Loss,
  { messageId, data, consequences, matters }: Said,
): Finding<LostMessage> {
  const { kind, uniqueId, column } = lost;
  const after = kind === 'renamed' ? { after: toLine(lost.after) } : {};
  return {
    messageId,
    data: { model: nameOf(uniqueId), column: toLine(column), ...after, ...data },
    subject: { uniqueId, column },
    place: placeOfColumn(change, uniqueId, kind === 'renamed' ? lost.after : column),
    basis: basisFor(change, uniqueId),
    fingerprint: toFingerprint('column-lineage', kind, uniqueId, column.toLowerCase()),
    matters: mattersWith(matters, consequences),
    ...reachOf(consequences),
    safeIf:
      kind === 'renamed'
        ? `keep \`${toLine(column)}\` as a second name until its readers have moved to \`${toLine(lost.after)}\``
        : `keep \`${toLine(column)}\`, or change its readers in this pull request`,
  };
}
