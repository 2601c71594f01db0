import { type Kysely, sql } from 'kysely';
import { auditLine } from '#core/audit';
import { InvariantError } from '#core/base';
import type { AuditEntry, AuditLog } from '#review';
import { lockName } from './lock-name.ts';
import { type Tables, tableSchema } from './schema.ts';

const exportPage = 500;

/** The audit log in the database: one chain a repository, which a trigger lets only grow. */
export function createAuditLog(db: Kysely<Tables>): AuditLog {
  return {
    readLast: (repository) => readLast(db.withSchema(tableSchema), repository),
    append: (repository, make) =>
      db.transaction().execute(async (whole) => {
        await lockName(`audit ${repository}`).execute(whole);
        const trx = whole.withSchema(tableSchema);
        const last = await readLast(trx, repository);
        const entry = make(last);
        assertFollows(repository, last, entry);
        await trx
          .insertInto('audit_log')
          .values({ repository, ...entry })
          .execute();
        return entry;
      }),
  };
}

/** Every record as a line of the exported log, by repository and number; of one repository when one is given. */
export async function* exportAuditLog(db: Kysely<Tables>, repository: string | null): AsyncGenerator<string> {
  let after = { repository: '', seq: 0 };
  for (;;) {
    let query = db
      .withSchema(tableSchema)
      .selectFrom('audit_log')
      .select(['repository', 'seq', 'digest', 'record'])
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

async function readLast(db: Kysely<Tables>, repository: string) {
  const row = await db
    .selectFrom('audit_log')
    .select(['seq', 'digest'])
    .where('repository', '=', repository)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

function assertFollows(repository: string, last: { readonly seq: number } | null, entry: AuditEntry): void {
  const expected = (last?.seq ?? 0) + 1;
  if (entry.seq === expected) return;
  throw new InvariantError('audit-chain-gap', `record ${entry.seq} of ${repository} should be ${expected}`, {
    repository,
    seq: entry.seq,
    expected,
  });
}
