import type { JsonValue } from './json.ts';

/** What may be logged and shown of a failure: no secrets, no SQL, no row values. */
export type FailureDetails = Readonly<Record<string, JsonValue>>;

/** What stops a review. `code` is stable; `message` names the place and the remedy; `details` are safe to log. */
export abstract class WeirkeeperError extends Error {
  readonly code: string;
  readonly details: FailureDetails;

  constructor(code: string, message: string, details: FailureDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** The repository's people must act: a policy file is wrong, a manifest is missing or truncated. */
export class RepositoryError extends WeirkeeperError {}
/** Nobody must act, time helps: GitHub, the warehouse or the LLM is down or limits its rate. */
export class UpstreamError extends WeirkeeperError {}
/** Whoever runs the app must act: credentials, permissions, configuration. */
export class DeploymentError extends WeirkeeperError {}
/** We must act: the impossible happened. */
export class InvariantError extends WeirkeeperError {}
