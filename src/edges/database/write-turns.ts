import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** Milliseconds between two writes, and between two that send mail. */
interface Spacing {
  readonly writeMs: number;
  readonly notifyMs: number;
}

/** Milliseconds that an installation's next write has to wait for its turn, which is then taken. */
export type TakeWriteTurn = (installationId: number, notifies: boolean, spacing: Spacing) => Promise<number>;

/** Turns by the database's clock: a row an installation says when the next may be. */
export function createWriteTurns(db: Kysely<Tables>): TakeWriteTurn {
  return async (installationId, notifies, { writeMs, notifyMs }) => {
    const write = sql`${writeMs} * interval '1 millisecond'`;
    const notification = sql`${notifies ? notifyMs : 0} * interval '1 millisecond'`;
    const turn = sql`greatest(clock_timestamp(), old.next_write, CASE WHEN ${notifies}::boolean THEN old.next_notification END)`;
    const { rows } = await sql<{ ms: number }>`
      INSERT INTO weirkeeper.write_turns AS old (installation_id, next_write, next_notification)
      VALUES (${installationId}, clock_timestamp() + ${write}, clock_timestamp() + ${notification})
      ON CONFLICT (installation_id) DO UPDATE SET
        next_write = ${turn} + ${write},
        next_notification = CASE WHEN ${notifies}::boolean THEN ${turn} + ${notification} ELSE old.next_notification END
      RETURNING extract(epoch FROM next_write - ${write} - clock_timestamp())::float8 * 1000 AS ms`.execute(db);
    return Math.max(0, Math.ceil(rows[0]?.ms ?? 0));
  };
}
