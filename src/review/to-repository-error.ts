import type { Reason } from '#core/base';
import { RepositoryError } from '#core/base';

/** A reason for which the review must stop, its remedy told with it. */
export function toRepositoryError({ code, text, remedy }: Reason): RepositoryError {
  return new RepositoryError(code, remedy === undefined ? text : `${text}; ${remedy}`);
}
