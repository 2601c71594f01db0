import type { Reason } from '#core/base';
import { isNonEmpty, reason } from '#core/base';
import type { Finding, GateResult } from './gate.ts';
import { defineGate } from './gate.ts';
import { findBlindSpots } from './pii/blind-spots.ts';
import { traceChange } from './pii/compare-sides.ts';
import { findConflictingLabels } from './pii/conflicting-labels.ts';
import { findDroppedLabels } from './pii/dropped-labels.ts';
import { findLiteralData } from './pii/literal-data.ts';
import { findMissingLabels } from './pii/missing-labels.ts';
import type { PathMessage } from './pii/new-paths.ts';
import { findNewPaths } from './pii/new-paths.ts';
import { piiOptions, toTraceOptions } from './pii/options.ts';
import { findReIdentified } from './pii/re-identified.ts';
import { findRemovedProtections } from './pii/removed-protections.ts';
import type { ShapeMessage } from './pii/sink-shape.ts';
import { findSinkShapes } from './pii/sink-shape.ts';
import { findUnlabelledColumns } from './pii/unlabelled-columns.ts';
import { findWiderAudience } from './pii/wider-audience.ts';

type MessageId =
  | PathMessage
  | ShapeMessage
  | 'label-dropped'
  | 'label-missing'
  | 'label-conflict'
  | 'protection-removed'
  | 'audience-widened'
  | 're-identified'
  | 'unlabelled-column'
  | 'literal-personal-data';

/** Personal data that a change lets out: new and weakened paths to readers, labels and masks lost, values written into code. */
export const pii = defineGate({
  id: 'pii',
  title: 'Personal data',
  page: {
    what: 'Follows columns that are labelled as personal data, or plainly are by their name, along column lineage of base and head. Reports a path to a reader (a public model, an exposure, a semantic model) which base did not have or had in a lesser form; labels dropped, lost in a rename, missing or in conflict; masks and policy tags taken off; readers added; and personal data written into SQL, YAML, seeds and fixtures.',
    why: 'A rename is not a sanitizer. Masks, grants and deletion on request go by labels; a label that is lost lets data through everything that was built on it.',
    howToFix:
      'Leave the column out before the reader, aggregate it, or hash it with a secret; put the label or the mask back, or add the suggested YAML. If the column is not personal, say so and why: `pii: false` with `pii_reason`, or in the policy under `columns`.',
    howToWaive:
      'If a column is not personal, label it so: `pii: false` with `pii_reason`. If the flow is meant, label the exposure’s `meta.pii_allowed`, on the base branch first, or raise `allowed` for that kind of reader in the policy. To be told and not stopped, set the message to `warn` under `findings`.',
  },
  messages: {
    'new-personal-path': {
      text: '{category} ({known}) from `{origin}` now reaches `{sink}` ({why}) as `{columns}`',
      cost: 'block',
    },
    'protection-weakened': {
      text: '{category} ({known}) from `{origin}` reaches `{sink}` ({why}) as `{columns}` {level}; before, it was {before}',
      cost: 'block',
    },
    'weak-hash': {
      text: '{category} ({known}) from `{origin}` now reaches `{sink}` ({why}) as `{columns}`, protected by a hash without a secret only',
      cost: 'warn',
    },
    'protection-removed': { text: '`{model}.{column}` {how}{more}', cost: 'block' },
    'label-dropped': { text: '`{model}.{column}` {how}, and still holds the same personal data{more}', cost: 'block' },
    'label-missing': {
      text: '`{columns}` of `{model}` repeats `{upstream}`, which is labelled ({label}), and is not labelled itself',
      cost: 'warn',
    },
    'label-conflict': {
      text: '`{model}.{column}` is labelled twice, otherwise each time: {first}, {second}',
      cost: 'warn',
    },
    'unlabelled-column': {
      text: '`{columns}` of `{model}` is new and, by its name, {category}; no label covers it',
      cost: 'warn',
    },
    'audience-widened': { text: '`{model}` holds {categories} (`{columns}`) and {how}{more}', cost: 'warn' },
    're-identified': {
      text: '`{model}` joins `{pseudonym}` ({level}) to {category} in `{named}` and shows it as `{column}`: the rows of `{relation}` named nobody before',
      cost: 'warn',
    },
    'literal-personal-data': {
      text: '{file} line {line}{more} holds what looks like personal data or a secret ({kind}); the value is not repeated here',
      cost: 'block',
    },
    'star-into-sink': {
      text: '`{sink}` takes every column of `{parent}`, which holds {categories}: columns to come flow into it unseen',
      cost: 'warn',
    },
    'payload-in-sink': { text: '`{columns}` of `{sink}` hands on a whole payload about persons', cost: 'warn' },
    'singled-out': { text: '`{sink}` now holds `{columns}` together, which single out a person', cost: 'note' },
    'kept-in-history': {
      text: '{kind} `{model}` now keeps {categories} (`{columns}`), and no `meta.retention` says how long',
      cost: 'note',
    },
  },
  options: piiOptions,
  appliesTo({ change }) {
    const nodes = [...change.head.project.nodes.values()];
    return nodes.some(({ resourceType }) => resourceType === 'model')
      ? 'yes'
      : reason('no-models', 'the project has no models');
  },
  judge({ change, options }) {
    const traced = traceChange(change, toTraceOptions(options));
    const paths = findNewPaths(traced);
    const dropped = findDroppedLabels(traced);
    const removed = findRemovedProtections(traced);
    const literals = findLiteralData(change);
    const said = new Set([...paths.findings, ...dropped.findings, ...removed].map(subjectKey));
    const rest = [
      ...findMissingLabels(traced),
      ...findConflictingLabels(traced),
      ...findUnlabelledColumns(traced),
      ...findWiderAudience(traced),
      ...findReIdentified(traced),
      ...findSinkShapes(traced),
    ].filter((finding) => !said.has(subjectKey(finding)));
    const blind = findBlindSpots(traced);
    const unknown = [...paths.unknown, ...dropped.unknown, ...literals.unknown, ...(blind === null ? [] : [blind])];
    return toResult([...literals.findings, ...dropped.findings, ...removed, ...paths.findings, ...rest], unknown);
  },
});

function subjectKey({ subject }: Finding): string {
  return typeof subject === 'string' ? subject : `${subject.uniqueId}\n${subject.column.toLowerCase()}`;
}

function toResult(findings: readonly Finding<MessageId>[], unknown: readonly Reason[]): GateResult<MessageId> {
  if (isNonEmpty(findings)) return { outcome: 'failed', summary: summaryOf(findings), findings, unknown };
  const [first, ...others] = unknown;
  if (first === undefined) {
    return { outcome: 'passed', basis: 'proven', summary: 'no new path, no label lost' };
  }
  if (others.length === 0) return { outcome: 'unknown', reason: first };
  const text = `${first.text}; and ${others.length} more of the kind`;
  return { outcome: 'unknown', reason: reason(first.code, text, first.remedy) };
}

/** What each message is in the gate's one phrase; what is not listed counts as something to look at. */
const phrases: readonly (readonly [phrase: string, ids: readonly MessageId[]])[] = [
  ['personal data in code: {n}', ['literal-personal-data']],
  ['new or weaker paths: {n}', ['new-personal-path', 'protection-weakened', 'weak-hash']],
  ['masks taken off: {n}', ['protection-removed']],
  ['labels dropped: {n}', ['label-dropped']],
  ['labels missing: {n}', ['label-missing', 'unlabelled-column', 'label-conflict']],
];

function summaryOf(findings: readonly Finding<MessageId>[]): string {
  const listed = new Set(phrases.flatMap(([, ids]) => ids));
  const counts = phrases.map(
    ([phrase, ids]) => [phrase, findings.filter((one) => ids.includes(one.messageId)).length] as const,
  );
  const others = findings.filter((one) => !listed.has(one.messageId)).length;
  return [...counts, ['to look at: {n}', others] as const]
    .filter(([, count]) => count > 0)
    .map(([phrase, count]) => phrase.replace('{n}', String(count)))
    .join(', ');
}
