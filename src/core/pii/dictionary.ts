import type { CategoryId } from './category.ts';
import { categoryOf } from './category.ts';
import type { Phrase } from './phrases.ts';
import {
  bareWeakNames,
  headVetoes,
  personTableWords,
  personWords,
  strongPhrases,
  tailPairVetoes,
  tailVetoes,
  thingWords,
  weakPhrases,
} from './phrases.ts';
import { wordsOf } from './tokens.ts';

/** What a column's name says it holds. */
export interface Guess {
  readonly category: CategoryId;
  /** A weak guess holds only because the table is one of people. */
  readonly strength: 'strong' | 'weak';
  /** The words that said so. */
  readonly phrase: string;
}

/** What is known of a column besides its name. */
export interface Surroundings {
  /** Whether the table is one of people. */
  readonly personTable: boolean;
  /** As the catalog or YAML spells it; null when unknown. */
  readonly dataType: string | null;
}

/** Categories that make a table one of people by themselves. */
const directIdentifiers: ReadonlySet<CategoryId> = new Set<CategoryId>([
  'gov.national_id',
  'contact.email',
  'contact.phone',
  'person.name',
  'person.dob',
]);

/**
 * What a column holds, told by its name alone: vetoes first, then phrases that always name personal data, then names
 * that a word for a person qualifies, then phrases that count only in a table of people. Null when nothing says so.
 */
export function classifyColumnName(name: string, { personTable, dataType }: Surroundings): Guess | null {
  const all = wordsOf(name);
  if (isVetoed(all)) return null;
  const guess = strongGuess(all) ?? (personTable ? weakGuess(all) : null);
  return guess !== null && fitsType(guess.category, dataType) ? guess : null;
}

/** Whether a table is one of people: a column names or reaches a person directly, or the table's own name says so. */
export function isPersonTable(tableName: string, columnNames: readonly string[]): boolean {
  const last = wordsOf(tableName).at(-1);
  if (last !== undefined && personTableWords.has(last)) return true;
  return columnNames.some((column) => {
    const guess = classifyColumnName(column, { personTable: false, dataType: null });
    return guess !== null && directIdentifiers.has(guess.category);
  });
}

function isVetoed(all: readonly string[]): boolean {
  const [first] = all;
  const last = all.at(-1);
  if (first === undefined || last === undefined) return true;
  if (all.length > 1 && headVetoes.has(first)) return true;
  if (all.length > 1 && tailVetoes.has(last)) return true;
  return tailPairVetoes.has(all.slice(-2).join(' '));
}

function strongGuess(all: readonly string[]): Guess | null {
  const phrase = strongPhrases.find((one) => stands(one, all) && !belongsToThing(one, all) && !onlyDescribes(one, all));
  if (phrase !== undefined) return toGuess(phrase, 'strong');
  const last = all.at(-1);
  const qualified = all.slice(0, -1).some((word) => personWords.has(word));
  const thing = all.slice(0, -1).some((word) => thingWords.has(word) && !personWords.has(word));
  if (last === 'name' && qualified && !thing) {
    return { category: 'person.name', strength: 'strong', phrase: all.slice(-2).join(' ') };
  }
  return null;
}

function weakGuess(written: readonly string[]): Guess | null {
  // `race_label` is the race in words.
  const all = written.length > 1 && written.at(-1) === 'label' ? written.slice(0, -1) : written;
  const thing = all.some((word) => thingWords.has(word) && !personWords.has(word));
  const bare = bareWeakNames.get(all.filter((word) => !personWords.has(word)).join(' ') || all.join(' '));
  if (bare !== undefined) return { category: bare, strength: 'weak', phrase: all.join(' ') };
  const phrase = weakPhrases.find((one) => endsWith(one, all));
  if (phrase === undefined || (thing && !isOwnThing(phrase, all))) return null;
  return toGuess(phrase, 'weak');
}

/** Whether every thing word of the name is part of the phrase itself: `city`, but not `company_city`. */
function isOwnThing({ words }: Phrase, all: readonly string[]): boolean {
  return !all.slice(0, -words.length).some((word) => thingWords.has(word) && !personWords.has(word));
}

function toGuess(phrase: Phrase, strength: Guess['strength']): Guess {
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
  for (let start = 0; start + words.length <= all.length; start += 1) {
    if (words.every((word, i) => all[start + i] === word)) return start;
  }
  return -1;
}

/** `file_address`, `store_location`: a thing has an address too; `school_phone` reaches a person all the same. */
function belongsToThing({ words, category }: Phrase, all: readonly string[]): boolean {
  const before = all.slice(0, positionOf(words, all));
  if (category === 'person.name' || category === 'loc.street' || category === 'loc.fine' || category === 'loc.postal') {
    return before.some((word) => thingWords.has(word)) && !before.some((word) => personWords.has(word));
  }
  return false;
}

const keyWords = new Set(['id', 'key', 'uuid', 'guid', 'fk', 'sk', 'pk']);

/** `email_campaign_name`, `bank_account_id`: what follows says that the phrase only describes a thing or a key. */
function onlyDescribes({ words, category }: Phrase, all: readonly string[]): boolean {
  const following = all.slice(positionOf(words, all) + words.length);
  const last = following.at(-1);
  if (last !== undefined && keyWords.has(last)) return true;
  // The code of a diagnosis is a diagnosis; the campaign of an e-mail is not an e-mail address.
  if (categoryOf(category).privacyClass !== 'identifier') return false;
  return following.some((word) => thingWords.has(word) && !personWords.has(word));
}

/** A type in which the datum cannot be written rules it out: an e-mail address is never a boolean. */
function fitsType(category: CategoryId, dataType: string | null): boolean {
  if (dataType === null) return true;
  const type = dataType.toLowerCase();
  if (/^bool/.test(type))
    return category === 'special' || category === 'health' || category === 'criminal' || category === 'edu';
  const textual = category === 'contact.email' || category === 'person.name' || category === 'loc.street';
  if (textual) return !/^(date|time|timestamp|float|double|real|int|bigint|smallint|number|numeric|decimal)/.test(type);
  if (category === 'hr.fin') return !/^(date|time|timestamp)/.test(type);
  return true;
}
