import { endOfString } from './tokens.ts';

/** A string literal in Jinja or Python code, and the names of the calls it stands in, outermost first. */
interface CodeString {
  readonly text: string;
  readonly calls: readonly string[];
  readonly start: number;
}

/** A call in Jinja or Python code. */
export interface CodeCall {
  /** With its dots, in lower case: `adapter.drop_relation`. */
  readonly name: string;
  /** What stands between its parentheses. */
  readonly argument: string;
  readonly start: number;
}

export interface CodeParts {
  readonly strings: readonly CodeString[];
  readonly calls: readonly CodeCall[];
}

const name = /[A-Za-z_][\w.]*/y;

/** String literals and calls of Jinja code; of Python code too, whose `#` comments are passed over. */
// eslint-disable-next-line complexity -- the cases of a tokenizer, one a line
export function readCode(code: string, language: 'jinja' | 'python'): CodeParts {
  const strings: CodeString[] = [];
  const open: { readonly name: string; readonly start: number }[] = [];
  const calls: CodeCall[] = [];
  let before = '';
  for (let at = 0; at < code.length; ) {
    const one = code.charAt(at);
    if (one === '#' && language === 'python') {
      const end = code.indexOf('\n', at);
      at = end < 0 ? code.length : end;
      continue;
    }
    if (one === "'" || one === '"') {
      const end = endOfString(code, at, one);
      const width = code.startsWith(one.repeat(3), at) ? 3 : 1;
      const text = code.slice(at + width, Math.max(at + width, end - width));
      strings.push({ text, calls: open.map((call) => call.name), start: at + width });
      at = end;
      continue;
    }
    name.lastIndex = at;
    const found = name.exec(code)?.[0];
    if (found !== undefined) {
      before = found.toLowerCase();
      at += found.length;
      continue;
    }
    if (one === '(') open.push({ name: before, start: at });
    if (one === ')') {
      const call = open.pop();
      if (call !== undefined && call.name !== '') {
        calls.push({ name: call.name, argument: code.slice(call.start + 1, at), start: call.start });
      }
    }
    if (!/\s/.test(one)) before = '';
    at += 1;
  }
  return { strings, calls };
}
