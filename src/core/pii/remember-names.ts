import type { Guess, ProjectWords, Surroundings } from './dictionary.ts';
import { classifyColumnName } from './dictionary.ts';

/** `classifyColumnName` with a project's words. */
export type Classify = (name: string, around: Omit<Surroundings, 'words'>) => Guess | null;

/** Names, types and descriptions are few and come back in every layer of a project: each is looked at once. */
export function rememberNames(words: ProjectWords): Classify {
  const known = new Map<string, Guess | null>();
  return (name, around) => {
    const { personTable, dataType, description = '' } = around;
    const key = `${personTable ? '1' : '0'}${name}\n${dataType ?? ''}\n${description}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const guess = classifyColumnName(name, { ...around, words });
    known.set(key, guess);
    return guess;
  };
}
