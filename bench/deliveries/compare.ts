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

function firstDifference(left: string, right: string): string {
  const [a, b] = [left.split('\n'), right.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  return `${a[at]?.trim().slice(0, 300) ?? '(end)'} ≠ ${b[at]?.trim().slice(0, 300) ?? '(end)'}`;
}
