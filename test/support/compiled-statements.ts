import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseManifest } from '#core/dbt';
import { type SqlStatement, toDialect } from '#core/sql';

/** What the manifests in `folder` hold: models, snapshots, tests and all else that dbt compiled to SQL; each text once a dialect. */
export function compiledStatements(folder: string): readonly SqlStatement[] {
  const found = new Map<string, SqlStatement>();
  for (const path of globSync('**/*manifest*.json*', { cwd: folder }).sort()) {
    const bytes = readFileSync(join(folder, path));
    const manifest = parseManifest((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'), path);
    if (!manifest.ok) continue;
    const dialect = toDialect(manifest.value.metadata.adapterType);
    for (const node of manifest.value.nodes.values()) {
      const sql = node.language === 'sql' ? (node.compiledCode ?? '') : '';
      if (sql.trim() === '' || node.resourceType === 'operation') continue;
      found.set(`${dialect}\n${sql}`, { key: `${path}#${node.uniqueId}`, sql, dialect });
    }
  }
  return [...found.values()];
}
