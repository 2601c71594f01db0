import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** A table of things that may be lost at any time, and the column that names one. */
type Cache =
  | { readonly table: 'lineage_cache'; readonly key: 'key' }
  | { readonly table: 'artifact_cache'; readonly key: 'digest' };

/** Removes what was not used for so long (an interval of SQL), and what was not used for the longest time beyond `mostBytes`. `db` is in our schema. */
export async function pruneCache(
  db: Kysely<Tables>,
  { table, key }: Cache,
  { mostBytes, unusedFor }: { readonly mostBytes: number; readonly unusedFor: string },
): Promise<void> {
  const name = sql.ref<string>(key);
  const newest = db
    .selectFrom(table)
    .select([name.as('name'), sql<number>`sum(bytes) OVER (ORDER BY used_at DESC, ${name})`.as('total')])
    .as('newest');
  await db
    .deleteFrom(table)
    .where((row) =>
      row.or([
        row('used_at', '<', sql<Date>`now() - interval ${sql.lit(unusedFor)}`),
        row(name, 'in', db.selectFrom(newest).select('newest.name').where('newest.total', '>', mostBytes)),
      ]),
    )
    .execute();
}
