import type { Kysely } from 'kysely';
import type { PublicKey } from '#core/audit';
import { watchedUntil } from '#core/audit';
import type { CheckpointMemory, OutcomeMemory, StreamPlace } from '#review';
import { type Tables, tableSchema } from './schema.ts';

/** A key as it was made known; the first replaces none. */
type PublishedKey = PublicKey & { readonly replaces: string | null; readonly endorsement: string | null };

/** Keys that have signed, the oldest first. */
export interface SigningKeys {
  list(): Promise<readonly PublishedKey[]>;
  /** Makes a key known as number `position` from 1; nothing when that place is taken already. */
  add(key: PublishedKey, position: number): Promise<void>;
}

/** Keys as rows that are only ever added. */
export function createSigningKeys(whole: Kysely<Tables>): SigningKeys {
  const db = whole.withSchema(tableSchema);
  return {
    async list() {
      const rows = await db.selectFrom('signing_keys').selectAll().orderBy('seq').execute();
      return rows.map(({ keyid, public_key: publicKey, replaces, endorsement }) => ({
        keyid,
        publicKey,
        replaces,
        endorsement,
      }));
    },
    async add({ keyid, publicKey, replaces, endorsement }, position) {
      await db
        .insertInto('signing_keys')
        .values({ seq: position, keyid, public_key: publicKey, replaces, endorsement })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

/** Merges under watch, as rows that go when their time is over. */
export function createOutcomeMemory(whole: Kysely<Tables>): OutcomeMemory {
  const db = whole.withSchema(tableSchema);
  return {
    async watch(repository, merge) {
      const row = {
        base_ref: merge.baseRef,
        merged_at: merge.mergedAt,
        watched_until: watchedUntil(merge).toISOString(),
        facts: JSON.stringify(merge),
      };
      await db
        .insertInto('watched_merges')
        .values({ repository, pull_number: merge.pullNumber, ...row })
        .onConflict((conflict) => conflict.columns(['repository', 'pull_number']).doUpdateSet(row))
        .execute();
    },
    async unwatch(repository, pullNumber) {
      const row = db.deleteFrom('watched_merges').where('repository', '=', repository);
      await row.where('pull_number', '=', pullNumber).execute();
    },
    async watched(repository) {
      const rows = await db
        .selectFrom('watched_merges')
        .select('facts')
        .where('repository', '=', repository)
        .orderBy('merged_at')
        .orderBy('pull_number')
        .execute();
      return rows.map(({ facts }) => facts);
    },
  };
}

/** Checkpoints, as rows that are only ever added. */
export function createCheckpointMemory(whole: Kysely<Tables>): CheckpointMemory {
  const db = whole.withSchema(tableSchema);
  return {
    async readDigests(repository) {
      const rows = db.selectFrom('audit_log').select('digest').where('repository', '=', repository).orderBy('seq');
      return (await rows.execute()).map(({ digest }) => digest);
    },
    async readLast(repository) {
      const newest = db.selectFrom('audit_checkpoints').select(['size', 'line']).where('repository', '=', repository);
      return (await newest.orderBy('size', 'desc').limit(1).executeTakeFirst()) ?? null;
    },
    async add(repository, { size, line }) {
      await db
        .insertInto('audit_checkpoints')
        .values({ repository, size, line })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

/** Every repository that has a log, with the installation that speaks for it. */
export async function readStreams(whole: Kysely<Tables>): Promise<readonly StreamPlace[]> {
  const rows = await whole
    .withSchema(tableSchema)
    .selectFrom('audit_streams')
    .selectAll()
    .orderBy('repository')
    .execute();
  return rows.map(({ repository, installation_id }) => ({ repository, installationId: Number(installation_id) }));
}
