import { expect, it } from '@jest/globals';
import { withStageClock } from '../../src/review/stage-clock.ts';
import { aWorld } from '../support/review-ports.ts';

/** What is told of two stages when the clock shows these milliseconds, one a look. */
function told(...times: readonly number[]): readonly unknown[] {
  const world = aWorld();
  let look = 0;
  const ports = withStageClock({ ...world.ports, clock: { now: () => new Date(times[look++] ?? 0) } });
  ports.ended('collected', { files: 3 });
  ports.ended('read');
  return world.stages;
}

it('a stage lasts from the end of the one before it, and keeps what else is told of it', () => {
  expect(told(1_000, 1_250, 1_290)).toEqual([
    ['collected', { files: 3, duration_ms: 250 }],
    ['read', { duration_ms: 40 }],
  ]);
});

it('a clock that is set back makes no stage shorter than nothing', () => {
  expect(told(1_000, 400, 450)).toEqual([
    ['collected', { files: 3, duration_ms: 0 }],
    ['read', { duration_ms: 50 }],
  ]);
});
