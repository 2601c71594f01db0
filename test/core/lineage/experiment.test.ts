// Lineage of the demo's models held against what DuckDB does when one source column's values change.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DbtNode } from '#core/dbt';
import { parseCatalog, parseManifest } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import { type Claimed, observe, openLaboratory, type ReadTable } from '../../support/experiment.ts';
import { valueOf } from '../../support/manifests.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const demo = join(import.meta.dirname, '../../../demo/artifacts/pr-4');
const text = (name: string): string => gunzipSync(readFileSync(join(demo, name))).toString('utf8');
const project = valueOf(parseManifest(text('manifest.json.gz'), 'manifest'));
const catalog = valueOf(parseCatalog(text('catalog.json.gz'), 'catalog'));
const models = [...project.nodes.values()].filter(
  (node) => node.resourceType === 'model' && node.compiledCode !== null && node.materialized !== 'ephemeral',
);

function tablesOf(node: DbtNode): readonly ReadTable[] {
  return node.dependsOn.nodes.flatMap((id) => {
    const columns = catalog.get(id)?.columns ?? [];
    const relation = project.nodes.get(id)?.relationName ?? null;
    return relation === null || columns.length === 0 ? [] : [{ uniqueId: id, relation, columns }];
  });
}

describe('changing one column of what a model of the demo reads', () => {
  const laboratory = openLaboratory();
  let lineage: ProjectLineage;
  beforeAll(async () => {
    lineage = await traceSql(project, catalog);
    const db = await laboratory;
    const places = new Set(
      [...project.nodes.values()].map(({ database, schema }) => `"${database ?? ''}"."${schema ?? ''}"`),
    );
    await db.run(`attach ':memory:' as "${models[0]?.database ?? ''}"`);
    for (const place of places) if (!place.includes('""')) await db.run(`create schema if not exists ${place}`);
  });
  afterAll(async () => (await laboratory).closeSync());

  it.each(models.map((node) => [node.name, node] as const))(
    'changes what the lineage of %s names, and nothing else',
    async (_, node) => {
      const own = lineage.get(node.uniqueId);
      const claimed: Claimed = { sql: node.compiledCode ?? '', tables: tablesOf(node), lineage: own! };
      const { runs, unnamed, unmoved, error } = await observe(await laboratory, claimed, 12);
      expect({ unnamed, unmoved, error, ran: runs > 0 }).toEqual({ unnamed: [], unmoved: [], error: null, ran: true });
    },
  );
});
