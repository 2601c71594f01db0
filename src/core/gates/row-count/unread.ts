import { toFingerprint, toUniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Finding } from '../gate.ts';
import type { Scope } from './count.ts';
import { readExpectations } from './expectations.ts';

/** Lines of the description's declarations that could not be read, and those of a model that is not counted here. */
export function findUnread(change: Change, { relations }: Scope): readonly Finding<'expectation-unread'>[] {
  const { expectations, unread } = readExpectations(change.pullRequest?.body ?? '');
  const names = new Set(relations.map(({ uniqueId }) => change.head.project.nodes.get(uniqueId)?.name));
  const subject = relations[0]?.uniqueId ?? toUniqueId('');
  const strangers = expectations.filter(({ model }) => !names.has(model));
  const problems = [
    ...unread.map(({ line, text }) => ({
      line,
      problem: `cannot read "${text}"; write "<model> rows -15%..-10% because <why>"`,
    })),
    ...strangers.map(({ line, model }) => ({ line, problem: `no modified relation is called ${model}` })),
  ];
  return problems.map(({ line, problem }) => ({
    messageId: 'expectation-unread',
    data: { line: String(line), problem },
    subject,
    place: null,
    basis: 'proven',
    fingerprint: toFingerprint('row-count', 'expectation-unread', problem),
    matters: '',
    downstream: [],
    safeIf: '',
  }));
}
