/** A query changed by one operator. */
export interface SqlMutant {
  readonly operator: string;
  readonly sql: string;
}

interface Operator {
  readonly name: string;
  /** What is replaced, and by what; every place that matches makes one mutant for each replacement. */
  readonly at: RegExp;
  readonly by: (found: RegExpExecArray) => readonly string[];
}

const operand = String.raw`(?:[a-z_]\w*(?:\.[a-z_]\w*)?|\d+(?:\.\d+)?|'[^']*')`;
const comparison = new RegExp(String.raw`(${operand})\s*(<=|>=|<>|!=|=|<|>)\s*(${operand})(?!\s*[-+*/.(\w])`, 'gi');
const aggregates = ['sum', 'max', 'min', 'avg'];
const relations = ['=', '<>', '<', '<=', '>', '>='];

/** Operators that may change what comes out: of clauses, operators, NULLs and identifiers, after Tuya and others, 2007. */
const mutations: readonly Operator[] = [
  { name: 'clause: left join to inner', at: /\bleft\s+(?:outer\s+)?join\b/gi, by: () => ['inner join'] },
  {
    name: 'clause: inner join to left',
    at: /(?<!\b(?:left|right|full|cross|outer|semi|anti|asof)\s)\b(?:inner\s+)?join\b/gi,
    by: () => ['left join'],
  },
  { name: 'clause: distinct added', at: /\bselect\b(?!\s+distinct)/gi, by: () => ['select distinct'] },
  { name: 'clause: distinct removed', at: /\bselect\s+distinct\b/gi, by: () => ['select'] },
  { name: 'clause: union', at: /\bunion(\s+all)?\b/gi, by: ([, all]) => [all === undefined ? 'union all' : 'union'] },
  {
    name: 'clause: group by key dropped',
    at: /(\bgroup\s+by\s+[\w.]+(?:\s*,\s*[\w.]+)*?)\s*,\s*[\w.]+(?=\s*(?:\)|$|having|order|qualify|limit))/gi,
    by: ([, kept = '']) => [kept],
  },
  {
    name: 'clause: aggregate',
    at: /\b(sum|max|min|avg|count)\s*\((?!\s*\*)/gi,
    by: ([, own = '']) =>
      own.toLowerCase() === 'count' ? [] : aggregates.flatMap((one) => (one === own.toLowerCase() ? [] : `${one}(`)),
  },
  {
    name: 'clause: distinct in aggregate',
    at: /\b(count|sum)\s*\((?!\s*(?:\*|distinct))/gi,
    by: ([, own = '']) => [`${own}(distinct `],
  },
  { name: 'clause: condition dropped', at: new RegExp(String.raw`\band\s+${comparison.source}`, 'gi'), by: () => [''] },
  {
    name: 'clause: filter dropped',
    at: new RegExp(String.raw`\bwhere\s+${comparison.source}(?=\s*(?:\)|$|group|order|qualify))`, 'gi'),
    by: () => [''],
  },
  {
    name: 'clause: order turned',
    at: /\b(asc|desc)\b/gi,
    by: ([own = '']) => [own.toLowerCase() === 'desc' ? 'asc' : 'desc'],
  },
  {
    name: 'operator: relation',
    at: comparison,
    by: ([, a = '', own = '', b = '']) =>
      relations.filter((one) => one !== own.replace('!=', '<>')).map((one) => `${a} ${one} ${b}`),
  },
  { name: 'operator: and, or', at: /\b(and|or)\b/gi, by: ([own = '']) => [own.toLowerCase() === 'and' ? 'or' : 'and'] },
  {
    name: 'operator: arithmetic',
    at: /(?<=[\w)]\s)([-+*/])(?=\s[\w(])/g,
    by: ([own = '']) => ['+', '-', '*', '/'].filter((one) => one !== own),
  },
  {
    name: 'operator: not',
    at: /\b(not\s+in|in)\s*\(/gi,
    by: ([, own = '']) => [/not/i.test(own) ? 'in (' : 'not in ('],
  },
  {
    name: 'null: is null turned',
    at: /\bis\s+(not\s+)?null\b/gi,
    by: ([, not]) => [not === undefined ? 'is not null' : 'is null'],
  },
  {
    name: 'null: coalesce removed',
    at: new RegExp(String.raw`\bcoalesce\s*\(\s*(${operand})\s*,\s*${operand}\s*\)`, 'gi'),
    by: ([, kept = '']) => [kept],
  },
  { name: 'null: else removed', at: new RegExp(String.raw`\belse\s+${operand}(?=\s+end\b)`, 'gi'), by: () => [''] },
  { name: 'identifier: number', at: /(?<![\w.'(-])\d+(?![\w.'])/g, by: ([own = '']) => [String(Number(own) + 1)] },
  { name: 'identifier: text', at: /(?<=(?:=|<>|\(|,)\s*)'([^']+)'/g, by: ([, own = '']) => [`'${own}z'`] },
];

/** Operators that leave what comes out. */
const rewrites: readonly Operator[] = [
  {
    name: 'inner written',
    at: /(?<!\b(?:left|right|full|cross|outer|semi|anti|asof|inner)\s)\bjoin\b/gi,
    by: () => ['inner join'],
  },
  { name: 'outer written', at: /\bleft\s+join\b/gi, by: () => ['left outer join'] },
  { name: 'sides swapped', at: comparison, by: ([, a = '', own = '', b = '']) => [`${b} ${turned[own] ?? own} ${a}`] },
  { name: 'parentheses', at: comparison, by: ([all]) => [`(${all})`] },
  {
    name: 'conditions swapped',
    at: new RegExp(
      String.raw`(?<=\b(?:where|on)\s+)(${comparison.source})\s+and\s+(${comparison.source})(?=\s*(?:\)|$|group|order|qualify|left|inner|join|where))`,
      'gi',
    ),
    by: (found) => [`${found[5] ?? ''} and ${found[1] ?? ''}`],
  },
  { name: 'not equal', at: /<>|!=/g, by: ([own = '']) => [own === '<>' ? '!=' : '<>'] },
  {
    name: 'cast',
    at: new RegExp(String.raw`\bcast\s*\(\s*([a-z_]\w*(?:\.\w+)?)\s+as\s+(\w+(?:\(\d+(?:,\s*\d+)?\))?)\s*\)`, 'gi'),
    by: ([, value = '', type = '']) => [`${value}::${type}`],
  },
  { name: 'count of one', at: /\bcount\s*\(\s*\*\s*\)/gi, by: () => ['count(1)'] },
  {
    name: 'negated',
    at: new RegExp(
      String.raw`(?<=\bwhere\s+)(${operand})\s*(<=|>=|<|>)\s*(${operand})(?=\s*(?:\)|$|group|order|qualify))`,
      'gi',
    ),
    by: ([, a = '', own = '', b = '']) => [`not (${a} ${opposite[own] ?? own} ${b})`],
  },
];

const turned: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };
const opposite: Readonly<Record<string, string>> = { '<': '>=', '>': '<=', '<=': '>', '>=': '<' };

/** Every mutant of a query, operator by operator. */
export function mutantsOf(sql: string): readonly SqlMutant[] {
  return [...mutations.flatMap((operator) => applied(operator, sql)), ...columnsSwapped(sql)];
}

/** Every rewrite of a query that leaves its rows. */
export function rewritesOf(sql: string): readonly SqlMutant[] {
  const bare = sql.trim().replace(/;$/, '');
  return [
    ...rewrites.flatMap((operator) => applied(operator, sql)),
    { operator: 'wrapped in a CTE', sql: `with whole as (\n${bare}\n) select * from whole` },
    { operator: 'wrapped in a subquery', sql: `select * from (\n${bare}\n) as whole` },
    {
      operator: 'keywords in capitals',
      sql: sql.replace(/\b(?:select|from|where|and|or|join|on|as|group by|case|when|then|end)\b/gi, (word) =>
        word.toUpperCase(),
      ),
    },
    { operator: 'laid out anew', sql: `-- laid out anew\n${bare.replace(/--[^\n]*/g, '').replace(/\s+/g, ' ')}\n` },
    ...aliasesRenamed(sql),
  ];
}

function applied({ name, at, by }: Operator, sql: string): readonly SqlMutant[] {
  const pattern = new RegExp(at.source, at.flags);
  const made: SqlMutant[] = [];
  for (let found = pattern.exec(sql); found !== null; found = pattern.exec(sql)) {
    const { index, 0: text } = found;
    for (const put of by(found))
      made.push({ operator: name, sql: sql.slice(0, index) + put + sql.slice(index + text.length) });
    if (text === '') pattern.lastIndex += 1;
  }
  return made;
}

/** `t.a` by another column that the query reads of `t`. */
function columnsSwapped(sql: string): readonly SqlMutant[] {
  const reads = [...sql.matchAll(/\b([a-z_]\w*)\.([a-z_]\w*)\b(?!\s*[.(])/gi)];
  return reads.flatMap(({ index, 0: text, 1: alias, 2: column }) => {
    const others = [...new Set(reads.flatMap((one) => (one[1] === alias && one[2] !== column ? [one[2] ?? ''] : [])))];
    return others.slice(0, 2).map((other) => ({
      operator: 'identifier: column',
      sql: `${sql.slice(0, index)}${alias ?? ''}.${other}${sql.slice(index + text.length)}`,
    }));
  });
}

function aliasesRenamed(sql: string): readonly SqlMutant[] {
  const aliases = [...sql.matchAll(/\b(?:from|join)\s+[\w."]+\s+as\s+([a-z_]\w*)\b/gi)].map(([, alias = '']) => alias);
  return [...new Set(aliases)].map((alias) => ({
    operator: 'alias renamed',
    sql: sql
      .replace(new RegExp(String.raw`\bas\s+${alias}\b`, 'gi'), `as ${alias}_again`)
      .replace(new RegExp(String.raw`\b${alias}\.`, 'gi'), `${alias}_again.`),
  }));
}
