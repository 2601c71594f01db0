import { type Kysely, sql } from 'kysely';
import { lockName } from './lock-name.ts';
import { queueSchema, type Tables } from './schema.ts';

/**
 * Keeps pg-boss from remembering which keys were in work. Every quarter of a minute its monitor notes the keys of active
 * jobs in its `queue` table; every process reads that note once a minute, and until then passes over the jobs of those
 * keys, long after the work has ended (pg-boss 12, `manager.fetch`, `ignoreSingletons`). A job then waits up to 75 seconds
 * for nothing. That a key has one worker does not rest on the note: the query that takes a job looks at what is active.
 */
export async function forgetActiveKeys(db: Kysely<Tables>): Promise<void> {
  const forget = sql.id(queueSchema, 'forget_active_keys');
  const queue = sql.id(queueSchema, 'queue');
  await db.transaction().execute(async (trx) => {
    // Two processes that start at the same moment would replace the same function at once.
    await lockName('forget active keys').execute(trx);
    await sql`
      CREATE OR REPLACE FUNCTION ${forget}() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.singletons_active := NULL; RETURN NEW; END $$`.execute(trx);
    await sql`
      CREATE OR REPLACE TRIGGER forget_active_keys BEFORE INSERT OR UPDATE ON ${queue}
      FOR EACH ROW WHEN (NEW.singletons_active IS NOT NULL) EXECUTE FUNCTION ${forget}()`.execute(trx);
    await sql`UPDATE ${queue} SET singletons_active = NULL WHERE singletons_active IS NOT NULL`.execute(trx);
  });
}
