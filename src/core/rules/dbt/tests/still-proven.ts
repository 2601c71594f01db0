import type { RuleInput } from '../../rule.ts';
import type { TestPair } from './pair-tests.ts';
import { columnOf } from './pair-tests.ts';

/** Whether something else at head proves what a test that is gone has checked: an enforced constraint, another test. */
export function isStillProven({ facts, change }: RuleInput, { on, old }: TestPair): boolean {
  const column = columnOf(old);
  const { keys, notNull } = facts.head.of(on);
  const name = old.test?.name ?? '';
  if (name === 'not_null') return notNull.get(column)?.sureness === 'proven';
  if (name === 'unique') {
    return keys.some(({ columns, sureness }) => sureness === 'proven' && columns.every((one) => one === column));
  }
  // The column may be gone although no YAML says so.
  const columns = change.columnChanges.filter(({ uniqueId }) => uniqueId === on);
  return columns.some(({ kind, column: lost }) => kind === 'removed' && lost.toLowerCase() === column && column !== '');
}
