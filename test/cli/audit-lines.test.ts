import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type LogEntry, verifyAuditLog } from '#core/audit';
import { checkLog } from '../../src/cli/audit-lines.ts';
import { aLog, aSigner, publicKeyOf } from '../support/audit.ts';

/** A file's signatures are checked many at a time: what is said of a log must not depend on that. */
const size = 700;
const lines = aLog(size);
const foreign = aLog(size, 'shop/warehouse', aSigner('stranger'));
const keys = [publicKeyOf('first')];
const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-audit-'));
const path = join(folder, 'audit.jsonl');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The line under the true key's name with a stranger's signature: only the signature tells. */
function forged(at: number): string {
  const sig = (line: string) => /"sig":"([^"]+)"/.exec(line)?.[1] ?? '';
  const line = lines[at] ?? '';
  return line.replace(sig(line), sig(foreign[at] ?? ''));
}

async function check(changed: Readonly<Record<number, string>>) {
  const text = lines.map((line, at) => changed[at] ?? line);
  writeFileSync(path, text.join('\n'));
  const seen: LogEntry[] = [];
  const told = await checkLog(path, { keys }, (entry) => seen.push(entry));
  return { told, seen: seen.map(({ seq }) => seq), alone: verifyAuditLog(text, { keys }) };
}

describe('a log in a file', () => {
  it('that holds is given entry by entry, in its order', async () => {
    const { told, seen, alone } = await check({});
    expect(told).toEqual(alone);
    expect(told).toMatchObject({ ok: true, records: size });
    expect(seen).toEqual(lines.map((_, at) => at + 1));
  });

  it.each([0, 1, 255, 256, 257, size - 1])('with a forged signature at place %i ends there', async (at) => {
    const { told, seen, alone } = await check({ [at]: forged(at) });
    expect(told).toEqual(alone);
    expect(told).toMatchObject({ ok: false, line: at + 1 });
    expect(seen).toHaveLength(at);
  });

  it.each([
    { name: 'a line that is no record', after: 'no record' },
    { name: 'a line cut short', after: '{"payload":' },
    { name: 'another forged signature', after: forged(410) },
  ])('with a forged signature before $name is told the signature', async ({ after }) => {
    const { told, alone } = await check({ 400: forged(400), 410: after });
    expect(told).toEqual(alone);
    expect(told).toMatchObject({ ok: false, line: 401, reason: expect.stringContaining('signature') });
  });
});
