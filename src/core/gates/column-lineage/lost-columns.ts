import { toFingerprint, toLine, type UniqueId } from '#core/base';
import { type Change, consumersBehind } from '#core/change';
import type { Finding } from '../gate.ts';
import { keyOf, type Loss, type VainReading } from './losses.ts';
import { downstreamOf, nameOf, names, placeOfColumn } from './wording.ts';

type Kind = 'removed' | 'renamed';
type LostMessage = Kind | `${Kind}-breaks` | `${Kind}-unused`;

/**
 * Removed and renamed columns of modified nodes. One that a model of head still reads, or that an exposure, a metric or a public
 * model may give on, breaks something; one whose readers have all been changed does not, as far as the project tells.
 */
export function findLost(
  change: Change,
  losses: readonly Loss[],
  readings: readonly VainReading[],
): readonly Finding<LostMessage>[] {
  return losses.map((loss) => toFinding(change, loss.change, readersOf(change, loss, readings)));
}

/** Models of head that still read the column, and consumers of the nodes that lose it. */
function readersOf(change: Change, { lost }: Loss, readings: readonly VainReading[]): readonly UniqueId[] {
  const keys = new Set(lost.map(keyOf));
  const models = readings
    .filter(({ parents, column }) => parents.some((uniqueId) => keys.has(keyOf({ uniqueId, column }))))
    .map(({ reader }) => reader);
  const losers = new Set(lost.map(({ uniqueId }) => uniqueId));
  const open = [...losers].filter((id) => change.head.project.nodes.get(id)?.access === 'public');
  return [...new Set([...models, ...consumersBehind(change.head, losers), ...open])];
}

function toFinding(change: Change, lost: Loss['change'], readers: readonly UniqueId[]): Finding<LostMessage> {
  const { kind, uniqueId, column, dependents } = lost;
  const used = dependents.columns.length + dependents.rowsetModels.length > 0;
  const messageId: LostMessage = readers.length > 0 ? `${kind}-breaks` : used ? kind : `${kind}-unused`;
  const after = kind === 'renamed' ? { after: toLine(lost.after) } : {};
  return {
    messageId,
    data: {
      model: nameOf(uniqueId),
      column: toLine(column),
      ...after,
      ...(readers.length > 0 ? { readers: names(readers) } : {}),
    },
    subject: { uniqueId, column },
    place: placeOfColumn(change, uniqueId, kind === 'renamed' ? lost.after : column),
    basis: 'proven',
    fingerprint: toFingerprint('column-lineage', kind, uniqueId, column.toLowerCase()),
    matters:
      readers.length > 0
        ? 'as soon as one of them reads the column by its name'
        : 'to readers outside the project, if there are any',
    downstream: downstreamOf(dependents),
    safeIf:
      kind === 'renamed'
        ? `keep \`${toLine(column)}\` as a second name until its readers have moved to \`${toLine(lost.after)}\``
        : `keep \`${toLine(column)}\`, or change its readers in this pull request`,
  };
}
