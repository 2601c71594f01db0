/** Keyword arguments of a `config(…)` call: name → the expression as it is written. */
export type ConfigKeywords = ReadonlyMap<string, string>;

const noKeywords: ConfigKeywords = new Map();

/**
 * The keyword arguments of the first `config(…)` call in Jinja SQL, as dbt's static walk of the syntax tree takes them
 * (dbt `clients/jinja_static.py`, `statically_parse_unrendered_config`); none when there is no such call.
 */
export function configKeywords(rawCode: string): ConfigKeywords {
  for (const tag of jinjaTags(rawCode)) {
    const call = /(?:^|[^\w.'"])config\s*\(/.exec(tag);
    if (call === null) continue;
    const keywords = new Map<string, string>();
    for (const argument of argumentsOf(tag, call.index + call[0].length)) {
      const found = /^\s*([A-Za-z_]\w*)\s*=(?!=)([\s\S]*)$/.exec(argument);
      if (found?.[1] !== undefined && found[2] !== undefined) keywords.set(found[1], found[2].trim());
    }
    return keywords;
  }
  return noKeywords;
}

/** Whether an expression is more than a literal text, number, list or dict of these: its rendered value differs from its source. */
export function isComputed(expression: string): boolean {
  const withoutTexts = expression.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, ' ');
  return /[^\s\d.,:[\]{}+-]/.test(withoutTexts.replaceAll(/\b(?:true|false|none)\b/gi, ' '));
}

/** The insides of `{{ … }}` and `{% … %}`, in order; comments and raw text left out. */
function* jinjaTags(text: string): Generator<string> {
  let at = 0;
  for (;;) {
    const open = nextOpening(text, at);
    if (open === null) return;
    const end = endOfTag(text, open.offset + 2, open.closing);
    if (open.closing !== '#}') yield text.slice(open.offset + 2, end);
    at = end + 2;
  }
}

function nextOpening(text: string, from: number): { readonly offset: number; readonly closing: string } | null {
  for (let at = text.indexOf('{', from); at !== -1; at = text.indexOf('{', at + 1)) {
    const closing = { '{': '}}', '%': '%}', '#': '#}' }[text.charAt(at + 1)];
    if (closing !== undefined) return { offset: at, closing };
  }
  return null;
}

function endOfTag(text: string, from: number, closing: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (depth === 0 && text.startsWith(closing, at)) return at;
    if (closing === '#}') continue;
    if (char === "'" || char === '"') at = endOfText(text, at);
    else if (char === '{') depth++;
    else if (char === '}') depth = Math.max(0, depth - 1);
  }
  return text.length;
}

/** The arguments of a call from after its `(` on, cut at top-level commas. */
function argumentsOf(text: string, from: number): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = from;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "'" || char === '"') at = endOfText(text, at);
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && depth > 0) depth--;
    else if (char === ')' || (char === ',' && depth === 0)) {
      found.push(text.slice(start, at));
      start = at + 1;
      if (char === ')') return found;
    }
  }
  return found;
}

/** Offset of the closing quote of the text that opens at `start`; the last offset when it does not close. */
function endOfText(text: string, start: number): number {
  const mark = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === mark) return at;
  }
  return text.length;
}
