/** GitHub's limit of a check run's summary and text: 65,535, counted in bytes of UTF-8 as its refusals say. */
export const checkTextBytes = 65_535;
/** A comment's limit by its error text is 65,536 characters; this stays below it in bytes as well. */
export const commentBytes = 65_000;

const ending = '\n\n… cut here: GitHub takes no longer text.';

/**
 * `text` in at most `limit` bytes of UTF-8, cut at the end of a line where there is one in the last quarter. What the
 * app renders fits already; this keeps one wrong estimate from losing a whole review.
 */
export function capText(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const kept = cutBytes(text, limit - Buffer.byteLength(ending));
  const lineEnd = kept.lastIndexOf('\n');
  return `${lineEnd > kept.length * 0.75 ? kept.slice(0, lineEnd) : kept}${ending}`;
}

/** `text` on one line of at most `limit` characters. */
export function capLine(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/** The longest beginning of `text` in `limit` bytes that does not end within a character. */
function cutBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  let end = limit;
  // 0b10xxxxxx is never the first byte of a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
