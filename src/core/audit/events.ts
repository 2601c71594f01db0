import { assertNever, type JsonObject, type Sha } from '#core/base';
import type { Account } from '#core/change';
import type { Assistance } from '#core/provenance';
import {
  type AnalysedEvent,
  analysedBody,
  analysedKey,
  artifactSubjects,
  assistanceBody,
  sayingOf,
} from './analysed.ts';
import { sha256 } from './digest.ts';
import type { Handover, PublicKey, RecordSigner } from './keys.ts';

/** What happens to a pull request that the log keeps. `key` is no such thing: it says which key signs from here on. */
export type AuditEvent = OpenedEvent | AnalysedEvent | OverriddenEvent | MergedEvent | OutcomeEvent | KeyEvent;

/** The pull request came to the app's notice. */
interface OpenedEvent {
  readonly event: 'opened';
  readonly pullNumber: number;
  readonly base: Sha;
  readonly head: Sha;
  readonly author: Account | null;
  readonly assistance: Assistance;
}

/** One thing that the app had said and that a person decided otherwise. */
export interface Override {
  /** `gate row-count`, `review`, or `label senior`: the role that the policy gives a name. */
  readonly subject: string;
  /** What the gate had come to; `NONE` of a head without a review, `REMOVED` of a label. */
  readonly result: 'FAILED' | 'UNKNOWN' | 'NONE' | 'REMOVED';
  /** GitHub login; null when GitHub no longer says. */
  readonly by: string | null;
  /** ISO 8601. */
  readonly at: string;
  /** Whether the branch's rules ask for the check, so that only somebody who may bypass them could merge; null: not known. */
  readonly required: boolean | null;
}

/** A pull request was merged though the app had said otherwise of its head. */
export interface OverriddenEvent {
  readonly event: 'overridden';
  readonly pullNumber: number;
  readonly head: Sha;
  readonly mergeCommit: Sha | null;
  /** Digest of the review's record; null when the merged head had none. */
  readonly review: string | null;
  readonly overrides: readonly Override[];
}

export interface Reviewer {
  readonly login: string;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
  /** The commit that the reviewer saw. */
  readonly commit: Sha | null;
  readonly isAuthor: boolean;
}

export interface MergedEvent {
  readonly event: 'merged';
  readonly pullNumber: number;
  readonly base: Sha;
  readonly head: Sha;
  /** The commit on the base branch that brought it in; null when GitHub no longer says. */
  readonly mergeCommit: Sha | null;
  readonly mergedBy: string | null;
  /** ISO 8601. */
  readonly at: string;
  readonly author: Account;
  readonly reviewers: readonly Reviewer[];
}

export type OutcomeState = 'merged' | 'reverted' | 'fixed_forward' | 'abandoned' | 'none_observed';

/** What an outcome rests on: the rule of the specification, and where it was seen. */
export interface OutcomeEvidence {
  readonly rule: 'closed' | 'R1' | 'R2' | 'R3' | 'F1' | 'F2' | 'window';
  /** `commit 1a2b…`, `pull request #43`, a path. */
  readonly where: string;
  /** Stable phrase: what was seen there. */
  readonly what: string;
}

export interface OutcomeEvent {
  readonly event: 'outcome';
  readonly pullNumber: number;
  readonly head: Sha;
  readonly mergeCommit: Sha | null;
  readonly state: OutcomeState;
  readonly confidence: 'explicit' | 'probable' | 'none';
  readonly evidence: readonly OutcomeEvidence[];
  /** Days after the merge in which was looked, as ISO 8601 duration: `P14D`. */
  readonly window: string;
}

export interface KeyEvent {
  readonly event: 'key';
  readonly key: PublicKey;
  readonly handovers: readonly Handover[];
}

interface Subject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** What makes an event the same when it is told again: the newest record of this key is the record of it. */
export function eventKey(event: AuditEvent): string {
  switch (event.event) {
    case 'opened':
    case 'merged':
    case 'overridden':
      return `${event.event}:#${event.pullNumber}`;
    case 'analysed':
    case 'deep-reviewed':
      return analysedKey(event);
    case 'outcome':
      return `outcome:#${event.pullNumber}:${event.state}:${evidenceKey(event)}`;
    case 'key':
      return `key:${event.key.keyid}`;
    default:
      return assertNever(event);
  }
}

/** Digest of what an event says to people: when it is told again and says the same, nothing is added. */
export function contentDigest(event: AuditEvent): string {
  return sha256(event.event === 'analysed' || event.event === 'deep-reviewed' ? sayingOf(event) : eventKey(event));
}

/** The in-toto subjects: the pull request's head first, then what was read. */
export function subjectsOf(event: AuditEvent, repository: string, serverUrl: string): readonly Subject[] {
  if (event.event === 'key') return [{ name: 'signing key', digest: { sha256: event.key.keyid } }];
  const ref = event.pullNumber === null ? '' : `@refs/pull/${event.pullNumber}`;
  const head = 'head' in event ? event.head : event.change.head;
  const pull = { name: `git+${serverUrl}/${repository}${ref}`, digest: { gitCommit: head } };
  return 'artifacts' in event ? [pull, ...artifactSubjects(event)] : [pull];
}

/** The event's own part of the predicate. */
export function eventBody(event: AuditEvent, signer: Pick<RecordSigner, 'hmac'>): JsonObject {
  switch (event.event) {
    case 'opened':
      return {
        pullNumber: event.pullNumber,
        change: { base: event.base, head: event.head },
        actors: { author: accountBody(event.author), assistance: assistanceBody(event.assistance, signer) },
      };
    case 'analysed':
    case 'deep-reviewed':
      return analysedBody(event, signer);
    case 'overridden': {
      const { pullNumber, head, mergeCommit, review, overrides } = event;
      return {
        pullNumber,
        change: { head, mergeCommit },
        review: review && `sha256:${review}`,
        overrides: overrides.map((override) => ({ ...override })),
      };
    }
    case 'merged':
      return mergedBody(event);
    case 'outcome': {
      const { state, confidence, window } = event;
      return {
        pullNumber: event.pullNumber,
        change: { head: event.head, mergeCommit: event.mergeCommit },
        outcome: { state, confidence, window, evidence: evidenceOf(event) },
      };
    }
    case 'key':
      return { key: { ...event.key, handovers: event.handovers.map((handover) => ({ ...handover })) } };
    default:
      return assertNever(event);
  }
}

/** An approval counts only when it was given to the very commit that was merged; a stale one is kept, and called so. */
function mergedBody(event: MergedEvent): JsonObject {
  const { pullNumber, base, head, mergeCommit, mergedBy, at, author, reviewers } = event;
  return {
    pullNumber,
    change: { base, head, mergeCommit },
    merged: { by: mergedBy, at },
    actors: {
      author: accountBody(author),
      reviewers: reviewers.map((reviewer) => ({
        ...reviewer,
        counts: reviewer.state === 'APPROVED' && reviewer.commit === head && !reviewer.isAuthor,
      })),
    },
  };
}

/** The same likeness is seen again at every later commit; it is one finding all the same. */
function evidenceKey({ evidence }: OutcomeEvent): string {
  return evidence.map(({ rule, where }) => (rule === 'R3' ? rule : `${rule}:${where}`)).join(',');
}

function evidenceOf({ evidence }: OutcomeEvent): readonly JsonObject[] {
  return evidence.map(({ rule, where, what }) => ({ rule, where, what }));
}

/** Of people only what GitHub shows to everybody who may see the pull request: the login and the numeric id. */
function accountBody(account: Account | null): JsonObject | null {
  return account && { login: account.login, id: account.id };
}
