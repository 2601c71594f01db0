import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readZip } from '../../../src/edges/artifacts/zip.ts';
import { makeZip, makeZipBomb, type ZipEntry } from '../../support/zip.ts';
import { smallLimits } from './stage.ts';

const wanted = ['manifest.json', 'catalog.json'];
const read = (zip: Uint8Array, limits = smallLimits) => readZip(zip, wanted, { place: 'workflow artifact x', limits });

function filesOf(answer: Awaited<ReturnType<typeof read>>): Readonly<Record<string, string>> {
  if (!answer.ok) return { reason: answer.reason.code };
  return Object.fromEntries([...answer.files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}

describe('a zip of dbt’s files', () => {
  it.each<readonly [string, readonly ZipEntry[], Readonly<Record<string, string>>]>([
    ['at the top', [{ name: 'manifest.json', content: 'm' }], { 'manifest.json': 'm' }],
    ['in a folder', [{ name: 'target/manifest.json', content: 'm' }], { 'manifest.json': 'm' }],
    ['stored, not compressed', [{ name: 'catalog.json', content: 'c', method: 'store' }], { 'catalog.json': 'c' }],
    [
      'the highest of one name, whatever the order',
      [
        { name: 'a/b/manifest.json', content: 'deep' },
        { name: 'z/manifest.json', content: 'high' },
        { name: 'y/q/manifest.json', content: 'deep too' },
      ],
      { 'manifest.json': 'high' },
    ],
    [
      'with others',
      [
        { name: 'readme.md', content: 'r' },
        { name: 'notmanifest.json', content: 'n' },
      ],
      {},
    ],
    [
      'a symbolic link, as its own text and never followed',
      [{ name: 'manifest.json', content: '/etc/passwd', mode: 0o120777 }],
      { 'manifest.json': '/etc/passwd' },
    ],
    ['a folder of that name', [{ name: 'manifest.json/', content: '' }], {}],
    ['empty', [], {}],
  ])('%s', async (_what, entries, files) => {
    expect(filesOf(await read(makeZip(entries)))).toEqual(files);
  });
});

describe('a hostile zip', () => {
  const manifest = { name: 'manifest.json', content: '{}' };
  it.each<readonly [string, readonly ZipEntry[] | Buffer, string]>([
    ['a name that climbs', [manifest, { name: '../../etc/cron.d/x', content: 'x' }], 'artifact-unsafe-name'],
    ['a wanted name that climbs', [{ name: '../manifest.json', content: 'x' }], 'artifact-unsafe-name'],
    ['an absolute name', [{ name: '/manifest.json', content: 'x' }], 'artifact-unsafe-name'],
    ['a name of another system', [{ name: 'C:/manifest.json', content: 'x' }], 'artifact-unsafe-name'],
    ['a bomb that tells its size', makeZipBomb('manifest.json', 90_000), 'artifact-zip-bomb'],
    ['a bomb that lies about its size', makeZipBomb('manifest.json', 5_000_000, 100), 'artifact-broken'],
    ['a size above the limit', [{ name: 'manifest.json', content: 'x', lieSize: 4_000_000_000 }], 'artifact-too-large'],
    ['a size told too small', [{ name: 'manifest.json', content: 'x'.repeat(500), lieSize: 10 }], 'artifact-broken'],
    ['a size told too large', [{ name: 'manifest.json', content: 'x'.repeat(500), lieSize: 900 }], 'artifact-broken'],
    ['encryption', [{ ...manifest, encrypted: true }], 'artifact-broken'],
    [
      'a thousand names',
      Array.from({ length: 21 }, (_, i) => ({ name: `f${i}`, content: '' })),
      'artifact-too-many-files',
    ],
    ['no zip', Buffer.from('<html>not found</html>'), 'artifact-broken'],
    ['nothing', Buffer.alloc(0), 'artifact-broken'],
    ['cut off', makeZip([manifest]).subarray(0, -30), 'artifact-broken'],
    ['too many bytes', makeZip([{ name: 'x', content: randomBytes(30_000) }]), 'artifact-too-large'],
  ])('%s', async (_what, entries, code) => {
    const answer = await read(Buffer.isBuffer(entries) ? entries : makeZip(entries));
    expect(answer).toMatchObject({
      ok: false,
      reason: { code, text: expect.stringContaining('workflow artifact x'), remedy: expect.any(String) },
    });
  });

  it('never has its own names repeated to the reader', async () => {
    const answer = await read(makeZip([{ name: '../@everyone/<img src=x>', content: 'x' }]));
    expect(JSON.stringify(answer)).not.toMatch(/everyone|img/);
  });

  it('of 400 MB costs no memory to refuse', async () => {
    const zip = makeZipBomb('manifest.json', 64 * 1024 * 1024, 90_000);
    const limits = { ...smallLimits, zipBytes: 10 * 1024 * 1024 };
    const before = process.memoryUsage().arrayBuffers;
    expect((await read(zip, limits)).ok).toBe(false);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
  });

  it('of damaged bytes is refused or read, and never throws', async () => {
    const zip = makeZip([
      { name: 'manifest.json', content: 'x'.repeat(300) },
      { name: 'catalog.json', content: '{}', method: 'store' },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(zip);
        damaged[at] = byte;
        expect(typeof (await read(damaged)).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
