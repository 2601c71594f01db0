import { type Kysely, sql } from 'kysely';
import { auditLine, type ChainState } from '#core/audit';
import { InvariantError } from '#core/base';
import type { AuditLog, RecordedReviews } from '#review';
import { lockName } from './lock-name.ts';
import { type Tables, tableSchema } from './schema.ts';

const exportPage = 500;

/** The audit log in the database: one chain a repository, which a trigger lets only grow. */
export function createAuditLog(db: Kysely<Tables>): AuditLog {
  return {
    append: ({ repository, installationId }, eventKeys, make) =>
      db.transaction().execute(async (whole) => {
        await lockName(`audit ${repository}`).execute(whole);
        const trx = whole.withSchema(tableSchema);
        const chain = { last: await readLast(trx, repository), known: await readKnown(trx, repository, eventKeys) };
        const added = make(chain);
        assertFollows(repository, chain, added);
        await rememberStream(trx, repository, installationId);
        for (const entry of added) {
          const { seq, digest, record, keyId, eventKey, contentDigest } = entry;
          const row = {
            repository,
            seq,
            digest,
            record,
            key_id: keyId,
            event_key: eventKey,
            content_digest: contentDigest,
          };
          await trx
            .insertInto('audit_log')
            .values({ ...row, signatures: JSON.stringify(entry.signatures) })
            .execute();
        }
      }),
  };
}

/** Reviews in the log, looked for from its end: the one that is asked for was recorded of late. */
export function createRecordedReviews(db: Kysely<Tables>): RecordedReviews {
  return {
    async readNewest(repository, pullNumber, head) {
      const row = await db
        .withSchema(tableSchema)
        .selectFrom('audit_log')
        .select(['digest', 'record'])
        .where('repository', '=', repository)
        .where((where) =>
          where.or([where('event_key', 'like', 'analysed:%'), where('event_key', 'like', 'deep-reviewed:%')]),
        )
        .where('record', 'like', `%"gitCommit":"${head}"%`)
        .where('record', 'like', `%"pullNumber":${pullNumber},%`)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },
  };
}

/** Every record as a line of the exported log, by repository and number; of one repository when one is given. */
export async function* exportAuditLog(db: Kysely<Tables>, repository: string | null): AsyncGenerator<string> {
  let after = { repository: '', seq: 0 };
  for (;;) {
    let query = db
      .withSchema(tableSchema)
      .selectFrom('audit_log')
      .select(['repository', 'seq', 'digest', 'record', 'signatures'])
      // By bytes, so that the order and this comparison agree whatever the database's locale.
      .where(sql<boolean>`(repository COLLATE "C", seq) > (${after.repository}, ${after.seq}::integer)`)
      .orderBy(sql`repository COLLATE "C"`)
      .orderBy('seq')
      .limit(exportPage);
    if (repository !== null) query = query.where('repository', '=', repository);
    const rows = await query.execute();
    for (const row of rows) yield auditLine(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < exportPage) return;
    after = last;
  }
}

async function readLast(db: Kysely<Tables>, repository: string): Promise<ChainState['last']> {
  const row = await db
    .selectFrom('audit_log')
    .select(['seq', 'digest', 'key_id'])
    .where('repository', '=', repository)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { seq: row.seq, digest: row.digest, keyId: row.key_id };
}

/** The newest record of each event. */
async function readKnown(
  db: Kysely<Tables>,
  repository: string,
  eventKeys: readonly string[],
): Promise<ChainState['known']> {
  if (eventKeys.length === 0) return new Map();
  const rows = await db
    .selectFrom('audit_log')
    .select(['seq', 'digest', 'event_key', 'content_digest'])
    .where('repository', '=', repository)
    .where('event_key', 'in', eventKeys)
    .orderBy('seq')
    .execute();
  return new Map(
    rows.map((row) => [
      row.event_key ?? '',
      { seq: row.seq, digest: row.digest, contentDigest: row.content_digest ?? '' },
    ]),
  );
}

/** Which installation speaks for a repository: what the daily job has to know. */
async function rememberStream(db: Kysely<Tables>, repository: string, installationId: number): Promise<void> {
  const installation_id = String(installationId);
  await db
    .insertInto('audit_streams')
    .values({ repository, installation_id })
    .onConflict((conflict) => conflict.column('repository').doUpdateSet({ installation_id }))
    .execute();
}

function assertFollows(repository: string, { last }: ChainState, added: readonly { readonly seq: number }[]): void {
  const first = (last?.seq ?? 0) + 1;
  const wrong = added.findIndex(({ seq }, i) => seq !== first + i);
  if (wrong === -1) return;
  const seq = added[wrong]?.seq ?? null;
  const text = `record ${seq ?? '?'} of ${repository} should be ${first + wrong}`;
  throw new InvariantError('audit-chain-gap', text, { repository, seq, expected: first + wrong });
}
