import type { CategoryId } from './category.ts';
import { categoryOf } from './category.ts';
import { fromDescription } from './description.ts';
import type { Guess, Named, ProjectWords } from './guess.ts';
import { isOwnThing, isPersonWord, isVetoed, noWords, strongGuess, toGuess, weakGuess } from './guess.ts';
import { contentWords, regionWords } from './phrases.ts';
import { wordsOf } from './tokens.ts';

/** What a table is, besides one of people. */
export interface TableTraits {
  /** It has a street, a postal code or a city: there, a state is a place and not a status. */
  readonly address: boolean;
  /** Messages: what they are about was written by a person to a person. */
  readonly message: boolean;
  /** Named after places that are open to all (`schools`): their names and addresses are nobody's. */
  readonly place: boolean;
}

/** What is known of a column besides its name. */
export interface Surroundings {
  /** Whether the table is one of people. */
  readonly personTable: boolean;
  /** What else the table is; nothing where it is not set. */
  readonly table?: TableTraits;
  /** As the catalog or YAML spells it; null when unknown. */
  readonly dataType: string | null;
  /** The column's description in YAML. */
  readonly description?: string;
  readonly words?: ProjectWords | undefined;
}

/**
 * What a column holds, told by its name: phrases that always name personal data, then names that a word for a person
 * qualifies, then phrases that count only in a table of people; vetoes lie over all of them. Where the name says nothing,
 * what the description calls the column first. Null when nothing says so.
 */
export function classifyColumnName(name: string, around: Surroundings): Guess | null {
  const { dataType, table, words = noWords } = around;
  const all = wordsOf(name);
  if (all.length === 0 || all.some((word) => words.veto.has(word))) return null;
  const guess = guessOf({ all, words }, around);
  if (guess === null || !fitsType(guess, dataType)) return null;
  return table?.place === true && isOfThePlace(guess, { all, words }) ? null : guess;
}

function guessOf(name: Named, around: Surroundings): Guess | null {
  return (
    strongGuess(name) ??
    (around.personTable ? weakGuess(name) : null) ??
    fromTable(name, around) ??
    fromDescription(name, around.description ?? '')
  );
}

/** What only the rest of the table tells: `state` in an address of a person, `subject` of a message. */
function fromTable({ all, words }: Named, { personTable, table }: Surroundings): Guess | null {
  const last = all.at(-1) ?? '';
  if (table?.address === true && personTable && regionWords.has(last) && !isVetoed(all, [last])) {
    const phrase = { words: [last], category: 'loc.coarse' as const };
    return isOwnThing(phrase, { all, words }) ? toGuess(phrase, 'weak') : null;
  }
  if (table?.message === true && all.length === 1 && contentWords.has(last))
    return { category: 'freetext', strength: 'weak', phrase: last };
  return null;
}

/** `schools.address`; but `schools.principal_email` is a person's. */
function isOfThePlace({ category }: Guess, { all, words }: Named): boolean {
  const isPlace = ['person.name', 'loc.street', 'loc.postal', 'loc.fine', 'loc.coarse'].includes(category);
  return isPlace && !all.some((word) => isPersonWord(word, words));
}

const pseudonymTails = new Set(
  'hash hashed md sha token tokenized tokenised pseudonym pseudonymized pseudonymised encrypted enc hmac'.split(' '),
);

/** What a column is a pseudonym of, told by its name: `email_hash`, `phone_sha256`. Null when the name does not say so. */
export function pseudonymOf(name: string): CategoryId | null {
  const all = wordsOf(name);
  const at = all.findIndex((word, i) => i > 0 && pseudonymTails.has(word));
  if (at < 0 || all.slice(at).some((word) => !pseudonymTails.has(word))) return null;
  const guess = strongGuess({ all: all.slice(0, at), words: noWords });
  return guess !== null && categoryOf(guess.category).privacyClass === 'identifier' ? guess.category : null;
}

/** A type in which the datum cannot be written rules it out: an e-mail address is never a boolean. */
function fitsType({ category, phrase }: Guess, dataType: string | null): boolean {
  if (dataType === null) return true;
  const type = dataType.toLowerCase();
  if (/^bool/.test(type))
    return category === 'special' || category === 'health' || category === 'criminal' || category === 'edu';
  const isNumber = /\bnumber\b/.test(phrase) && category === 'loc.street';
  const textual = ['contact.email', 'person.name', 'loc.street', 'bio'].includes(category) && !isNumber;
  if (textual) return !/^(date|time|timestamp|float|double|real|int|bigint|smallint|number|numeric|decimal)/.test(type);
  if (category === 'hr.fin') return !/^(date|time|timestamp)/.test(type);
  return true;
}
