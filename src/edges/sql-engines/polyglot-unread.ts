/** What the engine passes over without a word in its tree: the text tells. Names as `lossy` gives them. */
const passedOver: readonly (readonly [string, RegExp])[] = [
  ['group by distinct', /\bgroup\s+by\s+distinct\b/i],
  ['only', /\bonly\s*\(/i],
  ['limit with ties', /\blimit\b[^()]*\bwith\s+ties\b/i],
  [
    'a plus sign before a value',
    /(?:[(,=<>+\-*/%|[{:]|\b(?:select|distinct|all|by|when|then|else|and|or|not|in|on|where|having|qualify|between|i?like|rlike|escape|is|case|limit|offset|from|for|to|zone|interval|first|next|any|prewhere|leading|trailing|both|max|min))\s*\+/i,
  ],
  ['a number after a number', /(?<![\w.])\d+(?:\.\d+)?\s+\d/],
  [
    'not after a value',
    /\bnot\s*(?:[),;\]}:%]|(?:as|from|where|group|order|having|then|else|end|when|and|or|asc|desc|limit|qualify|offset|fetch|union|except|intersect|minus|with|for|range|rows|inner|ignore|cross|natural|join|(?:left|right|full)\s+(?:outer\s+)?join)\b)/i,
  ],
];

const quotedOrComment = /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** What of `sql` the engine is known to pass over. A misread string costs a proof, never makes one. */
export function passedOverIn(sql: string): readonly string[] {
  const bare = sql.replace(quotedOrComment, (found) => (/^[-/]/.test(found) ? ' ' : "''"));
  return passedOver.flatMap(([name, pattern]) => (pattern.test(bare) ? [name] : []));
}
