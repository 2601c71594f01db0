import { z } from 'zod';
import {
  DeploymentError,
  type FailureDetails,
  InvariantError,
  RepositoryError,
  UpstreamError,
  WeirkeeperError,
} from '#core/base';
import type { MemoryLimit } from '#core/dbt';
import type { Question } from '#core/evidence';
import type { ReadDifferently } from '#edges/sql-engines';
import type { ReviewRequest, ReviewSummary } from '#review';

/** A failure as data: which of the four errors, and what is in it. */
export interface FailureData {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly details: FailureDetails;
}

/** What the server tells the process that reviews. */
export type ToProcess =
  | {
      readonly kind: 'review';
      readonly request: ReviewRequest;
      readonly serverUrl: string;
      /** Of each evidence source, what it answers; it is called `evidence 0`, `evidence 1`, …. */
      readonly evidence: readonly (readonly Question['kind'][])[];
      readonly memoryLimit: MemoryLimit;
    }
  | { readonly kind: 'part'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: FailureData };

const word = z.string().regex(/^[\w.-]{1,60}$/);
const failure = z.strictObject({
  name: z.string().max(40),
  code: word,
  message: z.string(),
  details: z.record(z.string(), z.json()),
});
const outcome = z.enum(['passed', 'failed', 'unknown']);
const tokens = z.looseObject({ prompt: z.int(), completion: z.int() });
const claims = z.discriminatedUnion('known', [
  z.looseObject({ known: z.literal(false) }),
  z.looseObject({ known: z.literal(true), kind: z.literal('claims'), tokens }),
]);
const gate = z.strictObject({ gateId: word, outcome });
const summary = z.strictObject({
  outcome,
  rung: z.enum(['T0', 'T1', 'T2', 'T3', 'T4']),
  gates: z.array(gate).max(50),
  claims: claims.nullable(),
});
const details = z.record(z.string(), z.union([z.string().max(1_000), z.number()]));

/** What the process that reviews tells the server. */
export type FromProcess =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly port: string;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'stage'; readonly name: string; readonly details: Readonly<Record<string, string | number>> }
  | { readonly kind: 'difference'; readonly difference: ReadDifferently }
  | { readonly kind: 'reviewed'; readonly summary: ReviewSummary | null; readonly peakMb: number }
  | { readonly kind: 'failed'; readonly failure: FailureData };

const Message = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('call'),
    id: z.int(),
    port: z.string().max(40),
    method: z.string().max(40),
    args: z.array(z.unknown()).max(4),
  }),
  z.strictObject({
    kind: z.literal('stage'),
    name: z.enum(['collected', 'read', 'gathered', 'recorded', 'published']),
    details,
  }),
  z.strictObject({
    kind: z.literal('difference'),
    difference: z.strictObject({ dialect: word, engine: word, other: word, parts: z.array(word).max(40) }),
  }),
  z.strictObject({ kind: z.literal('reviewed'), summary: summary.nullable(), peakMb: z.number() }),
  z.strictObject({ kind: z.literal('failed'), failure }),
]);

/** A message of the process; null when it is none: then a hostile file has taken the process over. */
export function readMessage(sent: unknown): FromProcess | null {
  const read = Message.safeParse(sent);
  return read.success ? (read.data as FromProcess) : null;
}

const kinds = { RepositoryError, UpstreamError, DeploymentError, InvariantError };

/** An error as data that can be sent. Of one that is none of ours the place in the code is kept, for the log. */
export function toFailureData(error: unknown): FailureData {
  if (error instanceof WeirkeeperError) {
    const { name, code, message, details } = error;
    return { name, code, message, details };
  }
  const isError = error instanceof Error;
  const details = { stack: isError ? (error.stack ?? '') : '' };
  return {
    name: 'InvariantError',
    code: 'unexpected-error',
    message: isError ? error.message : String(error),
    details,
  };
}

/** The error that was made data. */
export function toError({ name, code, message, details }: FailureData): WeirkeeperError {
  const Kind = kinds[name as keyof typeof kinds] as (typeof kinds)['InvariantError'] | undefined;
  return new (Kind ?? InvariantError)(code, message, details);
}
