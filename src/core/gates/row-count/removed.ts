import { grouped, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Answers } from '#core/evidence';
import type { Finding } from '../gate.ts';
import type { Scope } from './count.ts';

/** Relations that head no longer has, with the rows that go with them; one that could not be counted is told by another gate. */
export function findRemoved(
  change: Change,
  { removed }: Scope,
  answers: Answers,
): readonly Finding<'relation-removed'>[] {
  return removed.flatMap(({ uniqueId, key }) => {
    const answer = answers.get(key);
    if (answer?.known !== true || answer.kind !== 'row-count') return [];
    const name = change.base.project.nodes.get(uniqueId)?.name ?? uniqueId;
    return {
      messageId: 'relation-removed',
      data: { model: name, base: grouped(answer.rows) },
      subject: uniqueId,
      place: null,
      basis: 'measured',
      fingerprint: toFingerprint('row-count', 'relation-removed', uniqueId),
      matters: '',
      downstream: descendantsOf(change.base.children, uniqueId),
      safeIf: '',
    };
  });
}
