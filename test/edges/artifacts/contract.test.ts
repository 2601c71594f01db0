import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '#core/policy';
import {
  type ArtifactSource,
  committedArtifacts,
  createArtifacts,
  directoryArtifacts,
  workflowArtifacts,
} from '#edges/artifacts';
import { makeZip } from '../../support/zip.ts';
import { headSha, mergeBaseSha, pullRequest, request, smallLimits, workflowOf } from './stage.ts';

const { artifacts: standardSettings } = defaultPolicy;

/** What each side holds, by file name; a gzip file is given inflated, and stored as the source stores it. */
type Files = Readonly<Record<string, string | Buffer>>;
type Sides = { readonly base: Files; readonly head: Files };

interface Source {
  readonly name: string;
  /** Whether the source can hold bytes as they are: gzip, or text that is not UTF-8. */
  readonly binary: boolean;
  readonly open: (sides: Sides) => Promise<ArtifactSource>;
}

let folder: string;
let opened = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const zipOf = (files: Files): Buffer =>
  makeZip(Object.entries(files).map(([name, content]) => ({ name: `target/${name}`, content })));

const sources: readonly Source[] = [
  {
    name: 'workflow artifact',
    binary: true,
    open: async ({ base, head }) =>
      workflowArtifacts(
        workflowOf([
          { name: 'dbt-base', zip: zipOf(base), sha: mergeBaseSha, branch: 'main' },
          { name: 'dbt-head', zip: zipOf(head), sha: headSha },
        ]),
        standardSettings,
        smallLimits,
      ),
  },
  {
    name: 'directory',
    binary: true,
    open: async ({ base, head }) => {
      opened += 1;
      const place = (side: string): string => join(folder, `${opened}-${side}`);
      for (const [side, files] of Object.entries({ base, head })) {
        await mkdir(place(side));
        for (const [name, content] of Object.entries(files)) await writeFile(join(place(side), name), content);
      }
      return directoryArtifacts({ base: { path: place('base') }, head: { path: place('head') } }, smallLimits);
    },
  },
  {
    name: 'committed files',
    binary: false,
    open: async ({ base, head }) =>
      committedArtifacts(
        {
          readFile: async (_request, path, sha) => {
            const files = sha === headSha ? head : sha === mergeBaseSha ? base : {};
            return files[path.replace('target/', '')]?.toString() ?? null;
          },
        },
        { path: 'target' },
        smallLimits,
      ),
  },
];

describe.each(sources)('$name', ({ open, binary }) => {
  const whole: Files = {
    'manifest.json': '{"nodes":{}}',
    'catalog.json': '{"c":1}',
    'run_results.json': '{"r":1}',
    'weirkeeper-evidence.json': '{"e":1}',
  };

  it('gives each side its own files, with where they came from and their digests', async () => {
    const artifacts = await open({ base: { 'manifest.json': '{"side":"base"}' }, head: whole });
    const head = await artifacts.fetch('head', request, pullRequest);
    expect(head).toMatchObject({
      ok: true,
      set: {
        manifest: Buffer.from('{"nodes":{}}'),
        catalog: Buffer.from('{"c":1}'),
        runResults: Buffer.from('{"r":1}'),
        evidence: '{"e":1}',
        stale: null,
      },
    });
    if (!head.ok) return;
    expect(head.set.digests.map((digest) => digest.name)).toEqual(Object.keys(whole));
    expect(head.set.digests[0]?.sha256).toBe(createHash('sha256').update('{"nodes":{}}').digest('hex'));
    expect(head.set.origin).not.toBe('');
    expect(head.set.manifestName).toContain('manifest.json');
    const base = await artifacts.fetch('base', request, pullRequest);
    expect(base).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from('{"side":"base"}'), catalog: null, runResults: null, evidence: null },
    });
  });

  it('tells a missing manifest, where it was looked for, and what to do', async () => {
    const artifacts = await open({ base: {}, head: { 'catalog.json': '{}' } });
    for (const side of ['base', 'head'] as const) {
      expect(await artifacts.fetch(side, request, pullRequest)).toEqual({
        ok: false,
        reason: {
          code: 'no-manifest',
          text: expect.stringContaining('there is no manifest.json in'),
          remedy: expect.stringMatching(/manifest/),
        },
      });
    }
  });

  it('gives the text as it is, JSON or not', async () => {
    const artifacts = await open({ base: { 'manifest.json': '' }, head: { 'manifest.json': '{"nodes": {' } });
    expect(await artifacts.fetch('head', request, pullRequest)).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from('{"nodes": {') },
    });
    expect(await artifacts.fetch('base', request, pullRequest)).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from('') },
    });
  });

  it('gives the same answer twice', async () => {
    const artifacts = await open({ base: whole, head: whole });
    expect(await artifacts.fetch('head', request, pullRequest)).toEqual(
      await artifacts.fetch('head', request, pullRequest),
    );
  });

  // A committed file is read as text: gzip and broken UTF-8 cannot come that way.
  if (!binary) return;
  describe('with bytes', () => {
    it('reads gzip, with the digest of what it inflates to', async () => {
      const artifacts = await open({
        base: { 'manifest.json': '{}' },
        head: { 'manifest.json.gz': gzipSync('{"z":1}') },
      });
      const head = await artifacts.fetch('head', request, pullRequest);
      expect(head).toMatchObject({
        ok: true,
        set: {
          manifest: Buffer.from('{"z":1}'),
          digests: [{ name: 'manifest.json', sha256: createHash('sha256').update('{"z":1}').digest('hex') }],
        },
      });
    });

    it.each([
      ['cut off', gzipSync('{"z":1}'.repeat(500)).subarray(0, 30), 'artifact-broken'],
      ['no gzip', Buffer.from('not gzip'), 'artifact-broken'],
      ['a bomb', gzipSync(Buffer.alloc(90_000)), 'artifact-zip-bomb'],
      [
        'too large',
        gzipSync(Buffer.from(Array.from({ length: 120_000 }, (_, i) => (i * 7_919) % 251))),
        'artifact-too-large',
      ],
    ])('refuses gzip that is %s', async (_what, content, code) => {
      const artifacts = await open({ base: {}, head: { 'manifest.json.gz': content } });
      const answer = await artifacts.fetch('head', request, pullRequest);
      expect(answer).toMatchObject({
        ok: false,
        reason: { code, text: expect.stringContaining('manifest.json.gz'), remedy: expect.any(String) },
      });
    });

    it('refuses text that is not UTF-8', async () => {
      const artifacts = await open({ base: {}, head: { 'manifest.json': Buffer.from([0x7b, 0xff, 0x7d]) } });
      expect(await artifacts.fetch('head', request, pullRequest)).toMatchObject({
        ok: false,
        reason: { code: 'artifact-not-text' },
      });
    });

    it('refuses files that are too large only together', async () => {
      const noise = gzipSync(createHash('shake256', { outputLength: 2_500 }).update('noise').digest('hex').repeat(18));
      const artifacts = await open({ base: {}, head: { 'manifest.json.gz': noise, 'catalog.json.gz': noise } });
      expect(await artifacts.fetch('head', request, pullRequest)).toMatchObject({
        ok: false,
        reason: { code: 'artifact-too-large', text: expect.stringContaining('the files up to catalog.json.gz') },
      });
    });
  });
});

describe('the source that a policy names', () => {
  it.each([
    ['workflow', '{"from":"workflow"}'],
    ['committed', '{"from":"committed"}'],
  ] as const)('%s', async (source, manifest) => {
    const artifacts = createArtifacts({
      workflow: workflowOf([
        { name: 'dbt-head', zip: zipOf({ 'manifest.json': '{"from":"workflow"}' }), sha: headSha },
      ]),
      pullRequests: {
        readFile: async (_request, path) => (path === 'target/manifest.json' ? '{"from":"committed"}' : null),
      },
    });
    expect(await artifacts.fetch('head', request, pullRequest, { ...standardSettings, source })).toMatchObject({
      ok: true,
      set: { manifest: Buffer.from(manifest) },
    });
  });
});
