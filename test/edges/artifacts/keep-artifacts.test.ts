import { describe, expect, it } from '@jest/globals';
import { keepArtifacts } from '#edges/artifacts';
import type { ArtifactCache } from '#review';
import { makeZip } from '../../support/zip.ts';
import { headSha, mergeBaseSha, request, type Upload, workflowOf } from './stage.ts';

const zip = makeZip([{ name: 'manifest.json', content: '{}' }]);
const base: Upload = { name: 'dbt-base', zip, sha: mergeBaseSha, branch: 'main' };
const nextPush = { ...request, headSha: mergeBaseSha };

/** Downloads each of the uploads at several reviews; gives how many downloads GitHub saw. */
async function downloads(uploads: readonly Upload[], reviews: number, cache: ArtifactCache, read = request) {
  const github = workflowOf(uploads);
  let seen = 0;
  const count: typeof github = {
    ...github,
    downloadArtifact: (...asked) => (seen++, github.downloadArtifact(...asked)),
  };
  for (let review = 0; review < reviews; review++) {
    const workflow = keepArtifacts(count, cache); // another process each time
    for (const [at, { name }] of uploads.entries()) {
      await workflow.listArtifacts(read, name);
      const bytes = await workflow.downloadArtifact(read, at + 1, 1_000_000);
      expect(Buffer.from(bytes as Uint8Array).equals(uploads[at]?.zip ?? Buffer.of())).toBe(true);
    }
  }
  return seen;
}

function inMemory(): ArtifactCache {
  const kept = new Map<string, Uint8Array>();
  return {
    get: (digest) => Promise.resolve(kept.get(digest) ?? null),
    put: (digest, bytes) => Promise.resolve(void kept.set(digest, bytes)),
  };
}

describe('artifacts that are kept', () => {
  it('the base is downloaded once for many reviews', async () => {
    expect(await downloads([base], 3, inMemory())).toBe(1);
  });

  it('the head is downloaded each time: the next push has another', async () => {
    expect(await downloads([{ ...base, sha: headSha }], 2, inMemory())).toBe(2);
    expect(await downloads([base], 2, inMemory(), nextPush)).toBe(2);
  });

  it('nothing is kept that GitHub tells no digest of, or that differs from it', async () => {
    expect(await downloads([{ ...base, digest: null }], 2, inMemory())).toBe(2);
    expect(await downloads([{ ...base, digest: `sha256:${'0'.repeat(64)}` }], 2, inMemory())).toBe(2);
  });

  it('one artifact is not taken for another', async () => {
    const other = makeZip([{ name: 'manifest.json', content: '{"other": 1}' }]);
    expect(await downloads([base, { ...base, zip: other }], 2, inMemory())).toBe(2);
  });

  it('a store that fails costs a download and no more', async () => {
    const broken = { get: () => Promise.reject(new Error('down')), put: () => Promise.reject(new Error('down')) };
    expect(await downloads([base], 2, broken)).toBe(2);
  });

  it('what is larger than may be downloaded is not given from what is kept', async () => {
    const workflow = keepArtifacts(workflowOf([base]), inMemory());
    await workflow.listArtifacts(request, base.name);
    await workflow.downloadArtifact(request, 1, 1_000_000);
    expect(await workflow.downloadArtifact(request, 1, 10)).toBe('too-large');
  });
});
