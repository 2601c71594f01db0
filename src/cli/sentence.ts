import type { Reason } from '#core/base';

/** A reason as one line. On the command line `--warehouse` stands for the App's variable. */
export function sentence({ text, remedy }: Reason): string {
  const line = remedy === undefined ? text : `${text}; ${remedy}`;
  return line.replaceAll('WAREHOUSE_URL', '--warehouse');
}
