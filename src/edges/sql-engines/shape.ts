/** What of a statement's text tells whether an engine can take it. */
export interface Shape {
  /** Deepest nesting of parentheses and CASE together. */
  readonly nesting: number;
  /** UNION, EXCEPT, INTERSECT and MINUS. */
  readonly setOperations: number;
  /** AND, OR and `||`. */
  readonly operators: number;
}

/** Strings, quoted names, comments, dollar quotes (skipped); parentheses and the words that count. */
const tokens =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|[()]|\|\||\b(?:case|end|union|except|intersect|minus|and|or)\b/gi;

/** Measures a statement without parsing it. A misread string makes a wrong count, never a wrong tree. */
export function shapeOf(sql: string): Shape {
  let nesting = 0;
  let deepest = 0;
  let setOperations = 0;
  let operators = 0;
  for (const [token] of sql.matchAll(tokens)) {
    const word = token.toLowerCase();
    if (word === '(' || word === 'case') deepest = Math.max(deepest, ++nesting);
    else if (word === ')' || word === 'end') nesting = Math.max(0, nesting - 1);
    else if (word === '||' || word === 'and' || word === 'or') operators += 1;
    else if (/^[a-z]/.test(word)) setOperations += 1;
  }
  return { nesting: deepest, setOperations, operators };
}
