/**
 * Foreign text on one line, to be shown as text: control, invisible and direction characters become spaces, white space
 * is folded, and what is longer than `longest` characters is cut with an ellipsis.
 */
export function toLine(text: string, longest = 160): string {
  const invisible = /[\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;
  const line = text
    .slice(0, longest * 8)
    .replaceAll(invisible, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
