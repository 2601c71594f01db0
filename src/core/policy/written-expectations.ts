import type { Document } from 'yaml';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { toLine } from '#core/base';
import type { WrittenExpectation } from '#core/change';

const longest = 100_000;
const mostLines = 200;

/**
 * The declarations in a file of head, YAML 1.2: one object whose key `expect` holds a list of lines such as
 * `fct_orders rows -15%..-10% because voided orders leave`. A line that base's file holds too is left out. What is not of this form
 * comes with what is wrong; nothing is thrown, since the file is the author's.
 */
export function writtenExpectations(head: string, base: string | null, path: string): readonly WrittenExpectation[] {
  const earlier = new Set(base === null ? [] : linesIn(base).map(({ text }) => text));
  return linesIn(head)
    .filter(({ text, problem }) => problem !== null || !earlier.has(text))
    .map(({ line, text, problem }) => ({ where: `${path}:${line}`, text, problem }));
}

interface Line extends Pick<WrittenExpectation, 'text' | 'problem'> {
  readonly line: number;
}

function linesIn(text: string): readonly Line[] {
  if (text.length > longest) return [wrong(1, `the file is longer than ${longest} characters`)];
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false });
    const [fault] = document.errors;
    if (fault !== undefined) return [wrong(lineAt(lines, fault.pos[0]), `not YAML (${fault.code})`)];
    return document.contents === null ? [] : listed(document, lines);
  } catch {
    return [wrong(1, 'not readable as YAML: nested too deep')];
  }
}

const form = 'write `expect:` and below it one declaration a line, each after `- `';

/** Nodes are looked at as they stand: an alias is none of them, so that nothing multiplies. */
function listed({ contents }: Document, lines: LineCounter): readonly Line[] {
  if (!isMap(contents)) return [wrong(1, form)];
  return contents.items.flatMap(({ key, value }): readonly Line[] => {
    const at = lineAt(lines, rangeOf(key) ?? 0);
    const name = isScalar(key) ? String(key.value) : '';
    if (name !== 'expect') return [wrong(at, `unknown key "${toLine(name, 40)}"; ${form}`)];
    if (value === null || (isScalar(value) && value.value === null)) return [];
    if (!isSeq(value)) return [wrong(at, form)];
    const all = value.items.map((item): Line => {
      const line = lineAt(lines, rangeOf(item) ?? 0);
      if (!isScalar(item) || typeof item.value !== 'string')
        return wrong(line, 'not one line of text; put it in quotes if it holds ": " or " #"');
      return { line, text: toLine(item.value, 400), problem: null };
    });
    const more = all[mostLines];
    const rest = more === undefined ? [] : [wrong(more.line, `only the first ${mostLines} declarations are read`)];
    return [...all.slice(0, mostLines), ...rest];
  });
}

function wrong(line: number, problem: string): Line {
  return { line, text: '', problem };
}

function rangeOf(node: unknown): number | undefined {
  const { range } = (node ?? {}) as { readonly range?: readonly number[] | null };
  return range?.[0];
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(1, lines.linePos(offset).line);
}
