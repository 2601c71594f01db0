import type { ShownReview } from './show.ts';

/** One thing that the demo must show, and whether it did. */
export interface Expectation {
  readonly text: string;
  readonly met: boolean;
}

/** What each pull request of the demo must come to, by number. */
const expected: ReadonlyMap<number, (review: ShownReview) => readonly Expectation[]> = new Map([
  [
    1,
    (review: ShownReview) => [
      expectation('#1, rows doubled by a join: stopped by row-count', isFailure(review, 'row-count')),
      expectation(
        '#1, assisted by an LLM: asks for a senior reviewer',
        review.labels.includes('assisted-by:llm') && review.labels.includes('needs-senior-review'),
      ),
    ],
  ],
  [
    2,
    (review: ShownReview) => [
      expectation('#2, a rename that loses a PII label: stopped by pii', isFailure(review, 'pii')),
    ],
  ],
  [
    3,
    (review: ShownReview) => [
      expectation('#3, a pure refactor: green', Object.values(review.checkRuns).every(isGreen)),
      expectation('#3, a pure refactor: silent', isSilent(review)),
    ],
  ],
  [
    4,
    (review: ShownReview) => [
      expectation('#4, one thing of each kind: stopped', review.checkRuns['weirkeeper']?.conclusion === 'failure'),
      expectation('#4, a DELETE in a hook: found by destructive', isFailure(review, 'destructive')),
    ],
  ],
]);

/** Compares what was published on a pull request with what the demo must show. */
export function expectationsOf(number: number, review: ShownReview): readonly Expectation[] {
  return expected.get(number)?.(review) ?? [];
}

export function expectation(text: string, met: boolean): Expectation {
  return { text, met };
}

function isFailure({ checkRuns }: ShownReview, gate: string): boolean {
  return checkRuns[`weirkeeper / ${gate}`]?.conclusion === 'failure';
}

function isGreen({ conclusion }: ShownReview['checkRuns'][string]): boolean {
  return conclusion === 'success';
}

function isSilent({ labels, comments, reviews }: ShownReview): boolean {
  const [comment] = comments;
  const isShort = comments.length === 1 && (comment?.body.trim().split('\n').length ?? 0) < 12;
  return labels.length === 0 && reviews.length === 0 && isShort;
}
