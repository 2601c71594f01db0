import { exportAuditLog } from './audit-log.ts';
import { connect, type StorePlace } from './connect.ts';
import { migrate } from './migrate.ts';

/** The audit log alone, for whoever takes it away. */
export interface AuditReader {
  /** Lines of the exported log; of one repository when one is given. */
  lines(repository: string | null): AsyncGenerator<string>;
  close(): Promise<void>;
}

/** Opens the database to read the audit log. Throws DeploymentError when the folder is in use or the server is not reached. */
export async function openAuditReader(place: StorePlace): Promise<AuditReader> {
  const connection = await connect(place);
  const { db } = connection;
  try {
    await migrate(db);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { lines: (repository) => exportAuditLog(db, repository), close: () => connection.close() };
}
