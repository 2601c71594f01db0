/** Chance that is the same on every run. */
export interface Dice {
  /** From 0 up to but not 1. */
  roll(): number;
  /** One of `items`; undefined when there is none. */
  pick<Item>(items: readonly Item[]): Item | undefined;
}

/** Dice of which two with the same seed fall the same. A linear congruential generator is enough for made-up rows. */
export function diceOf(seed: number): Dice {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  function roll(): number {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low digits of such a generator repeat soon.
    return (state >>> 8) / 0x1000000;
  }
  return { roll, pick: (items) => items[Math.floor(roll() * items.length)] };
}
