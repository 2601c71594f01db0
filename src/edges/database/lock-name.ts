import { type RawBuilder, sql } from 'kysely';

/** SQL of a transaction-long lock on a name; those who ask for the same name wait for each other. */
export function lockName(name: string): RawBuilder<unknown> {
  return sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}
