/** What GitHub would make of Markdown, as far as text of strangers could do harm: what is left when our own parts are taken out. */
export interface Scan {
  /** Text outside code, fences, our own tags and our own links, line by line. */
  readonly bare: string;
  readonly faults: readonly string[];
}

const OWN_TAGS = /<\/?(?:details|summary|sub)>/g;
const OWN_LINK = /\]\(https:\/\/github\.com\/acme\/shop\/blob\/[0-9a-f]{40}\/[^\s()<>]*\)/g;
/** The three commits that a review compares. */
const OWN_COMMIT = /\b((?:head|base) )[0-9a-f]{40}\b/g;
const HIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/u;

/** Takes our own parts out of Markdown and names what is wrong with its form. */
export function scan(markdown: string): Scan {
  const faults: string[] = [];
  if (HIDDEN.test(markdown)) faults.push('a hidden character');
  if (!markdown.isWellFormed()) faults.push('half a character');
  const lines = outsideFences(markdown.split('\n'), faults);
  checkTables(lines, faults);
  const uncoded = lines
    .map((line) =>
      line.startsWith('<!-- weirkeeper:') && line.endsWith(' -->') && line.split('-->').length === 2 ? '' : line,
    )
    .map(withoutCode);
  for (const tag of ['details', 'summary', 'sub']) {
    const text = uncoded.join('\n');
    if (text.split(`<${tag}>`).length !== text.split(`</${tag}>`).length) faults.push(`<${tag}> is not balanced`);
  }
  const bare = uncoded
    .map((line) =>
      line
        .replace(OWN_TAGS, '')
        .replace(OWN_LINK, ']')
        .replace(OWN_COMMIT, '$1')
        .replace(/&#8203;/g, '\u2400'),
    )
    .join('\n');
  return { bare, faults };
}

/** What in the bare text GitHub would notify, link, show as a picture or run. */
export function activeParts(bare: string): readonly string[] {
  const patterns: readonly (readonly [string, RegExp])[] = [
    ['mention', /@[\p{L}\p{N}_-]/u],
    ['HTML', /</],
    ['link or image', /(?<!\\)\]\s*[([:]/],
    ['address', /[a-z]:\/\//i],
    ['www', /www\./i],
    ['mail', /(?:mailto|xmpp):/i],
    ['issue', /(?<!&)#\d/],
    ['GH issue', /GH-\d/i],
    ['commit', /(?<!\w)[0-9a-f]{7,40}(?!\w)/i],
    ['backtick', /(?<!\\)`/],
    ['math', /\$/],
    ['strikethrough', /(?<!\\)~/],
  ];
  const found = patterns.flatMap(([name, pattern]) =>
    pattern.test(bare) ? [`${name}: ${pattern.exec(bare)?.[0] ?? ''}`] : [],
  );
  const starts = bare.split('\n').filter((line) => /^\s*(?:#(?!## )|>|\* |\+ |=+\s*$|\t| {4})/.test(line));
  return [...found, ...starts.map((line) => `block: ${line.slice(0, 20)}`)];
}

function outsideFences(lines: readonly string[], faults: string[]): readonly string[] {
  let fenced = false;
  const outside: string[] = [];
  for (const line of lines) {
    if (/^ {0,3}(?:```|~~~)/.test(line)) {
      if (!fenced && !['```mermaid', '```yaml', '```sh'].includes(line))
        faults.push(`a fence of a stranger: ${line.slice(0, 20)}`);
      fenced = !fenced;
      outside.push('');
    } else if (!fenced) outside.push(line);
  }
  if (fenced) faults.push('a fence that is not closed');
  return outside;
}

function checkTables(lines: readonly string[], faults: string[]): void {
  let pipes = 0;
  for (const line of lines) {
    const count = line.split('|').length;
    if (line.startsWith('|') && pipes !== 0 && count !== pipes)
      faults.push(`a row of ${count} instead of ${pipes}: ${line.slice(0, 60)}`);
    pipes = line.startsWith('|') ? pipes || count : 0;
  }
}

/** A line without its code spans, by CommonMark's rule: a run of backticks closes at the next run of the same length. */
function withoutCode(line: string): string {
  let bare = '';
  for (let at = 0; at < line.length; ) {
    if (line[at] === '\\') {
      bare += line.slice(at, at + 2);
      at += 2;
    } else if (line[at] === '`') {
      const run = /^`+/.exec(line.slice(at))?.[0] ?? '`';
      const end = closing(line, at + run.length, run.length);
      bare += end === -1 ? run : '\u2401';
      at = end === -1 ? at + run.length : end + run.length;
    } else {
      bare += line[at] ?? '';
      at += 1;
    }
  }
  return bare;
}

function closing(line: string, from: number, length: number): number {
  for (const match of line.slice(from).matchAll(/`+/g)) {
    if (match[0].length === length) return from + match.index;
  }
  return -1;
}
