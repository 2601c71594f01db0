import { plainLine } from './escape.ts';

const MAX_LINES = 60;
const MAX_LINE = 200;

/** YAML that a finding gives to paste, as lines that keep their indentation; names of strangers in it cannot end a fence. */
export function yamlLines(yaml: string | undefined): readonly string[] {
  if (yaml === undefined || yaml === '') return [];
  const lines = yaml.split('\n');
  const shown = lines.slice(0, MAX_LINES).map((line) => {
    const [indent = ''] = /^ {0,40}/.exec(line) ?? [];
    return `${indent}${plainLine(line.slice(indent.length), MAX_LINE).replaceAll('`', "'")}`;
  });
  return lines.length > MAX_LINES ? [...shown, `# and ${lines.length - MAX_LINES} more lines`] : shown;
}

/** A declaration with the fence that it needs, to copy as a whole; '' where there is none. */
export function declarationBlock(declaration: string | undefined): string {
  if (declaration === undefined || declaration === '') return '';
  const line = plainLine(declaration, MAX_LINE).replaceAll('`', "'");
  return `\`\`\`\`text\n\`\`\`weirkeeper-expect\n${line}\n\`\`\`\n\`\`\`\``;
}

/** The same as a code block; '' where there is none. */
export function yamlBlock(yaml: string | undefined): string {
  const lines = yamlLines(yaml);
  return lines.length === 0 ? '' : `\`\`\`yaml\n${lines.join('\n')}\n\`\`\``;
}
