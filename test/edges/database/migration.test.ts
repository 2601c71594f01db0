import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { eventKey, extendChain, verifyAuditLog } from '#core/audit';
import { firstTables } from '../../../src/edges/database/migrations/0001-first-tables.ts';
import { anAnalysed, aSigner, publicKeyOf, recordIn } from '../../support/audit.ts';
import { linesOf } from '../../support/idle.ts';
import { quick, type TestStore, testDatabases } from '../../support/store.ts';

const repository = 'shop/warehouse';
/** The logs of two repositories, line by line as a version before signing exported them. */
const allOldLines = readFileSync(new URL('../../fixtures/audit/v1.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const oldLines = allOldLines.filter((line) => rowOf(line).repository === repository);

interface OldRow {
  readonly repository: string;
  readonly seq: number;
  readonly digest: string;
  readonly record: string;
}

/** The row of a line; the record is the text within it, untouched. */
function rowOf(line: string): OldRow {
  const { digest, record } = JSON.parse(line) as { digest: string; record: { repository: string; seq: number } };
  const text = line.slice(`{"digest":"${digest}","record":`.length, -1);
  return { repository: record.repository, seq: record.seq, digest, record: text };
}

/** What a version with only the first migration leaves: its tables, and rows in those that later ones change. */
async function asBeforeSigning(db: Kysely<unknown>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ '0001-first-tables': firstTables }) },
    migrationTableSchema: 'weirkeeper',
  });
  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  for (const { repository, seq, digest, record } of allOldLines.map(rowOf)) {
    await sql`INSERT INTO weirkeeper.audit_log (repository, seq, digest, record)
      VALUES (${repository}, ${seq}, ${digest}, ${record})`.execute(db);
  }
}

describe.each(testDatabases().map((database) => [database.name, database] as const))(
  'a database of before signing, migrated on %s',
  (_name, database) => {
    // One database for all: what is refused changes nothing, and what is appended is read by what stands after it.
    let test: TestStore;
    beforeAll(async () => {
      test = await database.open(quick, asBeforeSigning);
    });
    afterAll(() => test.dispose());

    const { digest: lastDigest = '' } = oldLines.map(rowOf).at(-1) ?? {};
    const exported = () => linesOf(test.store.exportAuditLog(repository));

    async function appendSigned(): Promise<void> {
      const events = [anAnalysed({ reviewId: 'after-the-migration' })];
      const sealing = { repository, serverUrl: 'https://github.com', time: new Date(0), signer: aSigner() };
      await test.store.auditLog.append(
        { repository, installationId: 1 },
        events.map(eventKey),
        (chain) => extendChain(chain, events, sealing).added,
      );
    }

    it('exports the old records byte for byte, and they verify as unsigned', async () => {
      expect(oldLines.length).toBeGreaterThan(1);
      expect(await exported()).toEqual(oldLines);
      expect(verifyAuditLog(await exported())).toMatchObject({
        ok: true,
        records: oldLines.length,
        chains: [{ repository, unsigned: oldLines.length, keyIds: [] }],
      });
    });

    it.each([
      "UPDATE weirkeeper.audit_log SET signatures = '[]'",
      'UPDATE weirkeeper.audit_log SET seq = seq + 100',
      'DELETE FROM weirkeeper.audit_log WHERE seq = 1',
      'TRUNCATE weirkeeper.audit_log',
      "UPDATE weirkeeper.signing_keys SET public_key = 'x'",
      'DELETE FROM weirkeeper.signing_keys',
      'TRUNCATE weirkeeper.signing_keys',
      "UPDATE weirkeeper.audit_checkpoints SET line = 'x'",
      'DELETE FROM weirkeeper.audit_checkpoints',
      'TRUNCATE weirkeeper.audit_checkpoints',
    ])('refuses %s', async (statement) => {
      await expect(test.query(statement)).rejects.toMatchObject({ code: '23001' });
      expect(await exported()).toEqual(oldLines);
    });

    it('links the first signed record to the last old one, and is broken without that one', async () => {
      await appendSigned();
      const lines = await exported();
      expect(lines.slice(0, oldLines.length)).toEqual(oldLines);
      expect(JSON.parse(recordIn(lines[oldLines.length] ?? ''))).toMatchObject({
        predicate: { event: 'key', seq: oldLines.length + 1, prev: `sha256:${lastDigest}` },
      });
      expect(verifyAuditLog(lines, { keys: [publicKeyOf('first')] })).toMatchObject({
        ok: true,
        records: oldLines.length + 2,
        chains: [{ unsigned: oldLines.length, keyIds: [publicKeyOf('first').keyid] }],
      });
      const without = [...lines.slice(0, oldLines.length - 1), ...lines.slice(oldLines.length)];
      expect(verifyAuditLog(without)).toMatchObject({ ok: false, line: oldLines.length });
    });
  },
);
