import { type Reason, reason } from '#core/base';

const prefix = 'weirkeeper_not_analysed_';

/** The name under which a part of SQL that could not be rendered stands in the text: a call without operands. */
export function maskName(label: string, number: number): string {
  const word = label
    .toLowerCase()
    .replaceAll('.', '__')
    .replaceAll(/[^a-z0-9_]+/g, '_');
  return `${prefix}${number}_${word.slice(0, 80)}()`;
}

/** Why what a function stands for is not known, where the function is a mask; null of any other. */
export function maskReason(name: string): Reason | null {
  const lower = name.toLowerCase();
  const at = lower.indexOf(prefix);
  if (at === -1) return null;
  const word = lower.slice(at + prefix.length).replace(/^\d+_/, '');
  const label = word
    .replace(/^(macro|var|filter|method|operator|test|env_var)_/, '$1 ')
    .replaceAll(/([a-z0-9])__([a-z0-9])/g, '$1.$2');
  return reason('not-rendered', `not analysed: ${label}`, 'run dbt compile before the upload');
}
