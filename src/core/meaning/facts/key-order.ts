import { compareText } from '#core/base';
import type { Key, RelationFacts } from './facts.ts';

/** A key whose columns are never NULL has no rows that it leaves out. */
export function withNulls(key: Key, notNull: RelationFacts['notNull']): Key {
  const firm = key.columns.every((column) => notNull.get(column)?.sureness === 'proven');
  return key.exceptNulls && firm ? { ...key, exceptNulls: false } : key;
}

/** Keys without those that say no more than another: the surest first, then the shortest, then by name. */
export function inOrder(keys: readonly Key[]): readonly Key[] {
  const sorted = [...keys].sort(
    (a, b) =>
      Number(a.sureness === 'declared') - Number(b.sureness === 'declared') ||
      a.columns.length - b.columns.length ||
      Number(a.exceptNulls) - Number(b.exceptNulls) ||
      compareText(a.columns.join(), b.columns.join()),
  );
  const kept: Key[] = [];
  for (const key of sorted) {
    const isSaid = kept.some(
      (other) =>
        (!other.exceptNulls || key.exceptNulls) && other.columns.every((column) => key.columns.includes(column)),
    );
    if (!isSaid) kept.push(key);
  }
  return kept;
}
