// Real pull requests, kept beside the project: WEIRKEEPER_CORPORA, or ../shared/corpora.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Change, ProjectSide } from '#core/change';
import { analyzeChange, statementsFor } from '#core/change';
import { parseCatalog, parseManifest } from '#core/dbt';
import { coverage } from '#core/lineage';
import { createSqlReader } from '#edges/sql-engines';
import { valueOf } from '../../support/manifests.ts';

const given = process.env['WEIRKEEPER_CORPORA'];
const places = [
  given,
  given === undefined ? undefined : join(given, 'corpora'),
  join(import.meta.dirname, '../../../../shared/corpora'),
];
const corpora = places.find((place) => place !== undefined && existsSync(join(place, 'model-changes.jsonl')));

interface Label {
  readonly repo: string;
  readonly pr: number;
  readonly model: string;
  readonly added: readonly string[] | null;
  readonly removed: readonly string[] | null;
  readonly type_changed: readonly string[] | null;
}

/** Its catalogs do not agree with each other: a source has columns that the model over it has not. */
const inconsistent = new Set(['dbt_klaviyo/pr38']);

if (corpora === undefined) {
  console.log(
    'lineage of real pull requests skipped: no corpora (WEIRKEEPER_CORPORA, or ../shared/corpora beside the checkout)',
  );
  it.skip('no corpora', () => undefined);
} else {
  const reader = createSqlReader();
  afterAll(() => reader.close());
  const folders = globSync(join(corpora, 'pull-requests/*/pr*')).sort();
  const labels = readFileSync(join(corpora, 'model-changes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Label);
  const text = (path: string): string => gunzipSync(readFileSync(path)).toString('utf8');

  const readSide = (folder: string, side: 'base' | 'head'): ProjectSide => {
    const catalog = join(folder, `${side}.catalog.json.gz`);
    return {
      project: valueOf(parseManifest(text(join(folder, `${side}.manifest.json.gz`)), side)),
      catalog: existsSync(catalog) ? valueOf(parseCatalog(text(catalog), side)) : null,
      runResults: null,
      artifacts: [],
      origin: folder,
      stale: null,
    };
  };

  const analyze = async (folder: string): Promise<Change> => {
    const sides = { pullRequest: null, base: readSide(folder, 'base'), head: readSide(folder, 'head') };
    return analyzeChange(sides, await reader.read(statementsFor(sides)));
  };

  describe('real pull requests', () => {
    it.each(folders.map((folder) => relative(join(corpora, 'pull-requests'), folder)))('%s', async (name) => {
      const change = await analyze(join(corpora, 'pull-requests', name));
      for (const { lineage, project } of [change.base, change.head]) {
        const { columns, resolved } = coverage(lineage, project);
        if (columns > 0) expect(resolved / columns).toBeGreaterThan(0.95);
      }
      const same = new Set(
        change.modified.filter(({ compiled }) => compiled === 'identical').map(({ uniqueId }) => uniqueId),
      );
      expect(change.columnChanges.filter(({ origin, uniqueId }) => origin === 'own' && same.has(uniqueId))).toEqual([]);
      if (inconsistent.has(name)) return;
      expect(wrongColumns(change)).toEqual([]);
      const own = labels.filter(({ repo, pr }) => `${repo.split('/')[1] ?? ''}/pr${pr}` === name);
      expect(own.flatMap((label) => differences(change, label))).toEqual([]);
    });
  });
}

/** Models whose columns, or their order, are others in the warehouse than the lineage says. */
function wrongColumns({ base, head }: Change): readonly string[] {
  return [base, head].flatMap(({ lineage, catalog, project }) =>
    [...lineage.values()].flatMap(({ uniqueId, columns, unresolved }) => {
      const known = catalog?.get(uniqueId);
      if (known === undefined || unresolved !== null || project.nodes.get(uniqueId)?.resourceType !== 'model')
        return [];
      const wanted = known.columns.map((column) => column.name.toLowerCase()).join();
      return columns.map(({ column }) => column.toLowerCase()).join() === wanted ? [] : [uniqueId];
    }),
  );
}

/** How the column changes of a model differ from what both catalogs show. */
function differences({ base, head, columnChanges }: Change, label: Label): readonly string[] {
  const analysed = [base, head].every(({ lineage }) => lineage.get(label.model as never)?.unresolved === null);
  if (!analysed) return [];
  const own = columnChanges.filter(({ uniqueId }) => uniqueId === label.model);
  const found = {
    removed: own.filter(({ kind }) => kind === 'removed' || kind === 'renamed').map(({ column }) => column),
    added: own.flatMap(({ kind, column, after }) => (kind === 'added' ? [column] : kind === 'renamed' ? [after] : [])),
    retyped: own.filter(({ kind }) => kind === 'retyped').map(({ column }) => column),
  };
  const wanted = {
    removed: label.removed,
    added: label.added,
    retyped: label.type_changed,
  };
  return (['removed', 'added', 'retyped'] as const).flatMap((kind) => {
    const truth = wanted[kind];
    const a = [...found[kind]]
      .map((column) => column.toLowerCase())
      .sort()
      .join();
    const b = [...(truth ?? [])]
      .map((column) => column.toLowerCase())
      .sort()
      .join();
    return truth === null || a === b ? [] : [`${label.model} ${kind}: ${a} instead of ${b}`];
  });
}
