import { type Kysely, sql } from 'kysely';
import type { LineageCache } from '#review';
import { pruneCache } from './prune-cache.ts';
import { type Tables, tableSchema } from './schema.ts';

export interface LineageCacheSettings {
  /** Of the program that reads and traces the SQL: what another version wrote is not found. */
  readonly version: string;
  /** Bytes that are kept; those that were not used for the longest time go first. Default 256,000,000. */
  readonly mostBytes?: number;
}

const defaultMostBytes = 256_000_000;
/** Unused that long, an entry is of a branch that is gone. */
const unusedFor = '30 days';
/** Entries of one statement: three parameters each, of at most 65,535. */
const batch = 1_000;
/** Share of the cap that may be added before it is looked at again. */
const prunedEvery = 0.1;

/** What came of SQL, as rows that may be lost at any time. */
export function createLineageCache(whole: Kysely<Tables>, settings: LineageCacheSettings): LineageCache {
  const db = whole.withSchema(tableSchema);
  const { version, mostBytes = defaultMostBytes } = settings;
  let added = Number.POSITIVE_INFINITY;
  return {
    async get(keys) {
      const found = new Map<string, Uint8Array>();
      for (const part of partsOf(keys)) {
        const rows = await db
          .selectFrom('lineage_cache')
          .select(['key', 'content'])
          .where(
            'key',
            'in',
            part.map((key) => `${version}:${key}`),
          )
          .execute();
        for (const { key, content } of rows) found.set(key.slice(version.length + 1), content);
        if (rows.length > 0)
          await touch(
            db,
            rows.map(({ key }) => key),
          );
      }
      return found;
    },
    async put(entries) {
      for (const part of partsOf([...entries])) {
        const rows = part.map(([key, content]) => ({ key: `${version}:${key}`, content, bytes: content.length }));
        await db
          .insertInto('lineage_cache')
          .values(rows)
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet((row) => ({
              content: row.ref('excluded.content'),
              bytes: row.ref('excluded.bytes'),
              used_at: sql<string>`now()`,
            })),
          )
          .execute();
        for (const { bytes } of rows) added += bytes;
      }
      if (added < mostBytes * prunedEvery) return;
      added = 0;
      await pruneCache(db, { table: 'lineage_cache', key: 'key' }, { mostBytes, unusedFor });
    },
  };
}

function partsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / batch) }, (_, at) => items.slice(at * batch, (at + 1) * batch));
}

/** Once a day is enough to tell what is used. */
async function touch(db: Kysely<Tables>, keys: readonly string[]): Promise<void> {
  await db
    .updateTable('lineage_cache')
    .set({ used_at: sql<string>`now()` })
    .where('key', 'in', keys)
    .where('used_at', '<', sql<Date>`now() - interval '1 day'`)
    .execute();
}
