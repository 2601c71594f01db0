import { type Run, reviewsIn } from './run.ts';

/** What differs between the ends of two runs of one story: in what people see, and in what was recorded. */
export function compareEnds(good: Run, bad: Run): readonly string[] {
  const seen = new Map(bad.played.end.pulls.map((pull) => [pull.number, pull]));
  const recorded = [good, bad].map(({ log }) => new Map(reviewsIn(log).map(({ head, verdict }) => [head, verdict])));
  return [
    ...good.problems.map((text) => `good day: ${text}`),
    ...bad.problems.map((text) => `bad day: ${text}`),
    ...(seen.size === good.played.end.pulls.length ? [] : ['not the same pull requests are open']),
    ...good.played.end.pulls.flatMap(({ number, head, shown }) => {
      const other = seen.get(number);
      if (other === undefined) return [`#${number}: not open on the bad day`];
      return [
        ...(other.head === head ? [] : [`#${number}: another head`]),
        ...(other.shown === shown ? [] : [`#${number}: ${firstDifference(shown, other.shown)}`]),
        ...(recorded[0]?.get(head) === recorded[1]?.get(head) ? [] : [`#${number}: another record`]),
      ];
    }),
  ];
}

/** The first place at which two texts of JSON differ, and what stands there. */
function firstDifference(left: string, right: string): string {
  const [place, a, b] = differenceAt('', JSON.parse(left), JSON.parse(right)) ?? ['', null, null];
  const [before, after] = [a, b].map((value) => JSON.stringify(value ?? null).slice(0, 200));
  return `${place}: ${before ?? ''} ≠ ${after ?? ''}`;
}

function differenceAt(place: string, a: unknown, b: unknown): readonly [string, unknown, unknown] | null {
  if (a === b) return null;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [place, a, b];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inside = [a, b].map((value) => (value as Readonly<Record<string, unknown>>)[key]);
    const found = differenceAt(`${place}/${key}`, inside[0], inside[1]);
    if (found !== null) return found;
  }
  return null;
}
