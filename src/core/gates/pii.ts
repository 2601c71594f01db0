import { z } from 'zod';
import type { Reason } from '#core/base';
import { isNonEmpty, reason } from '#core/base';
import { levels } from '#core/pii';
import type { Finding, GateResult } from './gate.ts';
import { defineGate } from './gate.ts';
import { findBlindSpots } from './pii/blind-spots.ts';
import { traceChange } from './pii/compare-sides.ts';
import { findDroppedLabels } from './pii/dropped-labels.ts';
import { findMissingLabels } from './pii/missing-labels.ts';
import { findNewPaths } from './pii/new-paths.ts';

const options = z.strictObject({
  /** Whether a column's name alone can make it personal data; such findings warn and never block. */
  dictionary: z.boolean().default(true),
  /** Functions of compiled SQL that protect data, and how much they leave. */
  sanitizers: z
    .array(
      z.strictObject({
        function: z.string().min(1),
        yields: z.enum(levels),
        categories: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  /** Exposures whose name, label, owner or destination holds one of these leave the organisation: only aggregates may reach them. */
  external_exposures: z.array(z.string().min(1)).default(['hightouch', 'census', 'polytomic', 'salesforce', 'braze']),
});

type MessageId = 'new-personal-path' | 'label-dropped' | 'label-missing';

/** Personal data that a change lets out: new paths to public models and exposures, labels dropped or left behind. */
export const pii = defineGate({
  id: 'pii',
  title: 'Personal data',
  page: {
    what: 'Follows columns that are labelled as personal data, or plainly are by their name, along column lineage of base and head. Reports a path to a public model or a model that an exposure reads which base did not have, a label that was dropped or lost in a rename while the column holds the same data, and a column taken over from a labelled one without a label.',
    why: 'A rename is not a sanitizer. Masks, grants and deletion on request go by labels; a label that is lost lets data through everything that was built on it.',
    howToFix:
      'Leave the column out before the public model or exposure, aggregate it, or hash it with a secret; put the label back, or add the suggested YAML. If the column is not personal, say so and why: `pii: false` with `pii_reason`.',
    howToWaive:
      'If a column is not personal, label it so: `pii: false` with `pii_reason`. If the flow is meant, label the exposure’s `meta.pii_allowed`, on the base branch first. To be told and not stopped, set the message to `warn` under `findings` in the policy.',
  },
  messages: {
    'new-personal-path': {
      text: '{category} ({known}) from `{origin}` now reaches `{sink}` ({why}) as `{columns}`',
      cost: 'block',
    },
    'label-dropped': { text: '`{model}.{column}` {how}, and still holds the same personal data{more}', cost: 'block' },
    'label-missing': {
      text: '`{columns}` of `{model}` repeats `{upstream}`, which is labelled ({label}), and is not labelled itself',
      cost: 'warn',
    },
  },
  options,
  appliesTo({ change }) {
    const nodes = [...change.head.project.nodes.values()];
    return nodes.some(({ resourceType }) => resourceType === 'model')
      ? 'yes'
      : reason('no-models', 'the project has no models');
  },
  judge({ change, options: { dictionary, sanitizers, external_exposures } }) {
    const traced = traceChange(change, { dictionary, sanitizers });
    const paths = findNewPaths(traced, external_exposures);
    const dropped = findDroppedLabels(traced);
    const said = new Set([...paths.findings, ...dropped.findings].map(subjectKey));
    const missing = findMissingLabels(traced).filter((finding) => !said.has(subjectKey(finding)));
    const blind = findBlindSpots(traced, external_exposures);
    const unknown = [...paths.unknown, ...dropped.unknown, ...(blind === null ? [] : [blind])];
    return toResult([...dropped.findings, ...paths.findings, ...missing], unknown);
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

function summaryOf(findings: readonly Finding<MessageId>[]): string {
  const paths = findings.filter(({ messageId }) => messageId === 'new-personal-path').length;
  const dropped = findings.filter(({ messageId }) => messageId === 'label-dropped').length;
  const missing = findings.filter(({ messageId }) => messageId === 'label-missing').length;
  return [
    paths === 0 ? [] : [`${paths} new ${paths === 1 ? 'path' : 'paths'} to a public model or exposure`],
    dropped === 0 ? [] : [`labels dropped in ${dropped} ${dropped === 1 ? 'model' : 'models'}`],
    missing === 0 ? [] : [`labels missing in ${missing} ${missing === 1 ? 'model' : 'models'}`],
  ]
    .flat()
    .join(', ');
}
