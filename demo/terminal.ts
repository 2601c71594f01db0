/** Text without what a terminal would obey: escape sequences, other controls, and marks that turn text round. */
export function plain(text: string): string {
  return text
    .replace(/\u001B\[[0-?]*[ -/]*[@-~]/g, '')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g, '');
}

export function bold(text: string, color: boolean): string {
  return color ? `\u001B[1m${text}\u001B[22m` : text;
}

export function dim(text: string, color: boolean): string {
  return color ? `\u001B[2m${text}\u001B[22m` : text;
}

/** Columns that a line takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text.replace(/\u001B\[\d+m/g, ''))) {
    width += isWide(segment) ? 2 : 1;
  }
  return width;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function isWide(grapheme: string): boolean {
  return /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFF00-\uFF60]/u.test(
    grapheme,
  );
}

/** Lines of at most `width` columns, broken at spaces; a longer word is broken where it must be. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    for (const piece of pieces(word, width)) {
      const longer = line === '' ? piece : `${line} ${piece}`;
      if (displayWidth(longer) <= width) {
        line = longer;
      } else {
        lines.push(line);
        line = piece;
      }
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function pieces(word: string, width: number): readonly string[] {
  if (displayWidth(word) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== '' && displayWidth(piece + segment) > width) {
      found.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...found, piece];
}

/** Rows of cells as a table with its first row as heading; the widest columns are wrapped until it fits. */
export function table(
  rows: readonly (readonly string[])[],
  { width, color }: { readonly width: number; readonly color: boolean },
): string {
  const widths = columnWidths(rows, width);
  const lines = rows.flatMap((row, index) => {
    const drawn = drawRow(row, widths).map((line) => (index === 0 ? bold(line, color) : line));
    return index === 0 ? [...drawn, dim(widths.map((columns) => '─'.repeat(columns)).join('─┼─'), color)] : drawn;
  });
  return lines.join('\n');
}

function columnWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const count = Math.max(...rows.map((row) => row.length));
  const columns = Array.from({ length: count }, (_, column) => rows.map((row) => row[column] ?? ''));
  const widths = columns.map((cells) => Math.max(1, ...cells.map(displayWidth)));
  // A name is broken only when there is no other way.
  const words = columns.map((cells) => Math.max(...cells.flatMap((cell) => cell.split(/\s+/)).map(displayWidth)));
  for (const least of [words, columns.map(() => minimum)]) shrink(widths, least, width - 3 * (count - 1));
  return widths;
}

/** Takes a column at a time from the widest until all fit in `room`, none below its least. */
function shrink(widths: number[], least: readonly number[], room: number): void {
  while (widths.reduce((sum, columns) => sum + columns, 0) > room) {
    const loose = widths.map((columns, index) => (columns > (least[index] ?? minimum) ? columns : 0));
    const widest = Math.max(...loose);
    if (widest <= minimum) return;
    widths[loose.indexOf(widest)] = widest - 1;
  }
}

/** No column is made narrower. */
const minimum = 8;

function drawRow(row: readonly string[], widths: readonly number[]): readonly string[] {
  const cells = widths.map((columns, index) => wrap(row[index] ?? '', columns));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, index) => padded(lines[line] ?? '', widths[index] ?? 0))
      .join(' │ ')
      .trimEnd(),
  );
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
