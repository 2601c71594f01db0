/** A statement with one token changed, and how: `- asc`, `first > last`, `+ not`. */
export interface TokenMutant {
  readonly sql: string;
  readonly change: string;
  /** Words taken out and put in, in lower case. */
  readonly taken: string;
  readonly put: string;
  /** The word or sign before, in lower case. */
  readonly previous: string;
}

const token =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|\d+(?:\.\d+)?|[a-z_][a-z0-9_]*|<=>|->>|<>|!=|<=|>=|\|\||::|->|=>|\S/gi;

/** Words and signs that SQL offers in one another's place. */
const choices: readonly (readonly string[])[] = [
  ['=', '<>', '<', '<=', '>', '>='],
  ['+', '-', '*', '/', '%'],
  ['and', 'or'],
  ['asc', 'desc'],
  ['first', 'last'],
  ['rows', 'range', 'groups'],
  ['preceding', 'following'],
  ['union', 'except', 'intersect'],
  ['all', 'distinct'],
  ['all', 'any'],
  ['inner', 'left', 'right', 'full', 'cross', 'semi', 'anti'],
  ['like', 'ilike'],
  ['ignore', 'respect'],
  ['true', 'false', 'null'],
  ['rollup', 'cube'],
  ['day', 'month', 'hour', 'year'],
  ['int', 'bigint', 'numeric', 'text', 'date', 'timestamp'],
  ['where', 'having', 'qualify'],
  ['leading', 'trailing', 'both'],
  ['cast', 'try_cast'],
  ['sum', 'max', 'min', 'avg', 'count'],
  ['bernoulli', 'system'],
  ['group', 'ties'],
  ['ties', 'only'],
  ['include', 'exclude'],
  ['in', 'like'],
  ['limit', 'offset'],
];

/** Words put before each token. */
const inserted: readonly string[] = [
  ...['not', 'distinct', 'all', 'desc', 'asc', 'lateral', 'recursive', 'outer', 'left', 'natural', 'only', 'by name'],
  ...[
    'nulls first',
    'nulls last',
    'ignore nulls',
    'with ties',
    'percent',
    'limit 7',
    'offset 7',
    '-',
    '+',
    'null',
    '1',
  ],
];

/** Every statement that is `sql` with one token left out, changed, or one of `words` put before it; comments are left alone. */
export function tokenMutants(sql: string, words: readonly string[] = inserted): readonly TokenMutant[] {
  const places = [...sql.matchAll(token)].filter(([text]) => !text.startsWith('--') && !text.startsWith('/*'));
  return places.flatMap((place, at) => {
    const [text] = place;
    const word = text.toLowerCase();
    const previous = places[at - 1]?.[0].toLowerCase() ?? '';
    const put = (what: string): TokenMutant => ({
      sql: `${sql.slice(0, place.index)}${what}${sql.slice(place.index + text.length)}`,
      change: what === '' ? `- ${text}` : `${text} > ${what}`,
      taken: word,
      put: what.toLowerCase(),
      previous,
    });
    const before = (what: string): TokenMutant => ({
      sql: `${sql.slice(0, place.index)} ${what} ${sql.slice(place.index)}`,
      change: `+ ${what} (before ${text})`,
      taken: '',
      put: what,
      previous,
    });
    return [...['', ...others(text, word)].map(put), ...words.map(before)];
  });
}

function others(text: string, word: string): readonly string[] {
  const chosen = choices.flatMap((group) => (group.includes(word) ? group.filter((one) => one !== word) : []));
  if (chosen.length > 0) return [...new Set(chosen)];
  if (/^\d/.test(text)) return [`${text}7`];
  if (/^['"`]/.test(text)) return [`${text.slice(0, -1)}z${text.at(-1) ?? ''}`];
  return /^[a-z_]/i.test(text) ? [`${text}z`] : [];
}
