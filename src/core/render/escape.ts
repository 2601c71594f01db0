/** Breaks what GitHub would link or notify, without being seen: a zero-width space. */
const BREAK = '&#8203;';
const MAX_NAME = 80;

/** Characters that are not seen or that turn text round: controls, bidi marks, zero-width, tags, variation selectors. */
const HIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFFB\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu;

/**
 * Text of strangers on one line: white space folded, characters that hide or turn others shown as `�`, stacked accents
 * thinned, and cut to `max` characters. Not yet safe as Markdown.
 */
export function plainLine(text: string, max: number): string {
  const seen = text
    .slice(0, max * 4 + 100)
    .toWellFormed()
    .replace(/[\s\u0085\u2028\u2029]+/g, ' ')
    .replace(HIDDEN, '�')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();
  const characters = Array.from(seen);
  return characters.length > max || text.length > max * 4 + 100
    ? `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`
    : seen;
}

/** The same for a place where Markdown is never read, such as a terminal: without the backticks around names. */
export function unmarked(text: string, max: number): string {
  return plainLine(text.replaceAll('`', ''), max);
}

/** A name of the repository as a code span, in which GitHub sees no mention, link, image or HTML. */
export function code(name: string, max: number = MAX_NAME): string {
  const line = plainLine(name, max).replaceAll('`', "'");
  return line === '' ? '–' : `\`${line}\``;
}

/**
 * Prose that may hold names of strangers: everything in it is text. What stands in backticks, and what looks like an
 * identifier (`fct_orders.amount`), becomes a code span.
 */
export function prose(text: string, max: number): string {
  const line = plainLine(text, max);
  let escaped = '';
  let end = 0;
  // Each alternative can be read in one way only, so a long text cannot make this slow.
  for (const found of line.matchAll(/`[^`]+`|[A-Za-z_][\w.]*/g)) {
    const name = found[0].startsWith('`') ? found[0].slice(1, -1) : identifierAt(line, found.index, found[0]);
    if (name === '') continue;
    const between = escapeText(line.slice(end, found.index));
    escaped += `${between === '' && escaped !== '' ? ' ' : between}${code(name, max)}`;
    end = found.index + (found[0].startsWith('`') ? found[0].length : name.length);
  }
  escaped += escapeText(line.slice(end));
  // Many special characters make a text long; a shorter one of them is as good.
  return escaped.length > max * 2 + 200 ? prose(line, Math.floor(max / 2)) : guardStart(escaped);
}

/** The part of a word that reads as an identifier, because a dot or underscore stands inside it; '' when none does. */
function identifierAt(line: string, start: number, word: string): string {
  const name = word.replace(/[._]+$/, '');
  const before = line.charAt(start - 1);
  const after = line.slice(start + name.length, start + name.length + 2);
  const inside = name.includes('_', 1) || (name.includes('.') && name.charAt(1) !== '.');
  return inside && !/[\w.@/:#-]/.test(before) && !/^(?:[@/]|[:-]\S)/.test(after) ? name : '';
}

/** Prose with a full stop at its end. Its first letter stays: it may be a name's. */
export function sentence(text: string, max: number): string {
  const safe = prose(text, max);
  return safe === '' || /[.!?…]$/.test(safe) ? safe : `${safe}.`;
}

/** The same Markdown with a capital at its start; code is left as it is. */
export function capitalised(markdown: string): string {
  return markdown.charAt(0).toUpperCase() + markdown.slice(1);
}

/** A table's cell: no pipe of it ends the cell. Pipes outside code are entities already. */
export function cell(markdown: string): string {
  return markdown === '' ? '–' : markdown.replaceAll('|', '¦');
}

/** A link to our own page, with a text that is safe already. Parts of the address are percent-encoded. */
export function link(markdown: string, server: string, ...path: readonly string[]): string {
  const encoded = path.map((part) => part.split('/').map(encodePart).join('/')).join('/');
  return `[${markdown}](${server}/${encoded})`;
}

/** A Mermaid label in quotes: all but letters, digits and a few marks become entity codes. */
export function mermaidLabel(text: string): string {
  const line = plainLine(text, 40).replace(
    /[^\p{L}\p{N} _.,:+\-/()→–…�]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  );
  return `"${line === '' ? ' ' : line}"`;
}

/** A value inside an HTML comment: it cannot end the comment. */
export function inHtmlComment(text: string): string {
  return text.replace(/[^\w.:/-]/gu, (character) => encodePart(character)).replaceAll('--', '-%2D');
}

function encodePart(part: string): string {
  return encodeURIComponent(part.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function escapeText(text: string): string {
  const marked = text
    .replace(/[&<>|$]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
    .replace(/[\\`*_~[\]]/g, '\\$&');
  return breakLinks(marked);
}

/** GitHub takes 7 to 40 hexadecimal digits for a commit, where there is one that begins so. */
const COMMIT = /\b[0-9a-f]{7,}\b/gi;

/** A commit of the pull request itself, which GitHub may well link; anything else is text. */
export function commit(sha: string): string {
  return /^[0-9a-f]{7,40}$/.test(sha) ? sha : prose(sha, 40);
}

/** Whether a text holds what GitHub may link to a commit. */
export function mayNameCommit(text: string): boolean {
  return text.search(COMMIT) !== -1;
}

/** Mentions, references, addresses and emoji codes are found in rendered text, so escaping is not enough for them. */
function breakLinks(text: string): string {
  return text
    .replace(/@(?=\S)/g, `@${BREAK}`)
    .replace(/(?<!&)#(?=\d)/g, `#${BREAK}`)
    .replace(COMMIT, (digits) => digits.replace(/.{6}(?=.)/g, `$&${BREAK}`))
    .replace(/(GH)-(?=\d)/gi, `$1${BREAK}-`)
    .replace(/:(?=\/\/)/g, `:${BREAK}`)
    .replace(/(www)\./gi, `$1${BREAK}.`)
    .replace(/(mailto|xmpp):/gi, `$1${BREAK}:`)
    .replace(/:(?=[\w+-]+:)/g, `:${BREAK}`);
}

/** At the start of a line, some characters would make a heading, list, quote or rule. */
function guardStart(text: string): string {
  return text.replace(/^([#+\-=])/, '\\$1').replace(/^(\d+)([.)])/, '$1\\$2');
}
