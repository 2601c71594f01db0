import type { Piece } from './state.ts';

/** A token of SQL with holes, and what it stands in. */
export interface SqlToken {
  readonly kind: 'word' | 'number' | 'quoted' | 'mark' | 'hole';
  /** Words in lower case; of a hole the number of its piece. */
  readonly text: string;
  /** Whether it touches the token before, or a hole inside quotes. */
  readonly glued: boolean;
}

const open = '\u{E000}';
const close = '\u{E001}';
const pattern = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    `(?<hole>${open}\\d+${close})`,
    String.raw`(?<quoted>'(?:[^'\\]|\\.|'')*(?:'|$)|"[^"]*(?:"|$)|` + '`[^`]*(?:`|$))',
    String.raw`(?<number>\d[\w.]*)`,
    String.raw`(?<word>[\p{L}_$@][\p{L}\p{N}_$]*)`,
    String.raw`(?<mark>::|<=|>=|<>|!=|=>|\|\||[\s\S])`,
  ].join('|'),
  'uy',
);

/**
 * The tokens of pieces, comments left out, and the holes that stand inside quotes or comments. Null where the text itself has the two
 * characters by which holes are told.
 */
export function sqlTokens(pieces: readonly Piece[]): {
  readonly tokens: readonly SqlToken[];
  readonly quoted: ReadonlySet<number>;
  readonly silent: ReadonlySet<number>;
} | null {
  if (pieces.some(({ text }) => text.includes(open) || text.includes(close))) return null;
  const sql = pieces.map(({ text, hole }, at) => (hole === null ? text : `${open}${at}${close}`)).join('');
  const tokens: SqlToken[] = [];
  const [quoted, silent] = [new Set<number>(), new Set<number>()];
  let glued = false;
  for (pattern.lastIndex = 0; pattern.lastIndex < sql.length; ) {
    const groups = pattern.exec(sql)?.groups;
    if (groups === undefined) return null;
    const [kind, text] = Object.entries<string | undefined>(groups).find(([, found]) => found !== undefined) ?? [];
    if (text === undefined) return null;
    if (kind === 'space') for (const at of holesIn(text)) silent.add(at);
    else {
      for (const at of kind === 'quoted' ? holesIn(text) : []) quoted.add(at);
      const own = kind === 'hole' ? text.slice(1, -1) : text.toLowerCase();
      tokens.push({ kind: kind as SqlToken['kind'], text: own, glued });
    }
    glued = kind !== 'space';
  }
  return { tokens, quoted, silent };
}

function holesIn(text: string): readonly number[] {
  return [...text.matchAll(/\u{E000}(\d+)\u{E001}/gu)].map(([, at]) => Number(at));
}
