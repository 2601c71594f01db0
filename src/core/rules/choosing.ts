import type { Block, Facts, Term } from '#core/meaning';
import { keysOfInput } from '#core/meaning';

/** Whether it is known what tells the rows of a block apart, so that what is said of ties is no guess. */
export function hasKeys({ inputs }: Block, facts: Facts): boolean {
  return inputs.every((input) => keysOfInput(input, facts).some(({ sureness }) => sureness === 'proven'));
}

/** An item of ORDER BY without DESC and NULLS FIRST. */
export function bare(term: Term): Term {
  const [only, ...more] = term.children;
  return term.kind !== 'column' &&
    only !== undefined &&
    more.length === 0 &&
    /^(?:asc|desc|order|ordered)/.test(term.name)
    ? only
    : term;
}
