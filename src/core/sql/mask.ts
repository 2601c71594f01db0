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

const openPrefix = 'weirkeeper_masked_';
const openMask = /weirkeeper_masked_[0-9a-f]{20}_?(\w*)(?:\(\))?/gi;

/** The name under which a part of a template that nobody read stands in SQL: the same for the same value. `identity` is a digest. */
export function openMaskName(identity: string, label: string): string {
  const word = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  return `${openPrefix}${identity.slice(0, 20)}_${word.slice(0, 40)}`;
}

/** Whether a name, or a text, has such a name in it. */
export function hasOpenMask(text: string): boolean {
  return text.toLowerCase().includes(openPrefix);
}

/** A text with such names made one, so that it is the same for any value. */
export function withoutIdentities(text: string): string {
  return text.replace(openMask, 'mask');
}

/** Such a name, or a subquery that is named by it: `{name+…}`. */
const inText = new RegExp(`\\{${openMask.source}(?:\\+…)?\\}|${openMask.source}`, 'gi');

/** A text for the reader, with such names as the calls that they stand for: `{{ var_orders }}`. */
export function maskWords(text: string): string {
  return text.replace(inText, (_, inBraces?: string, word?: string) => `{{ ${inBraces ?? word ?? ''} }}`);
}
