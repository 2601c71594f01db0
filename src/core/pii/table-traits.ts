import type { CategoryId } from './category.ts';
import type { TableTraits } from './dictionary.ts';
import { classifyColumnName } from './dictionary.ts';
import type { ProjectWords } from './guess.ts';
import { isPersonWord, noWords, singular } from './guess.ts';
import { placeWords } from './phrases.ts';
import { wordsOf } from './tokens.ts';

/** Categories that make a table one of people by themselves. */
const directIdentifiers: ReadonlySet<CategoryId> = new Set<CategoryId>([
  'gov.national_id',
  'contact.email',
  'contact.phone',
  'person.name',
  'person.dob',
]);

/** How columns are looked at: with words of the project, and by a classifier that may remember. */
interface Looking {
  readonly words?: ProjectWords;
  readonly classify?: typeof classifyColumnName;
}

/** The words of a table's name, without the source that stands before a double underscore. */
function wordsOfTable(tableName: string): readonly string[] {
  return wordsOf(tableName.replace(/^.*__(?=[^_])/, ''));
}

/** What a table is, by its name and its columns. */
export function traitsOf(
  tableName: string,
  columnNames: readonly string[],
  { words = noWords, classify = classifyColumnName }: Looking = {},
): TableTraits {
  const all = wordsOfTable(tableName);
  const parts = new Set(
    columnNames.map((name) => classify(name, { personTable: true, dataType: null, words })?.category ?? null),
  );
  return {
    address:
      parts.has('loc.street') || parts.has('loc.postal') || columnNames.some((name) => wordsOf(name).at(-1) === 'city'),
    message: all.some((word) => /^(e?mail|message|sms|chat|conversation|inbox)/.test(word)),
    place: placeWords.has(singular(all.at(-1) ?? '')) && !all.some((word) => isPersonWord(word, words)),
  };
}

/**
 * Whether a table is one of people: its name says so, or a column names or reaches a person directly. A table of things
 * (`schools`) is none, although it holds the address of its things.
 */
export function isPersonTable(
  tableName: string,
  columnNames: readonly string[],
  { words = noWords, classify = classifyColumnName }: Looking = {},
): boolean {
  const all = wordsOfTable(tableName);
  if (all.some((word) => isPersonWord(word, words))) return true;
  return columnNames.some((column) => {
    const guess = classify(column, { personTable: false, dataType: null, words });
    return guess !== null && (directIdentifiers.has(guess.category) || guess.category === 'edu');
  });
}
