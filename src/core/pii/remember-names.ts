import type { Surroundings } from './dictionary.ts';
import { classifyColumnName } from './dictionary.ts';
import type { Guess, ProjectWords } from './guess.ts';

/** `classifyColumnName` with a project's words. */
export type Classify = (name: string, around: Omit<Surroundings, 'words'>) => Guess | null;

/** Names, types and descriptions are few and come back in every layer of a project: each is looked at once. */
export function rememberNames(words: ProjectWords): Classify {
  const known = new Map<string, Guess | null>();
  return (name, around) => {
    const { personTable, table, dataType, description = '' } = around;
    const traits = [personTable, table?.address, table?.message, table?.place].map((one) => (one === true ? '1' : '0'));
    const key = `${traits.join('')}${name}\n${dataType ?? ''}\n${description}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const guess = classifyColumnName(name, { ...around, words });
    known.set(key, guess);
    return guess;
  };
}
