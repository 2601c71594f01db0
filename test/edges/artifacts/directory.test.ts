import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DirectorySettings, directoryArtifacts } from '#edges/artifacts';
import { request, smallLimits } from './stage.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  await writeFile(join(folder, 'manifest.json'), '{"m":1}');
  await writeFile(join(folder, 'catalog.json'), '{"c":1}');
  await writeFile(join(folder, 'other.json.gz'), gzipSync('{"m":2}'));
  await writeFile(join(folder, 'elsewhere.json'), '{"c":2}');
  await writeFile(join(folder, 'large.json'), 'x'.repeat(200_000));
  await mkdir(join(folder, 'odd', 'manifest.json'), { recursive: true });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function read(settings: DirectorySettings) {
  const answer = await directoryArtifacts({ base: settings, head: settings }, smallLimits).fetch('base', request, null);
  return answer.ok ? answer.set : answer.reason;
}

describe('a manifest file alone', () => {
  it('is the manifest, and nothing beside it is read', async () => {
    const path = join(folder, 'manifest.json');
    expect(await read({ path })).toMatchObject({ manifest: Buffer.from('{"m":1}'), catalog: null, manifestName: path });
  });

  it('may have any name, may be gzip, and may have its catalog named', async () => {
    const set = await read({ path: join(folder, 'other.json.gz'), catalog: join(folder, 'elsewhere.json') });
    expect(set).toMatchObject({
      manifest: Buffer.from('{"m":2}'),
      catalog: Buffer.from('{"c":2}'),
      manifestName: join(folder, 'other.json.gz'),
    });
  });
});

describe('a directory', () => {
  it('gives way to a catalog that is named', async () => {
    expect(await read({ path: folder })).toMatchObject({ catalog: Buffer.from('{"c":1}') });
    expect(await read({ path: folder, catalog: join(folder, 'elsewhere.json') })).toMatchObject({
      catalog: Buffer.from('{"c":2}'),
    });
  });
});

describe('a path that is wrong', () => {
  it.each([
    ['a directory that is not there', { path: 'gone' }, 'no-artifact', 'gone'],
    ['a catalog that is not there', { path: '.', catalog: 'gone.json' }, 'no-artifact', 'gone.json'],
    ['a catalog that is a directory', { path: '.', catalog: 'odd' }, 'no-artifact', 'odd'],
    ['a manifest that is a directory', { path: 'odd' }, 'artifact-unreadable', 'manifest.json'],
    ['a manifest that is too large', { path: 'large.json' }, 'artifact-too-large', 'large.json'],
  ])('%s', async (_what, settings, code, name) => {
    const inFolder = Object.fromEntries(Object.entries(settings).map(([key, path]) => [key, join(folder, path)]));
    expect(await read(inFolder as unknown as DirectorySettings)).toMatchObject({
      code,
      text: expect.stringContaining(name),
      remedy: expect.any(String),
    });
  });
});
