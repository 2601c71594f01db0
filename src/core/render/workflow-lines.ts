import type { ArtifactSettings } from '#core/policy';
import { plainLine } from './escape.ts';

/** The lines of a GitHub workflow that give the app its artifacts; plain YAML. */
export function workflowLines({ source, baseName, headName, path }: ArtifactSettings): string {
  if (source === 'committed') {
    const folder = plainLine(path, 120).replaceAll('`', "'");
    const files = ['manifest.json', 'catalog.json', 'run_results.json'].map((name) => `${folder}/${name}`);
    return [
      '# then commit the files',
      '- run: dbt build',
      '- run: dbt docs generate',
      `- run: git add --force ${files.join(' ')}`,
    ].join('\n');
  }
  return [
    '# on: pull_request, and push to the base branch',
    '- run: dbt build',
    '- run: dbt docs generate',
    '- if: always()',
    '  uses: actions/upload-artifact@v4',
    '  with:',
    `    name: \${{ github.event_name == 'pull_request' && '${headName}' || '${baseName}' }}`,
    '    path: |',
    '      target/manifest.json',
    '      target/catalog.json',
    '      target/run_results.json',
  ].join('\n');
}
