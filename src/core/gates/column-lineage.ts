import { z } from 'zod';
import { isNonEmpty, plural, type Reason, reason } from '#core/base';
import type { Change } from '#core/change';
import { coverageOf } from './column-lineage/coverage.ts';
import { lossesOf, vainReadings } from './column-lineage/losses.ts';
import { findLost } from './column-lineage/lost-columns.ts';
import { findRemade } from './column-lineage/remade-columns.ts';
import { findUnread } from './column-lineage/unread.ts';
import { findVainReadings } from './column-lineage/vain-readings.ts';
import type { Finding, GateResult } from './gate.ts';
import { defineGate } from './gate.ts';

/** Every message of the gate. */
type ColumnLineageMessage =
  | 'dangling-column'
  | 'unknown-column'
  | 'removed-breaks'
  | 'removed-exposed'
  | 'removed'
  | 'removed-unused'
  | 'renamed-breaks'
  | 'renamed-exposed'
  | 'renamed'
  | 'renamed-unused'
  | 'retyped'
  | 're-sourced'
  | 'logic-changed';

/** Columns of modified models that are gone, renamed, retyped or made from other columns, and what depends on them. */
export const columnLineage = defineGate({
  id: 'column-lineage',
  title: 'Column lineage',
  page: {
    what: 'Traces every column of base and head to the columns that it is made from, through CTEs, joins, unions and `select *`, and compares the columns of each modified model, seed and snapshot: removed, renamed, retyped, made from other columns, or made in another way. Each finding names the consumers and models downstream: those that take the value over, those that only pass it on by `select *`, and, apart, those whose rows it moves. A loss blocks only with a proof, which the finding names: a model, metric, semantic model, enforced contract, data test or unit test of head that still asks for the column. Exposures say which models they read, not which columns, so a loss there warns. A model whose compiled SQL is the same on both sides is never reported, nor is a column that none of its model’s readers uses; added columns are only counted. It also reports a model that reads a column which its parents no longer have or never had. The summary says how many columns were resolved, of the modified models and all downstream of them, and what was not analysed.',
    why: 'dbt checks that models exist, not columns. A model that reads a column which is gone fails when it is built, and a dashboard that reads it fails after the merge; a column that is made from another source fails nowhere and is simply wrong.',
    howToFix:
      'Change the readers in the same pull request, or keep the old column beside the new one until they have moved. For a column with another source or type, say in the pull request why it is the same thing, and tell the owners of the consumers that the finding names.',
    howToWaive:
      'Waive by policy, on the base branch: set the message to `warn` or `note` under `findings`, or the gate to `advisory`. There is no waiver for one pull request yet: GitHub’s own bypass of a required check is the way, and GitHub records who used it.',
  },
  messages: {
    'dangling-column': {
      text: '`{model}` reads `{column}`, which {parents} no longer has: it cannot be built',
      cost: 'block',
    },
    'unknown-column': {
      text: '`{model}` reads `{column}`, which {parents} does not have: it cannot be built',
      cost: 'block',
    },
    'removed-breaks': { text: '`{column}` of `{model}` is removed, but still wanted by {proofs}', cost: 'block' },
    'removed-exposed': { text: '`{column}` of `{model}` is removed; {readers} may read it', cost: 'warn' },
    removed: { text: '`{column}` of `{model}` is removed; its readers in the project are changed too', cost: 'note' },
    'removed-unused': { text: '`{column}` of `{model}` is removed; nothing in the project reads it', cost: 'note' },
    'renamed-breaks': {
      text: '`{column}` of `{model}` is now `{after}`, but still wanted under the old name by {proofs}',
      cost: 'block',
    },
    'renamed-exposed': {
      text: '`{column}` of `{model}` is now `{after}`; {readers} may read the old name',
      cost: 'warn',
    },
    renamed: { text: '`{column}` of `{model}` is now `{after}`; its readers in the project follow', cost: 'note' },
    'renamed-unused': {
      text: '`{column}` of `{model}` is now `{after}`; nothing in the project reads it',
      cost: 'note',
    },
    retyped: { text: '`{column}` of `{model}`: {before} → {after}', cost: 'warn' },
    're-sourced': { text: '`{column}` of `{model}` is now made from {after}; before, from {before}', cost: 'warn' },
    'logic-changed': { text: '`{column}` of `{model}` is made in another way from the same columns', cost: 'note' },
  },
  options: z.strictObject({}),
  appliesTo: ({ change }) =>
    change.modified.length > 0 ? 'yes' : reason('nothing-modified', 'no model, seed or snapshot is modified'),
  judge({ change }) {
    const losses = lossesOf(change);
    const readings = vainReadings(change);
    const findings = [
      ...findVainReadings(change, losses, readings),
      ...findLost(change, losses, readings),
      ...findRemade(change),
    ];
    return toResult(change, findings, findUnread(change));
  },
});

function toResult(
  change: Change,
  findings: readonly Finding<ColumnLineageMessage>[],
  unknown: readonly Reason[],
): GateResult<ColumnLineageMessage> {
  if (isNonEmpty(findings)) return { outcome: 'failed', summary: summaryOf(change, findings), findings, unknown };
  const [first, ...others] = unknown;
  if (first === undefined) return { outcome: 'passed', basis: 'proven', summary: summaryOf(change, []) };
  if (others.length === 0) return { outcome: 'unknown', reason: first };
  const text = `${first.text}; and ${plural(others.length, 'more model')}`;
  return { outcome: 'unknown', reason: reason(first.code, text, first.remedy) };
}

const phrases: readonly (readonly [RegExp, string])[] = [
  [/^dangling-column$/, 'read but gone'],
  [/^unknown-column$/, 'read but not there'],
  [/^removed/, 'removed'],
  [/^renamed/, 'renamed'],
  [/^retyped$/, 'retyped'],
  [/^re-sourced$/, 'made from other columns'],
  [/^logic-changed$/, 'made in another way'],
];

/** `1 column removed, 3 retyped, 2 added; resolved all 20 columns of the 2 models reached`. */
function summaryOf(change: Change, findings: readonly Finding<ColumnLineageMessage>[]): string {
  const added = change.columnChanges.filter(({ kind, origin }) => kind === 'added' && origin === 'own').length;
  const counts = phrases
    .map(([pattern, phrase]) => ({ phrase, count: findings.filter(({ messageId }) => pattern.test(messageId)).length }))
    .concat({ phrase: 'added', count: added })
    .filter(({ count }) => count > 0);
  const told = counts
    .map(({ phrase, count }, at) => `${at === 0 ? plural(count, 'column') : count} ${phrase}`)
    .join(', ');
  return [told, coverageOf(change)].filter((part) => part !== '').join('; ');
}
