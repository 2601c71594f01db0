import { sha256 } from '#core/base';
import { normalizeSqlText } from '#core/sql';
import { segmentsOf, tokensOf } from './tokens.ts';

/**
 * A template as text in which only what may have a meaning tells two apart: without comments, white space, case of keywords, INNER, OUTER
 * and how Jinja is laid out. Null where its Jinja does not parse.
 */
export function bareText(template: string): string | null {
  const segments = segmentsOf(withoutComments(template));
  if (segments === null) return null;
  const own = segments.filter(({ kind, text }) => kind !== 'output' || !/^\s*config\s*\(/.test(text));
  const text = own
    .map(({ kind, text: inside }) => (kind === 'text' ? inside : ` jinja_${sha256(words(inside))} `))
    .join('');
  const bare = normalizeSqlText(text);
  // Dialects do not agree where a text with a backslash ends.
  return bare.includes('\\') ? bare : bare.replace(quotedOrKeyword, inOneSpelling);
}

function inOneSpelling(found: string): string {
  if (/^['"`]/.test(found)) return found;
  return found
    .toLowerCase()
    .replace(/^inner join$/, 'join')
    .replace(' outer join', ' join');
}

/** After a dot a keyword is a name. */
const quotedOrKeyword =
  /'(?:[^']|'')*'|"[^"]*"|`[^`]*`|(?<![.\w])(?:inner join|(?:left|right|full) outer join|select|from|where|and|or|not|as|on|join|left|right|full|inner|outer|cross|group|by|order|having|union|all|distinct|case|when|then|else|end|in|is|null|between|like|with|over|partition|limit|desc|asc|qualify|using|true|false|cast)\b/gi;

/** The tokens of a tag, so that quotes, white space and a comma at the end of a list do not count. */
function words(inside: string): string {
  const tokens = tokensOf(inside);
  if (tokens === null) return inside.trim().replace(/\s+/g, ' ');
  const kept = tokens.filter(({ text }, at) => text !== ',' || !/^[)\]}]$/.test(tokens[at + 1]?.text ?? ''));
  return JSON.stringify(kept.map(({ kind, text }) => [kind, text]));
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/'(?:[^'\\]|\\.|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith("'") ? found : ' ',
  );
}
