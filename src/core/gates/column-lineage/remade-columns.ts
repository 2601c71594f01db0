import { toFingerprint, toLine } from '#core/base';
import type { Change, ColumnChange } from '#core/change';
import { compareModels } from '#core/rules';
import type { Finding } from '../gate.ts';
import { consequencesOf, hasConsequence } from './consequences.ts';
import { keyOf } from './losses.ts';
import { basisFor, mattersWith, nameOf, placeOfColumn, reachOf } from './wording.ts';

type RemadeMessage = 'retyped' | 're-sourced' | 'logic-changed';

interface Words {
  readonly matters: string;
  readonly safeIf: string;
}

const words: Readonly<Record<RemadeMessage, Words>> = {
  retyped: {
    matters: 'where values do not fit the new type, or are compared, joined or unioned with the old one',
    safeIf: 'show that every value fits the new type and that its readers accept it',
  },
  're-sourced': {
    matters: 'where the new columns hold other values than the old ones',
    safeIf: 'compare the column of base and head row by row on the model’s key',
  },
  'logic-changed': {
    matters: 'where the new expression gives another value: NULLs, limits of ranges, rounding',
    safeIf: 'compare the column of base and head row by row on the model’s key',
  },
};

/**
 * Columns of modified nodes that keep their name and hold something else: another type, other sources, another expression. A column
 * that none of its model's readers uses is left out; so is what a model's two queries are proven to give alike.
 */
export function findRemade(change: Change): readonly Finding<RemadeMessage>[] {
  const { equal } = compareModels(change);
  const retyped = new Set(change.columnChanges.filter(({ kind }) => kind === 'retyped').map(keyOf));
  return change.columnChanges.flatMap((column) => {
    const { kind, origin } = column;
    if (origin !== 'own' || (kind !== 'retyped' && kind !== 're-sourced' && kind !== 'logic-changed')) return [];
    if (!hasConsequence(change, column)) return [];
    if (kind !== 'retyped' && equal.has(column.uniqueId)) return [];
    // A cast is another expression too: the new type says it better.
    return kind === 'logic-changed' && retyped.has(keyOf(column)) ? [] : [toFinding(change, column, kind)];
  });
}

function toFinding(change: Change, remade: ColumnChange, messageId: RemadeMessage): Finding<RemadeMessage> {
  const { uniqueId, column, before, after } = remade;
  const consequences = consequencesOf(change, remade);
  const sides = messageId === 'logic-changed' ? {} : { before: toLine(before, 200), after: toLine(after, 200) };
  return {
    messageId,
    data: { model: nameOf(uniqueId), column: toLine(column), ...sides },
    subject: { uniqueId, column },
    place: placeOfColumn(change, uniqueId, column),
    basis: basisFor(change, uniqueId),
    fingerprint: toFingerprint('column-lineage', messageId, uniqueId, column.toLowerCase()),
    matters: mattersWith(words[messageId].matters, consequences),
    ...reachOf(consequences),
    safeIf: words[messageId].safeIf,
  };
}
