import type { Guess, Named, ProjectWords } from './guess.ts';
import { isPersonWord, isVetoed, strongGuess } from './guess.ts';
import { wordsOf } from './tokens.ts';

const saysPersonal = /\bPII\b|\bpersonally identifiable|\bpersonal data\b/i;
const saysNotPersonal =
  /\b(no|not|non|without|removes?|excludes?|free of|strip\w*|hash\w*|mask\w*|redact\w*|anonymi\w*)[ -]+(\w+[ -]+){0,3}(PII|personal)/i;

/** What the description says outright, or calls the column before its first preposition or comma. */
export function fromDescription({ all, words }: Named, description: string): Guess | null {
  if (description === '' || isVetoed(all, [])) return null;
  if (saysPersonal.test(description) && !saysNotPersonal.test(description))
    return { category: 'unspecified', strength: 'strong', phrase: 'PII' };
  if (/^[^.]{0,60}\bfree[- ]?text (\w+ ){0,2}(comment|note|name|narrative|message|remark)/i.test(description)) {
    return { category: 'freetext', strength: 'strong', phrase: 'free text' };
  }
  return fromLead(description, words) ?? ofSomeone(description, words);
}

const keyNouns =
  /\b(?:id|uuid|guid|identifier|key)(?: number)? (?:of|for) (?:the|a|an|this|each) (\p{L}+)(?![\p{L}'’])/iu;
const contactNouns =
  /\b(e-?mail address|phone number|home address|full name) of (?:the|a|an|this|each) (\p{L}+)(?![\p{L}'’])/iu;

/** What the first sentence says to be somebody's: `unique identifier for the student`, `the e-mail address of the person who …`. */
function ofSomeone(description: string, words: ProjectWords): Guess | null {
  const [sentence = ''] = description.slice(0, 200).split(/[.;]/);
  const [, keyOwner = ''] = keyNouns.exec(sentence) ?? [];
  if (isPersonWord(keyOwner.toLowerCase(), words))
    return { category: 'person.key', strength: 'weak', phrase: 'identifier' };
  const [, datum = '', owner = ''] = contactNouns.exec(sentence) ?? [];
  return isPersonWord(owner.toLowerCase(), words) ? strongGuess({ all: wordsOf(datum), words }) : null;
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
