import { InvariantError } from './failure.ts';

/** Ends a `switch` over a union: does not compile while a case is missing, and throws if one slips through. */
export function assertNever(value: never): never {
  throw new InvariantError('unreachable-case', `unexpected value ${JSON.stringify(value)}`);
}
