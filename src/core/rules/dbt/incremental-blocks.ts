import { normalizeSqlText } from '#core/sql';

/** The code of one `{% if is_incremental() %}`, as far as rules read it. */
export interface Block {
  /** Without comments, white space folded, in lower case outside of strings. */
  readonly text: string;
  /** Its first line that says something, as written. */
  readonly firstLine: string;
  /** `>`, `>=`, … in order, as one text. */
  readonly comparisons: string;
  readonly withoutComparison: string;
  /** Hours that it subtracts, by intervals and date functions. */
  readonly lookBack: number;
  /** The text without numbers. */
  readonly shape: string;
  /** What stands in `max(…)`, and from where; '' without. */
  readonly mark: string;
}

/** The blocks under `is_incremental()` of a model's Jinja, without their `else`. */
export function incrementalBlocks(rawCode: string): readonly Block[] {
  const code = rawCode.replaceAll(/\{#[\s\S]*?#\}/g, ' ');
  const blocks: Block[] = [];
  const opening = /\{%[-+]?\s*(?:if|elif)\b((?:(?!%\}|\bnot\b)[\s\S])*?)\bis_incremental\s*\(\s*\)[\s\S]*?%\}/g;
  for (let found = opening.exec(code); found !== null; found = opening.exec(code)) {
    const from = found.index + found[0].length;
    const text = code.slice(from, endOf(code, from));
    if (text.trim() !== '') blocks.push(toBlock(text));
  }
  return blocks;
}

/** Where the block ends: its own `else`, `elif` or `endif`. */
function endOf(code: string, from: number): number {
  const tag = /\{%[-+]?\s*(if|elif|else|endif)\b[\s\S]*?%\}/g;
  tag.lastIndex = from;
  let depth = 0;
  for (let found = tag.exec(code); found !== null; found = tag.exec(code)) {
    if (found[1] === 'if') depth += 1;
    else if (depth === 0) return found.index;
    else if (found[1] === 'endif') depth -= 1;
  }
  return code.length;
}

function toBlock(written: string): Block {
  const text = foldSql(written);
  const comparisons = [...text.matchAll(/>=|<=|<>|!=|[<>]/g)].map(([sign]) => sign).join(' ');
  const lines = written.split('\n').map((line) => line.trim());
  return {
    text,
    firstLine: lines.find((line) => /\w/.test(line) && !line.startsWith('--')) ?? '',
    comparisons,
    withoutComparison: text.replaceAll(/ ?(?:>=|<=|[<>]) ?/g, ' ? '),
    lookBack: lookBackOf(text),
    shape: text.replaceAll(/\d+/g, '0').replaceAll(/\b(hour|day|week|month|minute)s?\b/g, 'unit'),
    mark: spaced(/max\((.*?)\) ?(?:as \w+ )?(from [^)]+)?/.exec(text)?.slice(1).join(' ').trim() ?? ''),
  };
}

/** `{{this}}` as people write it. */
function spaced(text: string): string {
  return text.replaceAll(/\{\{(.*?)\}\}/g, '{{ $1 }}');
}

/** SQL without comments, in lower case and without space beside signs, outside of strings: what is left says something. */
export function foldSql(written: string): string {
  return normalizeSqlText(written)
    .replaceAll(/'(?:[^']|'')*'|[^']+/g, (part) =>
      part.startsWith("'")
        ? part
        : part
            .toLowerCase()
            .replaceAll(/\s+/g, ' ')
            .replaceAll(/ ?([(),]|::|[<>=!]+) ?/g, '$1')
            .replaceAll(/\{\{ | \}\}/g, (brace) => brace.trim()),
    )
    .trim();
}

const unitHours: Readonly<Record<string, number>> = {
  minute: 1 / 60,
  hour: 1,
  day: 24,
  week: 168,
  month: 730,
  year: 8760,
};

/** `interval '3 days'`, `interval 3 day`, `dateadd(day,-3,…)`, `date_sub(…,interval 3 day)`, `'-3 days'`, together. */
function lookBackOf(text: string): number {
  const amounts = [
    ...[...text.matchAll(/interval ?'?(\d+)'? ?'?(minute|hour|day|week|month|year)s?/g)].map(([, count, unit]) => [
      count,
      unit,
    ]),
    ...[...text.matchAll(/dateadd\('?(minute|hour|day|week|month|year)s?'?,-(\d+)/g)].map(([, unit, count]) => [
      count,
      unit,
    ]),
    ...[...text.matchAll(/(?:date_add|add_days|date_sub|days_sub)\([^,()]+,-?(\d+)\)/g)].map(([, count]) => [
      count,
      'day',
    ]),
  ];
  return amounts.reduce((sum, [count, unit]) => sum + Number(count) * (unitHours[unit ?? ''] ?? 0), 0);
}
