import { bold, dim, plain, table, wrap } from './terminal.ts';

interface MarkdownOptions {
  readonly width: number;
  /** Whether what GitHub folds is shown too. */
  readonly full: boolean;
  readonly color: boolean;
}

/**
 * The app's Markdown as GitHub would show it, for a terminal: hidden comments are left out, tables are drawn, and a
 * folded part is one line with its summary unless `full`.
 */
export function showMarkdown(markdown: string, options: MarkdownOptions): string {
  const visible = plain(markdown.replace(/<!--[\s\S]*?-->/g, ''));
  const lines = folded(visible.split('\n'), options).flatMap((block) => drawBlock(block, options));
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

interface Block {
  readonly kind: 'text' | 'table' | 'code' | 'summary';
  readonly lines: readonly string[];
}

/** Lines → blocks, in order. What stands in `<details>` is left out, or follows its summary. */
function folded(lines: readonly string[], { full }: MarkdownOptions): readonly Block[] {
  const blocks: Block[] = [];
  let depth = 0;
  let fence = '';
  for (const line of lines) {
    const hidden = depth > 0 && !full;
    const opening = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (fence !== '' || opening !== '') {
      if (fence !== '' && line.trim() === fence) fence = '';
      else if (fence === '') fence = opening;
      else if (!hidden) add(blocks, 'code', line);
      continue;
    }
    const summary = /<summary>(.*?)<\/summary>/.exec(line)?.[1];
    if (line.includes('<details>')) depth += 1;
    if (summary !== undefined && depth <= 1) add(blocks, 'summary', summary);
    else if (summary !== undefined && !hidden) add(blocks, 'summary', `  ${summary}`);
    if (line.includes('</details>')) depth -= 1;
    if (hidden || summary !== undefined || /<\/?details>/.test(line)) continue;
    add(blocks, line.trimStart().startsWith('|') ? 'table' : 'text', line);
  }
  return blocks;
}

function add(blocks: Block[], kind: Block['kind'], line: string): void {
  const last = blocks.at(-1);
  if (last?.kind === kind && kind !== 'summary') blocks[blocks.length - 1] = { kind, lines: [...last.lines, line] };
  else blocks.push({ kind, lines: [line] });
}

function drawBlock({ kind, lines }: Block, options: MarkdownOptions): readonly string[] {
  const { full, color, width } = options;
  switch (kind) {
    case 'code':
      return ['', ...lines.map((line) => dim(`    ${line}`, color)), ''];
    case 'summary':
      return lines.map((line) => bold(`${full ? '▾' : '▸'} ${inline(line)}`, color));
    case 'table': {
      const rows = lines.map(cellsOf).filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
      return ['', ...table(rows, { width, color }).split('\n'), ''];
    }
    case 'text':
      return lines.flatMap((line) => drawLine(line, options));
  }
}

function cellsOf(row: string): readonly string[] {
  const inner = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => inline(cell).trim());
}

function drawLine(line: string, { width, color }: MarkdownOptions): readonly string[] {
  const title = /^#{1,6} (.*)$/.exec(line)?.[1];
  if (title !== undefined) return wrap(inline(title), width).map((part) => bold(part, color));
  const [, lead = '', rest = ''] = /^(\s*(?:[-*] )?)(.*)$/.exec(line) ?? [];
  const parts = wrap(inline(rest), Math.max(20, width - lead.length));
  return parts.map((part, index) => `${index === 0 ? lead : ' '.repeat(lead.length)}${part}`.trimEnd());
}

/** One line of inline Markdown as text. Code is kept in backticks, so that names stand out. */
function inline(markdown: string): string {
  return markdown
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : unescaped(part)))
    .join('');
}

function unescaped(text: string): string {
  return decoded(
    text
      .replace(/<br\s*\/?>/g, ' ')
      .replace(/<\/?[a-z][^>]*>/gi, '')
      .replace(/(?<!\\)\*\*/g, '')
      .replace(/(?<![\\!])\[/g, '')
      .replace(/(?<!\\)\]\([^)\s]*\)/g, '')
      .replace(/\\([\\`*_~[\]#+\-=.)|])/g, '$1'),
  );
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };

/** Entities as the characters they stand for; those that a terminal would obey, or that are not seen, are left out. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|(\w{1,6}));/g, (entity: string, number?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? entity;
    const point = Number(number);
    return point > 0x10_ff_ff ? entity : plain(String.fromCodePoint(point));
  });
}
