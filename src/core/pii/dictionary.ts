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
import { wordsOf } from './tokens.ts';

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

/** What is known of a column besides its name. */
export interface Surroundings {
  /** Whether the table is one of people. */
  readonly personTable: boolean;
  /** As the catalog or YAML spells it; null when unknown. */
  readonly dataType: string | null;
  /** The column's description in YAML. */
  readonly description?: string;
  readonly words?: ProjectWords | undefined;
}

/** Categories that make a table one of people by themselves. */
const directIdentifiers: ReadonlySet<CategoryId> = new Set<CategoryId>([
  'gov.national_id',
  'contact.email',
  'contact.phone',
  'person.name',
  'person.dob',
]);

const noWords: ProjectWords = { person: new Set(), veto: new Set() };

/**
 * What a column holds, told by its name: phrases that always name personal data, then names that a word for a person
 * qualifies, then phrases that count only in a table of people; vetoes lie over all of them. Where the name says nothing,
 * what the description calls the column first. Null when nothing says so.
 */
export function classifyColumnName(name: string, around: Surroundings): Guess | null {
  const { personTable, dataType, words = noWords } = around;
  const all = wordsOf(name);
  if (all.length === 0 || all.some((word) => words.veto.has(word))) return null;
  const asWords = { all, words };
  const guess = strongGuess(asWords) ?? (personTable ? weakGuess(asWords) : null) ?? fromDescription(all, around);
  return guess !== null && fitsType(guess, dataType) ? guess : null;
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

/**
 * Whether a table is one of people: its name says so, or a column names or reaches a person directly. A table of things
 * (`schools`) is none, although it holds the address of its things.
 */
export function isPersonTable(
  tableName: string,
  columnNames: readonly string[],
  { words = noWords, classify }: { readonly words?: ProjectWords; readonly classify?: typeof classifyColumnName } = {},
): boolean {
  const all = wordsOf(tableName.replace(/^.*__(?=[^_])/, ''));
  if (all.some((word) => isPersonWord(word, words))) return true;
  return columnNames.some((column) => {
    const guess = (classify ?? classifyColumnName)(column, { personTable: false, dataType: null, words });
    return guess !== null && (directIdentifiers.has(guess.category) || guess.category === 'edu');
  });
}

interface Named {
  readonly all: readonly string[];
  readonly words: ProjectWords;
}

function isPersonWord(word: string, words: ProjectWords): boolean {
  return (
    personWords.has(word) ||
    personWords.has(singular(word)) ||
    words.person.has(word) ||
    words.person.has(singular(word))
  );
}

function singular(word: string): string {
  if (word === 'children') return 'child';
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, '');
}

/** A veto is for words around the phrase: the `type` of `unit type` belongs to it, that of `email type` does not. */
function isVetoed(all: readonly string[], phrase: readonly string[]): boolean {
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

function strongGuess({ all, words }: Named): Guess | null {
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

function weakGuess({ all: written, words }: Named): Guess | null {
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
function isOwnThing(phrase: Phrase, { all, words }: Named): boolean {
  const before = all.slice(0, -phrase.words.length);
  return !before.some((word) => isThing(word, words)) || before.some((word) => isPersonWord(word, words));
}

const saysPersonal = /\bPII\b|\bpersonally identifiable|\bpersonal data\b/i;
const saysNotPersonal =
  /\b(no|not|non|without|removes?|excludes?|free of|strip\w*|hash\w*|mask\w*|redact\w*|anonymi\w*)[ -]+(\w+[ -]+){0,3}(PII|personal)/i;

/** What the description says outright, or calls the column before its first preposition or comma. */
function fromDescription(all: readonly string[], { description = '', words = noWords }: Surroundings): Guess | null {
  if (description === '' || isVetoed(all, [])) return null;
  if (saysPersonal.test(description) && !saysNotPersonal.test(description))
    return { category: 'unspecified', strength: 'strong', phrase: 'PII' };
  if (/^[^.]{0,60}\bfree[- ]?text (\w+ ){0,2}(comment|note|name|narrative|message|remark)/i.test(description)) {
    return { category: 'freetext', strength: 'strong', phrase: 'free text' };
  }
  return fromLead(description, words);
}

/** What the description calls the column before its first preposition or comma; it must end with the phrase itself. */
function fromLead(description: string, words: ProjectWords): Guess | null {
  if (/^\s*(whether|if|is|has|indicates?|flags?|number|count|date|time)\b/i.test(description)) return null;
  const [lead = ''] = description
    .slice(0, 120)
    .split(
      /[.,;:()\u2013\u2014?!]|\s-\s|\b(?:of|for|that|which|used|when|on|in|from|to|as|is|at|with|by|says|associated)\b/i,
    );
  const called = wordsOf(lead.replace(/^\s*(the|a|an|this)\s+/i, ''));
  if (called.length === 0 || called.length > 5) return null;
  const named = { all: called, words };
  const guess = strongGuess(named);
  return guess !== null && called.slice(-guess.phrase.split(' ').length).join(' ') === guess.phrase ? guess : null;
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
