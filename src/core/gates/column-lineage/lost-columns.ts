import { toFingerprint, toLine, type UniqueId } from '#core/base';
import { type Change, type ColumnChange, consumersBehind } from '#core/change';
import type { Finding } from '../gate.ts';
import { downstreamOf, nameOf, names, placeOfColumn } from './wording.ts';

type Kind = 'removed' | 'renamed';
type LostMessage = Kind | `${Kind}-breaks` | `${Kind}-unused`;

/**
 * Removed and renamed columns of modified nodes. One that a model of head still reads, or that an exposure, a metric or a public
 * model may give on, breaks something; one whose readers have all been changed does not, as far as the project tells.
 */
export function findLost(change: Change, dangling: readonly Finding[]): readonly Finding<LostMessage>[] {
  return change.columnChanges.flatMap((lost) => {
    if (lost.origin !== 'own' || (lost.kind !== 'removed' && lost.kind !== 'renamed')) return [];
    return [toFinding(change, { ...lost, kind: lost.kind }, readersOf(change, lost, dangling))];
  });
}

/** Models of head that still read the column, and consumers of the nodes that lose it. */
function readersOf(change: Change, lost: ColumnChange, dangling: readonly Finding[]): readonly UniqueId[] {
  const losers = losersOf(change, lost);
  const models = dangling.flatMap(({ subject, data }) => {
    const sameName = typeof subject !== 'string' && subject.column.toLowerCase() === lost.column.toLowerCase();
    const parents = String(data['parents'] ?? '').split(', ');
    return sameName && [...losers].some((id) => parents.includes(nameOf(id))) ? [subject.uniqueId] : [];
  });
  const open = [...losers].filter((id) => change.head.project.nodes.get(id)?.access === 'public');
  return [...new Set([...models, ...consumersBehind(change.head, losers), ...open])];
}

/** The node itself, and the nodes downstream that lose the column with it through `select *`. */
function losersOf({ columnChanges }: Change, lost: ColumnChange): ReadonlySet<UniqueId> {
  const made = new Set(lost.dependents.columns.map(({ uniqueId, column }) => `${uniqueId}\n${column.toLowerCase()}`));
  const inherited = columnChanges.filter(
    ({ origin, kind, uniqueId, column }) =>
      origin === 'inherited' &&
      (kind === 'removed' || kind === 'renamed') &&
      made.has(`${uniqueId}\n${column.toLowerCase()}`),
  );
  return new Set([lost.uniqueId, ...inherited.map(({ uniqueId }) => uniqueId)]);
}

function toFinding(
  change: Change,
  lost: ColumnChange & { readonly kind: Kind },
  readers: readonly UniqueId[],
): Finding<LostMessage> {
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
        ? `whenever ${names(readers)} read it by name`
        : 'to readers outside the project, if there are any',
    downstream: downstreamOf(dependents),
    safeIf:
      kind === 'renamed'
        ? `keep ${toLine(column)} as a second name until its readers have moved to ${toLine(lost.after)}`
        : `keep ${toLine(column)}, or change its readers in this pull request`,
  };
}
