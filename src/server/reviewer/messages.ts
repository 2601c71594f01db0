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
  | { readonly kind: 'reviewed'; readonly summary: ReviewSummary | null }
  | { readonly kind: 'failed'; readonly failure: FailureData };

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
