// Real pull requests, kept beside the project: WEIRKEEPER_CORPORA, or ../shared/corpora.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { findModified } from '#core/change';
import { parseManifest } from '#core/dbt';
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
  readonly kind: string;
}

if (corpora === undefined) {
  console.log('real pull requests skipped: no corpora (WEIRKEEPER_CORPORA, or ../shared/corpora beside the checkout)');
  it.skip('no corpora', () => undefined);
} else {
  const folders = globSync(join(corpora, 'pull-requests/*/pr*')).sort();
  const labels = readFileSync(join(corpora, 'model-changes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Label);
  const read = (path: string) => valueOf(parseManifest(gunzipSync(readFileSync(path)).toString('utf8'), path));

  describe('real pull requests', () => {
    it.each(folders.map((folder) => relative(join(corpora, 'pull-requests'), folder)))('%s', (name) => {
      const folder = join(corpora, 'pull-requests', name);
      const { modified } = findModified(
        read(join(folder, 'base.manifest.json.gz')),
        read(join(folder, 'head.manifest.json.gz')),
      );
      expect(modified.filter((node) => node.causes.length === 0)).toEqual([]);
      const wrong = labels
        .filter(
          ({ repo, pr }) =>
            `${repo.split('/')[1] ?? ''}/pr${pr}` === `${dirname(name)}/${name.split('/').at(-1) ?? ''}`,
        )
        .map((label) => ({
          ...label,
          compiled: modified.find(({ uniqueId }) => uniqueId === label.model)?.compiled ?? 'unmodified',
        }))
        .filter(({ kind, compiled }) =>
          kind.startsWith('raw_only')
            ? compiled === 'changed' || compiled === 'unmodified'
            : kind === 'raw+compiled' && compiled !== 'changed',
        );
      expect(wrong).toEqual([]);
    });
  });
}
