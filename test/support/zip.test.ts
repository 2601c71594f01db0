import { describe, expect, it } from '@jest/globals';
import { type Entry, fromBuffer } from 'yauzl';
import { makeZip, makeZipBomb } from './zip.ts';

describe('zip writer', () => {
  it('writes zips that a strict reader accepts, deflated and stored', async () => {
    const zip = makeZip([
      { name: 'manifest.json', content: '{"a":1}' },
      { name: 'target/catalog.json', content: 'x'.repeat(5_000), method: 'store' },
      { name: 'täbelle.json', content: '' },
    ]);
    expect(await readAll(zip)).toEqual({
      'manifest.json': '{"a":1}',
      'target/catalog.json': 'x'.repeat(5_000),
      'täbelle.json': '',
    });
  });

  it('gives the same bytes for the same entries', () => {
    const entries = [{ name: 'a', content: 'b' }];
    expect(makeZip(entries).equals(makeZip(entries))).toBe(true);
  });

  it.each([
    ['a path that climbs', { name: '../../etc/x', content: 'x' }, /invalid relative path/],
    ['an absolute path', { name: '/etc/x', content: 'x' }, /absolute path/],
    ['a size that is too small', { name: 'a', content: 'x'.repeat(20_000), lieSize: 10 }, /too many bytes/],
  ])('makes %s, which a strict reader refuses', async (_what, entry, reason) => {
    await expect(readAll(makeZip([entry]))).rejects.toThrow(reason);
  });

  it('makes a bomb that is small until inflated', () => {
    expect(makeZipBomb('manifest.json', 10_000_000).length).toBeLessThan(20_000);
  });
});

/** Every entry read to its end, or the reader's complaint. */
function readAll(zip: Buffer): Promise<Record<string, string>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, string>>();
  const found: Record<string, string> = {};
  fromBuffer(zip, { lazyEntries: true, strictFileNames: true }, (refusal, file) => {
    if (refusal !== null) {
      reject(refusal);
      return;
    }
    file.on('error', reject);
    file.on('end', () => {
      resolve(found);
    });
    file.on('entry', (entry: Entry) => {
      file.openReadStream(entry, (error, stream) => {
        if (error !== null) {
          reject(error);
          return;
        }
        const chunks: Buffer[] = [];
        stream.on('error', reject);
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          found[entry.fileName] = Buffer.concat(chunks).toString();
          file.readEntry();
        });
      });
    });
    file.readEntry();
  });
  return promise;
}
