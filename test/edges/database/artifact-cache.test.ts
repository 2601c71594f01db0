import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestStore, testDatabases } from '../../support/store.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** A zip of so many bytes, and its digest. */
function aZip(bytes: number): readonly [string, Uint8Array] {
  const zip = randomBytes(bytes);
  return [sha256(zip), zip];
}

describe.each(testDatabases().map((database) => [database.name, database] as const))(
  'artifact cache on %s',
  (_, database) => {
    let test: TestStore;
    beforeEach(async () => {
      test = await database.open();
    });
    afterEach(() => test.dispose());

    it('gives what was put, of one part or of many, to other processes too', async () => {
      const zips = [aZip(1), aZip(512 * 1024), aZip(1_300_000)];
      const cache = test.store.artifactCache();
      for (const [digest, zip] of [...zips, ...zips]) await cache.put(digest, zip);
      const other = (await test.reopen()).artifactCache();
      for (const [digest, zip] of zips) expect(sha256((await other.get(digest)) ?? Buffer.of())).toBe(sha256(zip));
      expect(await other.get('0'.repeat(64))).toBeNull();
    });

    it.each([
      ['a byte was changed', `UPDATE weirkeeper.artifact_cache_parts SET content = '\\x00' || substr(content, 2)`],
      ['a part is gone', 'DELETE FROM weirkeeper.artifact_cache_parts WHERE part = 1'],
      ['a part has grown', `UPDATE weirkeeper.artifact_cache_parts SET content = content || '\\x00'`],
    ])('gives nothing of which %s, and takes it anew', async (__, change) => {
      const cache = test.store.artifactCache();
      const zip = Buffer.concat([Buffer.of(1), randomBytes(600_000)]);
      await cache.put(sha256(zip), zip);
      await test.query(change);
      expect(await cache.get(sha256(zip))).toBeNull();
      await cache.put(sha256(zip), zip);
      expect(await cache.get(sha256(zip))).not.toBeNull();
    });

    it('drops what was not used for the longest time when it grows over its cap, and what nobody used for two weeks', async () => {
      const cache = test.store.artifactCache({ mostBytes: 1_000 });
      const [old, older, oldest, fresh] = [aZip(240), aZip(250), aZip(1), aZip(230)];
      for (const [digest, zip] of [old, older, oldest]) await cache.put(digest, zip);
      for (const [age, [digest]] of [
        ['2 days', old],
        ['3 days', older],
        ['15 days', oldest],
      ] as const)
        await test.query(
          `UPDATE weirkeeper.artifact_cache SET used_at = now() - interval '${age}' WHERE digest = '${digest}'`,
        );
      await cache.get(older[0]);
      const others = [aZip(250), aZip(250)];
      for (const [digest, zip] of [fresh, ...others]) await cache.put(digest, zip);
      const found = [];
      for (const [digest] of [old, older, oldest, fresh, ...others]) found.push((await cache.get(digest)) !== null);
      expect(found).toEqual([false, true, false, true, true, true]);
      expect(await test.query('SELECT count(*)::integer AS parts FROM weirkeeper.artifact_cache_parts')).toEqual([
        { parts: 4 },
      ]);
    });

    it('does not keep what would fill it alone', async () => {
      const cache = test.store.artifactCache({ mostBytes: 1_000 });
      const [digest, zip] = aZip(251);
      await cache.put(digest, zip);
      expect(await cache.get(digest)).toBeNull();
    });
  },
);
