import { once } from 'node:events';
import { EXIT } from './exit.ts';

/** Writes the log of the configured database to standard output, line by line, and says on standard error how much it was. */
export async function exportLog(repository: string | null): Promise<void> {
  // Loaded only here: an embedded database takes longer to load than a log takes to verify.
  const { openAuditReader } = await import('#edges/database');
  const { DATABASE_URL: databaseUrl, WEIRKEEPER_DATA_DIR: dataDir } = process.env;
  const reader = await openAuditReader(databaseUrl ? { databaseUrl } : { dataDir: dataDir || './.weirkeeper/data' });
  let records = 0;
  try {
    for await (const line of reader.lines(repository)) {
      records += 1;
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
    }
  } finally {
    await reader.close();
  }
  console.error(`${records} records exported`);
  if (records === 0 && repository !== null) process.exitCode = EXIT.failed;
}
