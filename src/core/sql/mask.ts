const prefix = 'weirkeeper_not_analysed_';

/** The name under which a part of SQL that could not be rendered stands in the text: a call without operands, `…_macro_x_1()`. */
export function maskName(label: string, number: number): string {
  const word = label.toLowerCase().replaceAll('.', '__').replaceAll(/[^a-z0-9_]+/g, '_');
  return `${prefix}${number}_${word.slice(0, 80)}()`;
}

/** What a mask stands for, as one phrase; null of any other name. */
export function maskLabel(name: string): string | null {
  const lower = name.toLowerCase();
  if (!lower.startsWith(prefix)) return null;
  const word = lower.slice(prefix.length).replace(/^\d+_/, '').replace(/\W+$/, '');
  return word.replace(/^(macro|var|filter|method|operator|test|env_var)_/, '$1 ').replaceAll(/([a-z0-9])__([a-z0-9])/g, '$1.$2');
}
