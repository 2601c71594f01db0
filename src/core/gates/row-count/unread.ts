import { toFingerprint, toUniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Finding } from '../gate.ts';
import type { Scope } from './count.ts';
import { declaredIn } from './declared.ts';

/** Declarations that could not be read, and those of a model that is not counted here. */
export function findUnread(change: Change, { relations }: Scope): readonly Finding<'expectation-unread'>[] {
  const { expectations, unread } = declaredIn(change);
  const names = new Set(relations.map(({ uniqueId }) => change.head.project.nodes.get(uniqueId)?.name));
  const subject = relations[0]?.uniqueId ?? toUniqueId('');
  const strangers = expectations.filter(({ model }) => !names.has(model));
  const problems = [
    ...unread.map(({ where, text, problem }) => ({
      where,
      problem:
        problem ??
        `cannot read "${text}"; write "${where.startsWith('meta.') ? '' : '<model> '}rows -15%..-10% because <why>"`,
    })),
    ...strangers.map(({ where, model }) => ({ where, problem: `no modified relation is called ${model}` })),
  ];
  return problems.map(({ where, problem }) => ({
    messageId: 'expectation-unread',
    data: { where, problem },
    subject,
    place: null,
    basis: 'proven',
    fingerprint: toFingerprint('row-count', 'expectation-unread', problem),
    matters: '',
    downstream: [],
    safeIf: '',
  }));
}
