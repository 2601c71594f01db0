/** A piece of SQL with Jinja in it. Comments and white space are left out; Jinja in comments is not, because dbt runs it. */
export interface Token {
  readonly kind: 'word' | 'string' | 'quoted' | 'symbol' | 'expression' | 'block';
  /** As written; of strings and quoted names without their quotes, of Jinja without its braces. */
  readonly text: string;
  readonly start: number;
}

/** Text beyond this is not read. */
const mostCharacters = 1_000_000;

interface Reader {
  readonly text: string;
  /** Whether a backslash escapes a quote in a string. */
  readonly backslash: boolean;
  readonly tokens: Token[];
}

/**
 * Cuts SQL with Jinja into tokens. `backslash` says whether the dialect takes `\'` for an escaped quote: read the wrong
 * way, a statement could hide in what looks like a string.
 */
export function tokenizeSql(text: string, backslash: boolean): readonly Token[] {
  const reader: Reader = { text: text.slice(0, mostCharacters), backslash, tokens: [] };
  for (let at = 0; at < reader.text.length; ) at = readOne(reader, at);
  return reader.tokens;
}

const word = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const dollarQuote = /\$(?:[A-Za-z_]\w*)?\$/y;

// eslint-disable-next-line complexity -- the cases of a tokenizer, one a line
function readOne(reader: Reader, at: number): number {
  const { text, tokens } = reader;
  const two = text.slice(at, at + 2);
  if (two === '{#') return after(text, '#}', at + 2);
  if (two === '{{' || two === '{%') return readJinja(reader, at);
  if (two === '--') return readComment(reader, at + 2, '\n');
  if (two === '/*') return readComment(reader, at + 2, '*/');
  const one = text.charAt(at);
  if (one === "'" || one === '"' || one === '`') return readQuoted(reader, at, one);
  dollarQuote.lastIndex = at;
  const dollar = dollarQuote.exec(text)?.[0];
  if (dollar !== undefined) {
    tokens.push({ kind: 'symbol', text: '$$', start: at });
    return at + dollar.length;
  }
  word.lastIndex = at;
  const found = word.exec(text)?.[0];
  if (found !== undefined) {
    tokens.push({ kind: 'word', text: found, start: at });
    return at + found.length;
  }
  if (!/\s/.test(one)) tokens.push({ kind: 'symbol', text: one, start: at });
  return at + 1;
}

function readJinja(reader: Reader, at: number): number {
  const { text, tokens } = reader;
  const kind = text.charAt(at + 1) === '%' ? 'block' : 'expression';
  const close = kind === 'block' ? '%}' : '}}';
  let end = at + 2;
  while (end < text.length && !text.startsWith(close, end)) {
    const one = text.charAt(end);
    end = one === "'" || one === '"' ? endOfString(text, end, one) : end + 1;
  }
  tokens.push({ kind, text: text.slice(at + 2, end).replace(/^[-+]|-$/g, ''), start: at });
  return end + 2;
}

function readComment(reader: Reader, at: number, close: string): number {
  const { text } = reader;
  const end = text.indexOf(close, at);
  const stop = end < 0 ? text.length : end;
  readJinjaWithin(reader, at, stop);
  // Jinja in a comment may reach beyond its end: go on where it ended.
  return Math.max(stop + close.length, endOfLastJinja(reader, at, stop));
}

function readJinjaWithin(reader: Reader, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const two = reader.text.slice(at, at + 2);
    if (two === '{#') at = after(reader.text, '#}', at + 2);
    else if (two === '{{' || two === '{%') at = readJinja(reader, at);
    else at += 1;
  }
}

function endOfLastJinja({ tokens, text }: Reader, from: number, to: number): number {
  const last = tokens.at(-1);
  if (last === undefined || last.start < from || last.start >= to) return 0;
  const close = last.kind === 'block' ? '%}' : '}}';
  return after(text, close, last.start + 2 + last.text.length);
}

/** A string or quoted name. Jinja in it is run by dbt before any quote counts, so its quotes do not end the string. */
// eslint-disable-next-line complexity -- the cases of a tokenizer, one a line
function readQuoted(reader: Reader, at: number, quote: string): number {
  const { text, tokens, backslash } = reader;
  const triple = quote !== '`' && text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : null;
  const close = triple ?? quote;
  const kind = quote === "'" || triple !== null ? 'string' : 'quoted';
  const within: Token[] = [];
  let end = at + close.length;
  while (end < text.length) {
    const two = text.slice(end, end + 2);
    if (two === '{{' || two === '{%') end = readJinja({ text, backslash, tokens: within }, end);
    else if (backslash && two.startsWith('\\')) end += 2;
    else if (triple === null && two === quote + quote) end += 2;
    else if (text.startsWith(close, end)) break;
    else end += 1;
  }
  tokens.push({ kind, text: text.slice(at + close.length, end), start: at }, ...within);
  return end + close.length;
}

/** Where a Jinja or Python string ends; its closing quote included. */
export function endOfString(text: string, at: number, quote: string): number {
  const close = text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  for (let end = at + close.length; end < text.length; end += 1) {
    if (text.charAt(end) === '\\') end += 1;
    else if (text.startsWith(close, end)) return end + close.length;
  }
  return text.length;
}

function after(text: string, close: string, from: number): number {
  const end = text.indexOf(close, from);
  return end < 0 ? text.length : end + close.length;
}
