import { createHash } from 'node:crypto';
import { setImmediate as letOthersWork } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { ArtifactCache } from '#review';
import { pruneCache } from './prune-cache.ts';
import { type Tables, tableSchema } from './schema.ts';

export interface ArtifactCacheSettings {
  /** Bytes that are kept; what was not used for the longest time goes first. Default 256,000,000. */
  readonly mostBytes?: number;
}

const defaultMostBytes = 256_000_000;
/** Unused that long, an artifact is of a base that has moved on; GitHub itself keeps none longer than 90 days. */
const unusedFor = '14 days';
/** Bytes of one row. Between two rows other work of the process has its turn: PGlite alone would give none. */
const partBytes = 64 * 1024;

/** Zips in rows that may be lost at any time. What is not whole is as good as none. */
export function createArtifactCache(
  whole: Kysely<Tables>,
  { mostBytes = defaultMostBytes }: ArtifactCacheSettings = {},
): ArtifactCache {
  const db = whole.withSchema(tableSchema);
  return {
    async get(digest) {
      const kept = await db
        .updateTable('artifact_cache')
        .set({ used_at: sql<string>`now()` })
        .where('digest', '=', digest)
        .returning('bytes')
        .executeTakeFirst();
      if (kept === undefined) return null;
      const zip = await readParts(db, digest, kept.bytes);
      if (zip === null) await db.deleteFrom('artifact_cache').where('digest', '=', digest).execute();
      return zip;
    },
    async put(digest, zip) {
      if (zip.length > mostBytes / 4) return;
      await whole.transaction().execute((trx) => insertParts(trx.withSchema(tableSchema), digest, zip));
      await pruneCache(db, { table: 'artifact_cache', key: 'digest' }, { mostBytes, unusedFor });
    },
  };
}

/** The zip, one part after the other; null when it does not have the digest. */
async function readParts(db: Kysely<Tables>, digest: string, bytes: number): Promise<Uint8Array | null> {
  const zip = Buffer.allocUnsafe(bytes);
  const hash = createHash('sha256');
  let length = 0;
  for (let part = 0; length < bytes; part++) {
    const row = await db
      .selectFrom('artifact_cache_parts')
      .select('content')
      .where('digest', '=', digest)
      .where('part', '=', part)
      .executeTakeFirst();
    await letOthersWork();
    if (row === undefined || length + row.content.length > bytes) return null;
    zip.set(row.content, length);
    hash.update(row.content);
    length += row.content.length;
  }
  return hash.digest('hex') === digest ? zip : null;
}

async function insertParts(db: Kysely<Tables>, digest: string, zip: Uint8Array): Promise<void> {
  const inserted = await db
    .insertInto('artifact_cache')
    .values({ digest, bytes: zip.length })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .returning('digest')
    .executeTakeFirst();
  if (inserted === undefined) return;
  for (let part = 0; part * partBytes < zip.length; part++) {
    const content = zip.subarray(part * partBytes, (part + 1) * partBytes);
    await db.insertInto('artifact_cache_parts').values({ digest, part, content }).execute();
    await letOthersWork();
  }
}
