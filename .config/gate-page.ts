import type { Gate } from '#core/gates';

/** A gate's page in Markdown, made from the gate itself. */
export function gatePage(gate: Gate): string {
  const messages = Object.entries(gate.messages).map(([id, { text, cost }]) => `| \`${id}\` | ${cost} | ${text.replaceAll('|', '\\|')} |`);
  return [
    `<!-- Generated from src/core/gates/${gate.id}.ts by "npm run generate". Edit that file. -->`,
    `# ${gate.title} (\`${gate.id}\`)`,
    gate.page.what,
    '## Why',
    gate.page.why,
    '## What it can say',
    ['| message | default | text |', '|---|---|---|', ...messages].join('\n'),
    'The default is what a finding costs: `block` fails the gate, `warn` and `note` are shown. A policy may set another:',
    ['```yaml', 'gates:', `  ${gate.id}:`, '    findings:', `      ${Object.keys(gate.messages)[0] ?? 'message'}: warn`, '```'].join('\n'),
    '## How to fix',
    gate.page.howToFix,
    '## How to waive',
    gate.page.howToWaive,
    '',
  ].join('\n\n').replace(/\n+$/, '\n');
}
