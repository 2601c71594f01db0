// Names against phrases: what the words of a column's name say by themselves.
import type { CategoryId } from './category.ts';
import { categoryOf } from './category.ts';
import type { Phrase } from './phrases.ts';
import {
  bareWeakNames,
  headVetoes,
  personWords,
  roleWords,
  strongPhrasesFor,
  tailPairVetoes,
  tailVetoes,
  thingWords,
  weakPhrasesFor,
} from './phrases.ts';

/** What a column's name says it holds. */
export interface Guess {
  readonly category: CategoryId;
  /** A weak guess holds only because the table is one of people. */
  readonly strength: 'strong' | 'weak';
  /** The words that said so. */
  readonly phrase: string;
}

/** Words that a repository adds to the dictionary. */
export interface ProjectWords {
  /** Words for people, in the singular: `pledger`. */
  readonly person: ReadonlySet<string>;
  /** Words that make a column not personal wherever they stand in its name. */
  readonly veto: ReadonlySet<string>;
}

/** A project that adds none. */
export const noWords: ProjectWords = { person: new Set(), veto: new Set() };

/** The words of a name, and those that the project adds to the dictionary. */
export interface Named {
  readonly all: readonly string[];
  readonly words: ProjectWords;
}

/** Whether a word is one for a person, in the singular or plural. */
export function isPersonWord(word: string, words: ProjectWords): boolean {
  return (
    personWords.has(word) ||
    personWords.has(singular(word)) ||
    words.person.has(word) ||
    words.person.has(singular(word))
  );
}

/** The singular of an English plural, as far as the dictionary needs it. */
export function singular(word: string): string {
  if (word === 'children') return 'child';
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, '');
}

/** A veto is for words around the phrase: the `type` of `unit type` belongs to it, that of `email type` does not. */
export function isVetoed(all: readonly string[], phrase: readonly string[]): boolean {
  const at = positionOf(phrase, all);
  const [first] = all;
  const last = all.at(-1);
  if (first === undefined || last === undefined) return true;
  if (all.length > 1 && at !== 0 && headVetoes.has(first)) return true;
  const after = at < 0 ? all : all.slice(at + phrase.length);
  if (after.length === 0 && phrase.length > 1) return false;
  if (all.length > phrase.length && after.length > 0 && tailVetoes.has(last)) return true;
  return tailPairVetoes.has(all.slice(-2).join(' '));
}

/** What a name holds wherever it stands: a phrase that always names personal data, or a name that a word for a person qualifies. */
export function strongGuess({ all, words }: Named): Guess | null {
  const phrase = strongPhrasesFor(all).find(
    (one) =>
      stands(one, all) &&
      !isVetoed(all, one.words) &&
      !belongsToThing(one, { all, words }) &&
      !onlyDescribes(one, { all, words }),
  );
  if (phrase !== undefined) return toGuess(phrase, 'strong');
  if (all.length === 1 && roleWords.has(all[0] ?? ''))
    return { category: 'person.name', strength: 'strong', phrase: all[0] ?? '' };
  const before = all.slice(0, -1);
  const qualified = before.some((word) => isPersonWord(word, words));
  const thing = before.some((word) => isThing(word, words));
  if (all.at(-1) === 'name' && qualified && !thing && !isVetoed(all, ['name'])) {
    return { category: 'person.name', strength: 'strong', phrase: all.slice(-2).join(' ') };
  }
  return null;
}

function isThing(word: string, words: ProjectWords): boolean {
  return thingWords.has(word) && !isPersonWord(word, words);
}

/** `residency_for_tuition`: in English the noun that says what it is stands before the preposition. */
function headOf(all: readonly string[]): readonly string[] {
  const at = all.findIndex((word, i) => i > 0 && ['for', 'from', 'in', 'under', 'per'].includes(word));
  return at < 0 ? all : all.slice(0, at);
}

/** What a name holds in a table of people. */
export function weakGuess({ all: written, words }: Named): Guess | null {
  // `race_label` is the race in words.
  const all = written.length > 1 && written.at(-1) === 'label' ? written.slice(0, -1) : written;
  const bare = bareWeakNames.get(all.filter((word) => !isPersonWord(word, words)).join(' ') || all.join(' '));
  if (bare !== undefined) return { category: bare, strength: 'weak', phrase: all.join(' ') };
  for (const form of [all, headOf(all)]) {
    const phrase = weakPhrasesFor(form).find((one) => endsWith(one, form) && !isVetoed(form, one.words));
    if (phrase !== undefined && isOwnThing(phrase, { all: form, words })) return toGuess(phrase, 'weak');
  }
  return null;
}

/** `city`, `student_city`, but not `company_city`: what stands before the phrase is no thing, or it is somebody's. */
export function isOwnThing(phrase: Phrase, { all, words }: Named): boolean {
  const before = all.slice(0, -phrase.words.length);
  return !before.some((word) => isThing(word, words)) || before.some((word) => isPersonWord(word, words));
}

/** A guess by a phrase. */
export function toGuess(phrase: Phrase, strength: Guess['strength']): Guess {
  return { category: phrase.category, strength, phrase: phrase.words.join(' ') };
}

/** Whether the phrase's words follow one another somewhere in the name. */
function stands({ words }: Phrase, all: readonly string[]): boolean {
  return positionOf(words, all) >= 0;
}

function endsWith({ words }: Phrase, all: readonly string[]): boolean {
  return words.length <= all.length && words.every((word, i) => all[all.length - words.length + i] === word);
}

function positionOf(words: readonly string[], all: readonly string[]): number {
  if (words.length === 0) return -1;
  for (let start = 0; start + words.length <= all.length; start += 1) {
    if (words.every((word, i) => all[start + i] === word)) return start;
  }
  return -1;
}

/** `file_address`, `store_location`: a thing has an address too; `school_phone` reaches a person all the same. */
function belongsToThing({ words: phrase, category }: Phrase, { all, words }: Named): boolean {
  const before = all.slice(0, positionOf(phrase, all));
  if (category === 'person.name' || category === 'loc.street' || category === 'loc.fine' || category === 'loc.postal') {
    return before.some((word) => isThing(word, words)) && !before.some((word) => isPersonWord(word, words));
  }
  return false;
}

const keyWords = new Set(['id', 'key', 'uuid', 'guid', 'fk', 'sk']);

/** `email_campaign_name`, `bank_account_id`: what follows says that the phrase only describes a thing or a key. */
function onlyDescribes({ words: phrase, category }: Phrase, { all, words }: Named): boolean {
  const following = all.slice(positionOf(phrase, all) + phrase.length);
  const last = following.at(-1);
  if (last !== undefined && keyWords.has(last)) return true;
  // The code of a diagnosis is a diagnosis; the campaign of an e-mail is not an e-mail address.
  if (categoryOf(category).privacyClass !== 'identifier') return false;
  return following.some((word) => isThing(word, words));
}
