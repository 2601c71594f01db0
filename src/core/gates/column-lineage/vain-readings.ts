import { toFingerprint, toLine, type UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Finding } from '../gate.ts';
import { keyOf, type Loss, type VainReading } from './losses.ts';
import { basisFor, nameOf, names, placeOfColumn } from './wording.ts';

type VainMessage = 'dangling-column' | 'unknown-column';

/**
 * Models that cannot be built: they read a column that a parent loses in this pull request, or, where the model itself is
 * changed, one that none of the models it reads has. Of sources and seeds nothing is said: their catalog may be older than they are.
 */
export function findVainReadings(
  change: Change,
  losses: readonly Loss[],
  readings: readonly VainReading[],
): readonly Finding<VainMessage>[] {
  const lost = new Set(losses.flatMap((loss) => loss.lost).map(keyOf));
  const changed = new Set(
    change.modified.filter(({ compiled }) => compiled === 'changed').map(({ uniqueId }) => uniqueId),
  );
  return readings.flatMap((reading) => {
    const losing = reading.parents.filter((uniqueId) => lost.has(keyOf({ uniqueId, column: reading.column })));
    if (losing.length > 0) return [toFinding(change, reading, losing, 'dangling-column')];
    const invented = changed.has(reading.reader) && isKnown(change, reading) && !isPseudoColumn(reading.column);
    return invented ? [toFinding(change, reading, reading.parents, 'unknown-column')] : [];
  });
}

/** Whether the columns of everything that the model reads there are known from SQL. */
function isKnown({ head }: Change, { parents }: VainReading): boolean {
  return parents.length > 0 && parents.every((id) => head.project.nodes.get(id)?.resourceType === 'model');
}

/** Columns that warehouses give every table without listing them. */
function isPseudoColumn(name: string): boolean {
  return /^_|\$|^(?:rowid|rownum|ctid|oid|xmin|xmax|tableoid|filename|file_row_number|level|system_time)$/i.test(name);
}

function toFinding(
  change: Change,
  { reader, column }: VainReading,
  parents: readonly UniqueId[],
  messageId: VainMessage,
): Finding<VainMessage> {
  return {
    messageId,
    data: { model: nameOf(reader), column: toLine(column), parents: names(parents) },
    subject: { uniqueId: reader, column },
    place: placeOfColumn(change, reader, column),
    basis: basisFor(change, reader),
    fingerprint: toFingerprint('column-lineage', messageId, reader, column.toLowerCase()),
    matters: 'the model fails as soon as it is built, and everything downstream of it keeps its old rows',
    downstream: change.head.children.get(reader) ?? [],
    safeIf: `read a column that ${names(parents)} has, or put \`${toLine(column)}\` there`,
  };
}
