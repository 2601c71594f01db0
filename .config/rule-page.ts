import type { DbtExample, Rule, SqlExample } from '#core/rules';
import { severityCosts } from '#core/gates';

const meanings = {
  S1: 'blocks where it is proven or shown by a counterexample, else warns',
  S2: 'warns: a person says that it is meant',
  S3: 'is told as a note',
  S4: 'is told as a note, folded',
};

/** A rule's page in Markdown, made from the rule itself. */
export function rulePage(rule: Rule, folder: string): string {
  const { page } = rule;
  const messages = Object.entries(rule.messages).map(([id, text]) => `| \`${rule.id}/${id}\` | ${text.replaceAll('|', '\\|')} |`);
  return [
    `<!-- Generated from ${folder}/${rule.id}.ts by "npm run generate". Edit that file. -->`,
    `# ${rule.title} (\`${rule.id}\`)`,
    `Severity ${rule.severity}: ${meanings[rule.severity]}.`,
    page.what,
    '## Why',
    page.why,
    '## What it can say',
    ['| message | text |', '|---|---|', ...messages].join('\n'),
    page.alsoFires === undefined ? '## An edit that it tells' : '## Edits that it tells',
    ...[page.fires, ...(page.alsoFires ?? [])].map(example),
    page.silent.length === 1 ? '## One that it does not tell' : '## Some that it does not tell',
    ...page.silent.map(example),
    '## How to prove it safe',
    page.safeIf,
    '## How to waive',
    ...(page.waive === '' ? [] : [page.waive]),
    'By policy, on the base branch:',
    ['```yaml', 'gates:', '  sql-rules:', `    rules: { ${rule.id}: off }   # or another severity, S1 to S4`, '```'].join('\n'),
    '',
  ].join('\n\n').replace(/\n+$/, '\n');
}

/** The list of all rules. */
export function rulesIndex(rules: readonly Rule[]): string {
  const rows = rules.map(({ id, title, severity }) => `| [\`${id}\`](${id}.md) | ${title} | ${severity} | ${severityCosts[severity]} |`);
  return [
    '<!-- Generated from src/core/rules by "npm run generate". -->',
    '# Semantic rules',
    'Each names an error that compiles, passes the tests and gives plausible wrong data. The gate [`sql-rules`](../gates/sql-rules.md) runs them on what a pull request changes. Three errors have gates of their own: SQL that takes data away ([`destructive`](../gates/destructive.md)), a broken contract ([`contract`](../gates/contract.md)), a column that is removed, renamed or retyped ([`column-lineage`](../gates/column-lineage.md); of two texts without a review [`output-column`](output-column.md)). A model whose SQL is another and means the same is told by none: it is counted as “no change in meaning”.',
    ['| rule | what | severity | costs |', '|---|---|---|---|', ...rows].join('\n'),
    '',
  ].join('\n\n').replace(/\n+$/, '\n');
}

function example(one: SqlExample | DbtExample): string {
  const language = one.kind === 'sql' ? 'sql' : one.language;
  const parts = [
    one.title,
    fenced(language, 'before', one.before),
    fenced(language, 'after', one.after),
    ...(one.kind === 'sql' ? [relations(one)] : []),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function fenced(language: string, title: string, text: string): string {
  const mark = language === 'sql' ? '--' : '#';
  return text === '' ? '' : ['```' + language, `${mark} ${title}`, text.trim(), '```'].join('\n');
}

/** `orders: unique (id), not null id; customers: …`. */
function relations({ relations: all }: SqlExample): string {
  const said = Object.entries(all).flatMap(([name, { keys = [], notNull = [], references = {} }]) => {
    const parts = [
      ...keys.map((columns) => `unique (${columns.join(', ')})`),
      ...(notNull.length > 0 ? [`not null ${notNull.join(', ')}`] : []),
      ...Object.entries(references).map(([column, to]) => `${column} references ${to}`),
    ];
    return parts.length === 0 ? [] : [`\`${name}\`: ${parts.join(', ')}`];
  });
  return said.length === 0 ? '' : `Known from tests: ${said.join('; ')}.`;
}
