import type { DbtNode } from '#core/dbt';

/** A column to label, and the lines of YAML that label it. */
export interface ToLabel {
  readonly column: string;
  readonly lines: readonly string[];
}

const groupOf: Readonly<Record<string, string>> = { model: 'models', seed: 'seeds', snapshot: 'snapshots' };

/** YAML to paste that labels columns of a model, seed, snapshot or source table. */
export function labelYaml({ resourceType, uniqueId, name }: DbtNode, columns: readonly ToLabel[]): string {
  const rows = columns.flatMap(({ column, lines }) => [
    `  - name: ${scalar(column)}`,
    ...lines.map((line) => `    ${line}`),
  ]);
  const node = [`  - name: ${scalar(name)}`, '    columns:', ...rows.map((line) => `    ${line}`)];
  if (resourceType !== 'source') return [`${groupOf[resourceType] ?? 'models'}:`, ...node].join('\n');
  const [, , source = ''] = uniqueId.split('.');
  return ['sources:', `  - name: ${scalar(source)}`, '    tables:', ...node.map((line) => `    ${line}`)].join('\n');
}

/** The lines of a label that nobody has written yet. */
export const plainLabel: readonly string[] = ['config:', '  meta:', '    pii: true'];

/** The lines of a label in the form of another, by where that was read: `meta.pii`, `tag pii_email`. */
export function labelLike(source: string): readonly string[] {
  const tag = /^(config\.tags|tag) (.+)$/s.exec(source);
  if (tag !== null) {
    const line = `tags: [${scalar(tag[2] ?? 'pii')}]`;
    return tag[1] === 'tag' ? [line] : ['config:', `  ${line}`];
  }
  const [, place, key = ''] = /^(config\.meta|meta)\.(\w+)$/.exec(source) ?? [];
  const line = `${['pii', 'contains_pii', 'is_pii', 'sensitive'].includes(key) ? key : 'pii'}: true`;
  return place === 'meta' ? ['meta:', `  ${line}`] : ['config:', '  meta:', `    ${line}`];
}

/** Names come from strangers: what is not a plain word is quoted. */
function scalar(text: string): string {
  return /^[A-Za-z_]\w*$/.test(text) ? text : JSON.stringify(text);
}
