import { z } from 'zod';
import { isNonEmpty, plural, type Reason, reason } from '#core/base';
import type { Change } from '#core/change';
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
  | 'removed'
  | 'removed-unused'
  | 'renamed-breaks'
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
    what: 'Traces every column of base and head to the columns that it is made from, through CTEs, joins, unions and `select *`, and compares the columns of each modified model, seed and snapshot: removed, renamed, retyped, made from other columns, or made in another way. Each finding names the columns, models and consumers downstream. A model whose compiled SQL is the same on both sides is never reported. It also reports a model that reads a column which its parents no longer have or never had.',
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
    'removed-breaks': { text: '`{column}` of `{model}` is removed, but still wanted by {readers}', cost: 'block' },
    removed: { text: '`{column}` of `{model}` is removed; its readers are changed too', cost: 'warn' },
    'removed-unused': { text: '`{column}` of `{model}` is removed; nothing in the project reads it', cost: 'note' },
    'renamed-breaks': {
      text: '`{column}` of `{model}` is now `{after}`, but still wanted under the old name by {readers}',
      cost: 'block',
    },
    renamed: { text: '`{column}` of `{model}` is now `{after}`; its readers are changed too', cost: 'warn' },
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
  if (isNonEmpty(findings)) return { outcome: 'failed', summary: summaryOf(findings), findings, unknown };
  const [first, ...others] = unknown;
  if (first === undefined) return { outcome: 'passed', basis: 'proven', summary: coverageOf(change) };
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

/** `1 column removed, 3 retyped`. */
function summaryOf(findings: readonly Finding<ColumnLineageMessage>[]): string {
  const counts = phrases
    .map(([pattern, phrase]) => ({ phrase, count: findings.filter(({ messageId }) => pattern.test(messageId)).length }))
    .filter(({ count }) => count > 0);
  return counts.map(({ phrase, count }, at) => `${at === 0 ? plural(count, 'column') : count} ${phrase}`).join(', ');
}

/** `14 columns of 4 models, all resolved`. */
function coverageOf({ modified, head }: Change): string {
  const nodes = modified.flatMap(({ uniqueId }) => head.lineage.get(uniqueId) ?? []);
  const columns = nodes.flatMap((node) => node.columns);
  const open = columns.filter((column) => column.unresolved !== null).length;
  const resolved = open === 0 ? 'all resolved' : `${open} not resolved`;
  return `${plural(columns.length, 'column')} of ${plural(nodes.length, 'model')}, ${resolved}`;
}
