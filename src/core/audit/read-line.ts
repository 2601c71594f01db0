import { z } from 'zod';
import { InvariantError, isJsonObject, type JsonObject, type JsonValue } from '#core/base';
import { canonicalJson } from './canonical-json.ts';
import { predicateType, statementForm } from './chain.ts';
import { sha256 } from './digest.ts';
import { bytesOfBase64, Envelope, envelopeLine, statementType } from './dsse.ts';

/** What a record of before records were signed calls itself. */
const oldSchema = 'weirkeeper.audit/v1';

/** One line of an exported log, in its form; whether it fits its chain is another question. */
export interface LogEntry {
  readonly repository: string;
  readonly seq: number;
  readonly digest: string;
  readonly prev: string | null;
  readonly event: string;
  /** ISO 8601. */
  readonly time: string;
  /** The predicate, or the whole record of the old form. */
  readonly body: JsonObject;
  readonly subject: readonly JsonValue[];
  /** Null of the old form. */
  readonly signed: { readonly keyid: string; readonly sig: string; readonly payload: Uint8Array } | null;
}

export type ReadLine =
  | { readonly ok: true; readonly entry: LogEntry }
  | { readonly ok: false; readonly seq: number | null; readonly reason: string };

const digestShape = z.string().regex(/^[0-9a-f]{64}$/);
const linkShape = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((text) => text.slice('sha256:'.length));
const common = { seq: z.int().positive(), repository: z.string().min(1), event: z.string().min(1), time: z.string() };

const OldLine = z.strictObject({
  digest: digestShape,
  record: z.looseObject({ schema: z.literal(oldSchema), prev: digestShape.nullable(), ...common }),
});
const Statement = z.strictObject({
  _type: z.literal(statementForm),
  subject: z.array(z.looseObject({ name: z.string() })).min(1),
  predicateType: z.literal(predicateType),
  predicate: z.looseObject({ prev: linkShape.nullable(), ...common }),
});

/** Reads one line of an exported log. Every character of a line counts: one that could be written otherwise is refused. */
export function readLogLine(text: string): ReadLine {
  const value = parsed(text);
  if (value === undefined) return { ok: false, seq: null, reason: 'the line is not JSON' };
  return isJsonObject(value) && 'payload' in value ? readEnvelope(text, value) : readOldLine(text, value);
}

function readEnvelope(text: string, value: JsonObject): ReadLine {
  const envelope = Envelope.safeParse(value);
  if (!envelope.success) return refused('the line is not a DSSE envelope', envelope.error);
  const { payload: body, payloadType, signatures } = envelope.data;
  const [signature] = signatures;
  if (signature === undefined || signatures.length > 1)
    return { ok: false, seq: null, reason: 'a record has one signature' };
  const payload = Buffer.from(body, 'base64');
  const record = payload.toString('utf8');
  const statement = parsed(record);
  const seq = seqIn(isJsonObject(statement) ? statement['predicate'] : null);
  const isCanonical = envelopeLine(record, payloadType, [signature]) === text && bytesOfBase64(signature.sig) !== null;
  if (!isCanonical) return rewritten(seq);
  if (payloadType !== statementType)
    return { ok: false, seq, reason: `the payload is ${payloadType}, not a statement` };
  return readStatement(statement, { record, seq, signed: { ...signature, payload } });
}

function readStatement(
  value: JsonValue | undefined,
  {
    record,
    seq,
    signed,
  }: { readonly record: string; readonly seq: number | null; readonly signed: LogEntry['signed'] },
): ReadLine {
  const statement = Statement.safeParse(value);
  if (!statement.success)
    return { ...refused(`the payload is not a ${predicateType} statement`, statement.error), seq };
  if (toCanonical(value ?? null) !== record) return rewritten(seq);
  const { predicate, subject } = statement.data;
  const entry = { ...placeOf(predicate), prev: predicate.prev, body: predicate as JsonObject };
  return { ok: true, entry: { ...entry, digest: sha256(record), subject: subject as JsonValue[], signed } };
}

function readOldLine(text: string, value: JsonValue): ReadLine {
  const line = OldLine.safeParse(value);
  const seq = seqIn(isJsonObject(value) ? value['record'] : null);
  if (!line.success)
    return { ...refused('the line is neither a DSSE envelope nor a record of the old form', line.error), seq };
  if (toCanonical(value) !== text) return rewritten(seq);
  const { digest, record } = line.data;
  const actual = sha256(canonicalJson(record as JsonObject));
  if (actual !== digest) {
    return {
      ok: false,
      seq,
      reason: `the record's digest is ${actual}, the line says ${digest}: the record was changed`,
    };
  }
  const entry = { ...placeOf(record), prev: record.prev, digest, body: record as JsonObject };
  return { ok: true, entry: { ...entry, subject: [], signed: null } };
}

function placeOf({ seq, repository, event, time }: z.infer<typeof Statement>['predicate']) {
  return { seq, repository, event, time };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function seqIn(value: JsonValue | undefined): number | null {
  const seq = isJsonObject(value) ? value['seq'] : null;
  return typeof seq === 'number' && Number.isInteger(seq) ? seq : null;
}

function refused(what: string, error: z.ZodError): ReadLine & { readonly ok: false } {
  const path = error.issues[0]?.path.join('.') ?? '';
  return { ok: false, seq: null, reason: path === '' ? what : `${what}: see ${path}` };
}

function rewritten(seq: number | null): ReadLine {
  return { ok: false, seq, reason: 'the line is not canonical: it was rewritten' };
}

function toCanonical(value: JsonValue): string | null {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof InvariantError) return null;
    throw error;
  }
}
