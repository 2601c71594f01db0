/** Where a text stops being JSON. */
export interface JsonFault {
  /** Offset in UTF-16 units. */
  readonly offset: number;
  /** Whether the text simply ends too early. */
  readonly ended: boolean;
}

type Expectation = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close';

const quote = 34;
const backslash = 92;

/** The first place where `text` breaks the grammar of JSON (RFC 8259); null when it does not. */
export function findJsonFault(text: string): JsonFault | null {
  const open: string[] = [];
  let expected: Expectation = 'value';
  let at = skipSpace(text, 0);
  for (;;) {
    if (expected === 'comma-or-close' && open.length === 0)
      return at === text.length ? null : { offset: at, ended: false };
    if (at >= text.length) return { offset: text.length, ended: true };
    const step = readToken(text, at, expected, open);
    if (step === null) return { offset: at, ended: endsInside(text, at) };
    expected = step.next;
    at = skipSpace(text, step.end);
  }
}

/** The deepest nesting of arrays and objects in `text`, which is taken for JSON. */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at) - 1;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth);
    else if (code === 125 || code === 93) depth--;
  }
  return deepest;
}

/**
 * `text` with Python's `NaN`, `Infinity` and `-Infinity` outside strings made into JSON: null and numbers too large
 * to be finite. dbt writes them for such floats in config and meta (Python's `json.dumps`, `allow_nan`).
 */
export function withoutNonFinite(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at) - 1;
      continue;
    }
    const word = code === 78 ? 'NaN' : code === 73 ? 'Infinity' : '';
    if (word === '' || !text.startsWith(word, at)) continue;
    pieces.push(text.slice(from, at), word === 'NaN' ? 'null' : '1e999');
    from = at + word.length;
    at = from - 1;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

interface Step {
  readonly end: number;
  readonly next: Expectation;
}

function readToken(text: string, at: number, expected: Expectation, open: string[]): Step | null {
  const char = text.charAt(at);
  if (closers[expected].includes(char)) return close(at, open, char);
  switch (expected) {
    case 'colon':
      return char === ':' ? { end: at + 1, next: 'value' } : null;
    case 'comma-or-close':
      return char === ',' ? { end: at + 1, next: open.at(-1) === '{' ? 'key' : 'value' } : null;
    case 'key':
    case 'key-or-close':
      return char === '"' ? readWhole(endOfString(text, at), 'colon') : null;
    case 'value':
    case 'value-or-close':
      return readValue(text, at, char, open);
  }
}

const closers: Readonly<Record<Expectation, string>> = {
  value: '',
  'value-or-close': ']',
  key: '',
  'key-or-close': '}',
  colon: '',
  'comma-or-close': '}]',
};

function readValue(text: string, at: number, char: string, open: string[]): Step | null {
  if (char === '{' || char === '[') {
    open.push(char);
    return { end: at + 1, next: char === '{' ? 'key-or-close' : 'value-or-close' };
  }
  if (char === '"') return readWhole(endOfString(text, at), 'comma-or-close');
  const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
  word.lastIndex = at;
  return word.test(text) ? { end: word.lastIndex, next: 'comma-or-close' } : null;
}

function readWhole(end: number, next: Expectation): Step | null {
  return end > 0 ? { end, next } : null;
}

function close(at: number, open: string[], closer: string): Step | null {
  return open.pop() === (closer === '}' ? '{' : '[') ? { end: at + 1, next: 'comma-or-close' } : null;
}

/** Offset after the closing quote of the string that begins at `start`; NaN when it does not end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
  return Number.NaN;
}

/** Whether what begins at `at` is a token cut off by the end of the text. */
function endsInside(text: string, at: number): boolean {
  if (text.charAt(at) === '"') return true;
  const rest = text.slice(at, at + 32);
  return (
    at + rest.length === text.length &&
    (/^-?[\d.eE+-]*$/.test(rest) || ['true', 'false', 'null'].some((word) => word.startsWith(rest)))
  );
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
  }
  return at;
}
