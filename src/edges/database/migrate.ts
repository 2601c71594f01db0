import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { DeploymentError } from '#core/base';
import { firstTables } from './migrations/0001-first-tables.ts';
import { auditStream } from './migrations/0003-audit-stream.ts';
import { lineageCache } from './migrations/0005-lineage-cache.ts';
import { closedPullRequests } from './migrations/0007-closed-pull-requests.ts';
import { artifactCache } from './migrations/0008-artifact-cache.ts';
import { processes } from './migrations/0009-processes.ts';
import { type Tables, tableSchema } from './schema.ts';

/** Every migration, in the order in which they are applied. Names never change. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0003-audit-stream': auditStream,
  '0005-lineage-cache': lineageCache,
  '0007-closed-pull-requests': closedPullRequests,
  '0008-artifact-cache': artifactCache,
  '0009-processes': processes,
};

/**
 * Brings the database up to date. Several processes may start at once: they wait for each other.
 * Throws DeploymentError when a migration fails, or when the database is of a newer version than this program.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableSchema: tableSchema,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName ?? null;
  throw new DeploymentError(
    'migration-failed',
    failed === null
      ? 'The database does not fit this version of Weirkeeper. Run the version that wrote it, or a newer one.'
      : `Migration ${failed} could not be applied. The database role needs CREATE on the database; see the cause in the log.`,
    { migration: failed },
    error,
  );
}
