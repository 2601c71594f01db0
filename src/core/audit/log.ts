import { z } from 'zod';
import type { JsonValue } from '#core/base';
import { InvariantError } from '#core/base';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './digest.ts';
import { auditSchema, type ChainEnd, type SealedRecord } from './record.ts';

/** Where one repository's chain of a log ends. */
interface ChainSummary extends ChainEnd {
  readonly repository: string;
  readonly records: number;
}

/** A log that holds, or its first broken line: `line` counts from 1, `seq` is null when the line tells none. */
export type AuditCheck =
  | {
      readonly ok: true;
      readonly records: number;
      /** Digest of the last line; null of an empty log. */
      readonly lastDigest: string | null;
      readonly chains: readonly ChainSummary[];
    }
  | { readonly ok: false; readonly line: number; readonly seq: number | null; readonly reason: string };

const digestShape = z.string().regex(/^[0-9a-f]{64}$/);
const LogLine = z.strictObject({
  digest: digestShape,
  record: z.looseObject({
    schema: z.literal(auditSchema),
    seq: z.int().positive(),
    prev: digestShape.nullable(),
    repository: z.string().min(1),
  }),
});
type LogLine = z.infer<typeof LogLine>;

type ReadLine =
  | { readonly ok: true; readonly entry: LogLine }
  | { readonly ok: false; readonly seq: number | null; readonly reason: string };

/** A record as one line of an exported log (JSON Lines), canonical like the record itself, without a line end. */
export function auditLine(entry: SealedRecord): string {
  return `{"digest":"${entry.digest}","record":${entry.record}}`;
}

/**
 * Checks an exported log line by line: each line canonical, each digest that of its record, and per repository an unbroken
 * chain from number 1. It cannot show that lines were cut off the end: compare `chains` with digests kept elsewhere.
 * One empty string at the end (the last line end) is allowed.
 */
export function verifyAuditLog(lines: Iterable<string>): AuditCheck {
  const chains = new Map<string, ChainSummary>();
  let line = 0;
  let emptyLine: number | null = null;
  let lastDigest: string | null = null;
  for (const text of lines) {
    line += 1;
    if (emptyLine !== null) return broken(emptyLine, null, 'the line is empty');
    if (text === '') {
      emptyLine = line;
      continue;
    }
    const read = readLine(text);
    if (!read.ok) return broken(line, read.seq, read.reason);
    const { digest, record } = read.entry;
    const fault = findFault(chains.get(record.repository), read.entry);
    if (fault !== null) return broken(line, record.seq, fault);
    chains.set(record.repository, { repository: record.repository, records: record.seq, seq: record.seq, digest });
    lastDigest = digest;
  }
  const records = emptyLine === null ? line : line - 1;
  return { ok: true, records, lastDigest, chains: [...chains.values()] };
}

function broken(line: number, seq: number | null, reason: string): AuditCheck {
  return { ok: false, line, seq, reason };
}

function readLine(text: string): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, seq: null, reason: 'the line is not JSON' };
  }
  const parsed = LogLine.safeParse(value);
  const seq = readSeq(value);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    return { ok: false, seq, reason: `the line is not a ${auditSchema} record${path === '' ? '' : `: see ${path}`}` };
  }
  if (toCanonical(value as JsonValue) !== text) {
    return { ok: false, seq, reason: 'the line is not canonical JSON: it was rewritten' };
  }
  return { ok: true, entry: value as LogLine };
}

function readSeq(value: unknown): number | null {
  const shape = z.object({ record: z.object({ seq: z.int() }) }).safeParse(value);
  return shape.success ? shape.data.record.seq : null;
}

function toCanonical(value: JsonValue): string | null {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof InvariantError) return null;
    throw error;
  }
}

function findFault(last: ChainSummary | undefined, { digest, record }: LogLine): string | null {
  const actual = sha256(canonicalJson(record as JsonValue));
  if (actual !== digest) return `the record's digest is ${actual}, the line says ${digest}: the record was changed`;
  const expected = (last?.seq ?? 0) + 1;
  if (record.seq !== expected) {
    return `record ${expected} of ${record.repository} should stand here, not record ${record.seq}: records are missing, repeated or out of order`;
  }
  const prev = last?.digest ?? null;
  if (record.prev !== prev) return `prev is ${record.prev ?? 'null'}, the record before has digest ${prev ?? 'null'}`;
  return null;
}
