/** Where bytes stop being JSON. */
export interface JsonFault {
  /** Offset in bytes. */
  readonly offset: number;
  readonly kind: 'not-json' | 'ended' | 'too-deep';
}

/** Bytes of JSON in UTF-8 that are walked. */
export interface Walk {
  readonly bytes: Buffer;
  /** The first place that breaks the grammar of JSON (RFC 8259); null while there is none. */
  fault: JsonFault | null;
}

/** dbt nests a dozen levels at most; a text far beyond that was not written by dbt. */
export const deepestAllowed = 1_000;

export const openObject = 123;
export const closeObject = 125;
const openList = 91;
const closeList = 93;
export const quote = 34;
const backslash = 92;
export const comma = 44;
const colon = 58;
/** Bytes of a text that are looked at one by one before the search for its end is worth a call. */
const shortText = 40;

/** Offset of the first byte from `at` on that is no white space. */
export function skipSpace({ bytes }: Walk, at: number): number {
  let next = at;
  for (; next < bytes.length; next++) {
    const code = bytes[next];
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
  }
  return next;
}

/** Offset after the value that begins at `at`; -1 when there is none, and `walk.fault` says where. `depth` is that of its container. */
export function skipValue(walk: Walk, at: number, depth: number): number {
  switch (walk.bytes[at]) {
    case quote:
      return skipText(walk, at);
    case openObject:
      return skipMembers(walk, at, depth + 1);
    case openList:
      return skipItems(walk, at, depth + 1);
    default:
      return skipWord(walk, at);
  }
}

/** Offset after the text that begins at `at`; -1 when it does not end. What is in it is judged when it is decoded. */
export function skipText(walk: Walk, at: number): number {
  const { bytes } = walk;
  const near = Math.min(bytes.length, at + shortText);
  let next = at + 1;
  for (; next < near; next++) {
    const code = bytes[next];
    if (code === backslash) next++;
    else if (code === quote) return next + 1;
  }
  for (let end = bytes.indexOf(quote, next); end !== -1; end = bytes.indexOf(quote, end + 1)) {
    let first = end;
    while (bytes[first - 1] === backslash) first--;
    // An escape that the loop above has taken whole does not count again.
    if ((end - Math.max(first, next)) % 2 === 0) return end + 1;
  }
  return fail(walk, at, 'ended');
}

/** Marks the place; always -1. */
export function fail(walk: Walk, offset: number, kind: JsonFault['kind'] = 'not-json'): number {
  walk.fault = { offset, kind: offset >= walk.bytes.length ? 'ended' : kind };
  return -1;
}

function skipMembers(walk: Walk, at: number, depth: number): number {
  if (depth > deepestAllowed) return fail(walk, at, 'too-deep');
  const { bytes } = walk;
  let next = skipSpace(walk, at + 1);
  if (bytes[next] === closeObject) return next + 1;
  for (;;) {
    next = skipKey(walk, next);
    if (next === -1) return -1;
    next = skipValue(walk, next, depth);
    if (next === -1) return -1;
    if (bytes[next] !== comma) next = skipSpace(walk, next);
    if (bytes[next] === closeObject) return next + 1;
    if (bytes[next] !== comma) return fail(walk, next);
    next = skipSpace(walk, next + 1);
  }
}

/** Offset of the value behind the key and the colon that begin at `at`. -1 for a fault. */
export function skipKey(walk: Walk, at: number): number {
  const { bytes } = walk;
  if (bytes[at] !== quote) return fail(walk, at);
  let next = skipText(walk, at);
  if (next === -1) return -1;
  if (bytes[next] !== colon) next = skipSpace(walk, next);
  if (bytes[next] !== colon) return fail(walk, next);
  return skipSpace(walk, next + 1);
}

function skipItems(walk: Walk, at: number, depth: number): number {
  if (depth > deepestAllowed) return fail(walk, at, 'too-deep');
  const { bytes } = walk;
  let next = skipSpace(walk, at + 1);
  if (bytes[next] === closeList) return next + 1;
  for (;;) {
    next = skipValue(walk, next, depth);
    if (next === -1) return -1;
    if (bytes[next] !== comma) next = skipSpace(walk, next);
    if (bytes[next] === closeList) return next + 1;
    if (bytes[next] !== comma) return fail(walk, next);
    next = skipSpace(walk, next + 1);
  }
}

/** Words of JSON, and what Python writes for floats that are not finite. */
const words = ['null', 'true', 'false', 'NaN', 'Infinity', '-Infinity'];
const wordBytes = words.map((word) => Buffer.from(word));
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Digits of the longest number that is taken for one. */
const longestNumber = 4_000;

function skipWord(walk: Walk, at: number): number {
  const { bytes } = walk;
  for (const word of wordBytes) {
    if (word[0] !== bytes[at] || !startsWith(bytes, at, word)) continue;
    return isWordByte(bytes[at + word.length]) ? fail(walk, at) : at + word.length;
  }
  let end = at;
  while (isWordByte(bytes[end]) && end - at < longestNumber) end++;
  const text = bytes.toString('latin1', at, end);
  if (number.test(text)) return end;
  const isBegun = end === bytes.length && (/^-?[\d.eE+-]*$/.test(text) || words.some((word) => word.startsWith(text)));
  return fail(walk, at, isBegun ? 'ended' : 'not-json');
}

function startsWith(bytes: Buffer, at: number, word: Buffer): boolean {
  for (let i = 1; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}

/** Digits, letters, `_ . + -`: what cannot stand right behind a word. */
function isWordByte(code: number | undefined): boolean {
  if (code === undefined) return false;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
  return isLetter || (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46;
}

/** How many objects and lists the bytes open, those that texts only seem to open among them: no value nests deeper. */
export function countOpened(bytes: Buffer, from: number, to: number): number {
  const aligned = from + ((4 - ((bytes.byteOffset + from) & 3)) & 3);
  if (to - aligned < 4) return countOneByOne(bytes, from, to);
  const count = (to - aligned) >> 2;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + aligned, count);
  let opened = countOneByOne(bytes, from, aligned) + countOneByOne(bytes, aligned + count * 4, to);
  for (let word = 0; word < count; word++) {
    // `[` and `{` differ in one bit alone: with it set, and what is looked for taken away, they are the zero bytes.
    const rest = ((words[word] ?? 0) | 0x20202020) ^ 0x7b7b7b7b;
    if (((rest - 0x01010101) & ~rest & 0x80808080) === 0) continue;
    const at = aligned + word * 4;
    opened += countOneByOne(bytes, at, at + 4);
  }
  return opened;
}

function countOneByOne(bytes: Buffer, from: number, to: number): number {
  let opened = 0;
  for (let at = from; at < to; at++) if (((bytes[at] ?? 0) | 32) === openObject) opened++;
  return opened;
}
