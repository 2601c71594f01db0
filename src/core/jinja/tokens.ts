/** A piece of a template's source: text between tags, or a tag with its inside. Comments are dropped. */
export interface Segment {
  readonly kind: 'text' | 'output' | 'tag';
  readonly text: string;
  /** The line of the source on which it starts, from 1. */
  readonly line: number;
}

/** A token of an expression. */
export interface Token {
  readonly kind: 'name' | 'string' | 'int' | 'float' | 'operator';
  readonly text: string;
}

const closers: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };

/** A tag, and how the text after it starts. */
interface Tag {
  readonly segment: Omit<Segment, 'line'> | null;
  /** Where what it holds starts. */
  readonly from: number;
  readonly end: number;
  readonly trims: boolean;
}

/** Splits a template into its segments, white space controlled as `-` asks; null where a tag has no end. */
export function segmentsOf(template: string): readonly Segment[] | null {
  const segments: Segment[] = [];
  const lineAt = lineCounter(template);
  let trims = false;
  for (let at = 0; at < template.length; ) {
    const open = nextOpening(template, at);
    const text = template.slice(at, open === -1 ? template.length : open);
    const left = trims ? text.trimStart() : text;
    const kept = open !== -1 && template[open + 2] === '-' ? left.trimEnd() : left;
    if (kept !== '') segments.push({ kind: 'text', text: kept, line: lineAt(at + text.length - left.length) });
    if (open === -1) break;
    const tag = readTag(template, open);
    if (tag === null) return null;
    if (tag.segment !== null) segments.push({ ...tag.segment, line: lineAt(tag.from) });
    trims = tag.trims;
    at = tag.end;
  }
  return segments;
}

/** Gives the line of a place, from 1; places must be asked for in order. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let counted = 0;
  return (at) => {
    for (let next = text.indexOf('\n', counted); next !== -1 && next < at; next = text.indexOf('\n', counted)) {
      line++;
      counted = next + 1;
    }
    return line;
  };
}

function readTag(template: string, open: number): Tag | null {
  const opener = template.slice(open, open + 2);
  const start = open + (/[-+]/.test(template[open + 2] ?? '') ? 3 : 2);
  const close = endOfTag(template, start, opener);
  if (close === -1) return null;
  const inside = template.slice(start, close);
  const trims = inside.endsWith('-');
  const text = /[-+]$/.test(inside) ? inside.slice(0, -1) : inside;
  const end = close + 2;
  if (opener === '{#') return { segment: null, from: open, end, trims };
  if (opener === '{{') return { segment: { kind: 'output', text }, from: open, end, trims };
  return text.trim() === 'raw' ? readRaw(template, end) : { segment: { kind: 'tag', text }, from: open, end, trims };
}

function readRaw(template: string, from: number): Tag | null {
  const closing = /\{%[-+]?\s*endraw\s*([-+]?)%\}/g;
  closing.lastIndex = from;
  const close = closing.exec(template);
  if (close === null) return null;
  const segment = { kind: 'text', text: template.slice(from, close.index) } as const;
  return { segment, from, end: closing.lastIndex, trims: close[1] === '-' };
}

function nextOpening(template: string, from: number): number {
  const open = /\{[{%#]/g;
  open.lastIndex = from;
  return open.exec(template)?.index ?? -1;
}

/** Where a tag's closing mark stands, texts inside it skipped. */
function endOfTag(template: string, from: number, opener: string): number {
  const closer = closers[opener] ?? '}}';
  if (opener === '{#') return template.indexOf(closer, from);
  let depth = 0;
  for (let at = from; at < template.length; at++) {
    const char = template.charAt(at);
    if (char === '"' || char === "'") {
      at = endOfString(template, at);
      if (at === -1) return -1;
    } else if (depth <= 0 && template.startsWith(closer, at)) return at;
    else if (char === '{') depth++;
    else if (char === '}') depth--;
  }
  return -1;
}

/** The place of the quote that ends the text which starts at `from`; -1 without one. */
function endOfString(source: string, from: number): number {
  const quote = source.charAt(from);
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote) return at;
  }
  return -1;
}

const pattern =
  /\s+|(?<float>\d[\d_]*(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+))|(?<int>\d[\d_]*)|(?<name>[A-Za-z_]\w*)|(?<operator>\*\*|\/\/|==|!=|<=|>=|[-+*/%~|.,:()[\]{}<>=])/y;

/** The tokens of an expression; null where a character has no place in one. */
export function tokensOf(source: string): readonly Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < source.length; ) {
    const char = source.charAt(at);
    if (char === '"' || char === "'") {
      const end = endOfString(source, at);
      const text = end === -1 ? null : unescaped(source.slice(at + 1, end));
      if (text === null) return null;
      tokens.push({ kind: 'string', text });
      at = end + 1;
      continue;
    }
    pattern.lastIndex = at;
    const groups = pattern.exec(source)?.groups;
    if (groups === undefined) return null;
    for (const kind of ['float', 'int', 'name', 'operator'] as const) {
      const text = groups[kind];
      if (text !== undefined) tokens.push({ kind, text });
    }
    at = pattern.lastIndex;
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** A text without its escapes; null for those by number or name. A backslash that escapes nothing stays, as in Python. */
function unescaped(inside: string): string | null {
  if (/\\[xuUN0-7abfv]/.test(inside.replaceAll('\\\\', ''))) return null;
  return inside.replace(/\\([\s\S])/g, (whole, char: string) =>
    Object.hasOwn(escapes, char) ? (escapes[char] ?? whole) : whole,
  );
}
