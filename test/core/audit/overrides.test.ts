import { describe, expect, it } from '@jest/globals';
import { type DatedLabelEvent, type MergedEvent, overriddenBy } from '#core/audit';
import { toSha } from '#core/base';
import { defaultPolicy } from '#core/policy';
import { anAnalysed, aStream } from '../../support/audit.ts';

const head = toSha('a'.repeat(40));
const merged: MergedEvent = {
  event: 'merged',
  pullNumber: 7,
  base: toSha('b'.repeat(40)),
  head,
  mergeCommit: head,
  mergedBy: 'cy',
  at: '2026-03-04T05:06:07Z',
  author: { login: 'ada', id: 12, type: 'User' },
  reviewers: [],
};

type Facts = Parameters<typeof overriddenBy>[1];

/** What a merge goes against; the review is of `row-count` that failed and of an advisory `pii` that could not tell. */
function overridesOf(facts: Partial<Facts> = {}): readonly unknown[] {
  const review = aStream().add([anAnalysed()])[1] ?? null;
  const labels = { ...defaultPolicy.labels, senior: 'Needs-Senior' };
  const all = { review, enforcing: true, labelEvents: [], labels, isRequired: () => null, ...facts };
  return overriddenBy(merged, all)?.overrides ?? [];
}

function reviewOf(changes: Parameters<typeof anAnalysed>[0]): Facts['review'] {
  return aStream().add([anAnalysed(changes)])[1] ?? null;
}

function label(action: 'added' | 'removed', by: 'app' | 'person', name = 'needs-senior'): DatedLabelEvent {
  return { label: name, action, by, login: by === 'app' ? 'weirkeeper[bot]' : 'dee', at: '2026-03-04T05:00:00Z' };
}

describe('a merge', () => {
  it('goes against a required gate that failed, and not against an advisory one that could not tell', () => {
    expect(overridesOf()).toEqual([
      { subject: 'gate row-count', result: 'FAILED', by: 'cy', at: merged.at, required: null },
    ]);
    expect(overridesOf({ isRequired: (gateId) => gateId === 'row-count' })).toMatchObject([{ required: true }]);
  });

  it('names the review’s record', () => {
    const review = reviewOf({});
    expect(
      overriddenBy(merged, {
        review,
        enforcing: true,
        labelEvents: [],
        labels: defaultPolicy.labels,
        isRequired: () => false,
      }),
    ).toMatchObject({
      event: 'overridden',
      pullNumber: 7,
      review: review?.digest,
    });
  });

  it('goes against nothing when all passed, or the policy of the review was advisory', () => {
    const { verdict, policy } = anAnalysed();
    const passed = verdict.gates.map((gate) => ({ ...gate, outcome: 'passed' as const, findings: [] }));
    expect(overridesOf({ review: reviewOf({ verdict: { ...verdict, gates: passed } }) })).toEqual([]);
    expect(overridesOf({ review: reviewOf({ policy: { ...policy, mode: 'advisory' } }) })).toEqual([]);
  });

  it('of an unreviewed head goes against the review, but not where the policy stops nothing', () => {
    expect(overridesOf({ review: null, isRequired: (gateId) => gateId === null })).toMatchObject([
      { subject: 'review', result: 'NONE', required: true },
    ]);
    expect(overridesOf({ review: null, enforcing: false })).toEqual([]);
  });

  it('says nothing of a review recorded before records named the policy’s mode', () => {
    const review = reviewOf({});
    const record = (review?.record ?? '').replace('"mode":"enforcing",', '');
    expect(record).not.toBe(review?.record);
    expect(overridesOf({ review: { digest: '1'.repeat(64), record } })).toEqual([]);
  });
});

describe('a label of the app', () => {
  const quiet = { review: null, enforcing: false };
  it.each<[string, readonly DatedLabelEvent[], number]>([
    ['that a person took off is overridden', [label('added', 'app'), label('removed', 'person')], 1],
    ['that came back is not', [label('added', 'app'), label('removed', 'person'), label('added', 'person')], 0],
    ['that the app took off itself is not', [label('added', 'app'), label('removed', 'app')], 0],
    ['that only people touched is not', [label('added', 'person'), label('removed', 'person')], 0],
    ['of another name is not', [label('added', 'app', 'x'), label('removed', 'person', 'x')], 0],
  ])('%s', (_what, labelEvents, count) => {
    const of = { subject: 'label senior', result: 'REMOVED', by: 'dee', at: '2026-03-04T05:00:00Z', required: false };
    expect(overridesOf({ ...quiet, labelEvents })).toEqual(count === 0 ? [] : [of]);
  });
});
