import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestStore, testDatabases } from '../../support/store.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const plain = (found: ReadonlyMap<string, Uint8Array>): unknown =>
  Object.fromEntries([...found].sort().map(([key, content]) => [key, new TextDecoder().decode(content)]));

describe.each(testDatabases().map((database) => [database.name, database] as const))(
  'lineage cache on %s',
  (_, database) => {
    let test: TestStore;
    beforeEach(async () => {
      test = await database.open();
    });
    afterEach(() => test.dispose());

    it('gives what was put, to other processes too, and the newest of a key', async () => {
      const cache = test.store.lineageCache({ version: 'v1' });
      expect(plain(await cache.get(['a']))).toEqual({});
      await cache.put(
        new Map([
          ['a', bytes('one')],
          ['b', bytes('\u0000two')],
        ]),
      );
      await cache.put(new Map([['a', bytes('three')]]));
      expect(plain(await cache.get(['a', 'b', 'c']))).toEqual({ a: 'three', b: '\u0000two' });
      const other = await test.reopen();
      expect(plain(await other.lineageCache({ version: 'v1' }).get(['b']))).toEqual({ b: '\u0000two' });
    });

    it('does not give what another version of the program put', async () => {
      await test.store.lineageCache({ version: 'v1' }).put(new Map([['a', bytes('one')]]));
      expect(plain(await test.store.lineageCache({ version: 'v2' }).get(['a']))).toEqual({});
    });

    it('takes more keys than one statement has parameters', async () => {
      const cache = test.store.lineageCache({ version: 'v1' });
      const entries = new Map(Array.from({ length: 2_500 }, (__, at) => [`key ${at}`, bytes(String(at))] as const));
      await cache.put(entries);
      expect((await cache.get([...entries.keys()])).size).toBe(2_500);
    });

    it('drops what was not used for the longest time when it grows over its cap, and what nobody used for a month', async () => {
      const cache = test.store.lineageCache({ version: 'v1', mostBytes: 100 });
      await cache.put(
        new Map([
          ['old', bytes('x'.repeat(40))],
          ['older', bytes('x'.repeat(40))],
          ['oldest', bytes('x')],
        ]),
      );
      const ages = { old: '2 days', older: '3 days', oldest: '31 days' };
      for (const [key, age] of Object.entries(ages))
        await test.query(
          `UPDATE weirkeeper.lineage_cache SET used_at = now() - interval '${age}' WHERE key = 'v1:${key}'`,
        );
      await cache.get(['older']);
      await cache.put(new Map([['new', bytes('x'.repeat(40))]]));
      expect(Object.keys(plain(await cache.get(['new', 'old', 'older', 'oldest'])) as object)).toEqual([
        'new',
        'older',
      ]);
    });
  },
);
