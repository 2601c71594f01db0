import type { JsonObject, Sha } from '#core/base';
import { sortedBy } from '#core/base';
import type { Account, ArtifactDigest } from '#core/change';
import type { Answer, Answers, Side } from '#core/evidence';
import type { JudgedGate, Verdict } from '#core/policy';
import type { Assistance } from '#core/provenance';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './digest.ts';

export const auditSchema = 'weirkeeper.audit/v1';

/** Where a chain stands: number and digest of its last record. */
export interface ChainEnd {
  readonly seq: number;
  readonly digest: string;
}

/** A record as it is stored: its canonical JSON, and the SHA-256 of that text. */
export interface SealedRecord extends ChainEnd {
  readonly record: string;
}

/** What a review leaves behind. */
export interface AuditInput {
  /** The last record of the repository's chain; null when there is none. */
  readonly last: ChainEnd | null;
  readonly time: Date;
  readonly reviewId: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly pullNumber: number | null;
  readonly change: { readonly base: Sha; readonly head: Sha; readonly mergeBase: Sha | null };
  readonly author: Account | null;
  readonly assistance: Assistance;
  readonly artifacts: readonly (ArtifactDigest & { readonly side: Side })[];
  readonly policy: AuditedPolicy;
  readonly verdict: Verdict;
  readonly answers: Answers;
  /** What became of the LLM's claims; null when it was not asked or gave none. */
  readonly claims: ClaimCounts | null;
}

/** The policy in force. `sha` and `digest` are of the file at `path`; null when the repository has none. */
interface AuditedPolicy {
  readonly path: string;
  readonly sha: Sha | null;
  readonly digest: string | null;
}

export interface ClaimCounts {
  readonly total: number;
  readonly grounded: number;
  readonly dropped: number;
}

/**
 * The record of one review, linked to the one before it. It holds digests, identifiers and counts, no content: of people
 * only the author's login and GitHub id, of texts only their SHA-256. The same input gives the same bytes.
 */
export function auditRecord(input: AuditInput): SealedRecord {
  const seq = (input.last?.seq ?? 0) + 1;
  const record = canonicalJson({
    schema: auditSchema,
    seq,
    prev: input.last?.digest ?? null,
    event: 'analysed',
    time: input.time.toISOString(),
    review_id: input.reviewId,
    repository: input.repository,
    pull_number: input.pullNumber,
    change: { base: input.change.base, head: input.change.head, merge_base: input.change.mergeBase },
    actors: { author: toAuthor(input.author), assistance: toAssistance(input.assistance) },
    artifacts: sortedBy(input.artifacts, ({ side, name }) => `${side} ${name}`).map(toArtifact),
    policy: { ...input.policy, rung: input.verdict.rung },
    gates: input.verdict.gates.map(toGate),
    evidence: sortedBy(input.answers, ([key]) => key).map(([key, answer]) => toEvidence(key, answer)),
    llm: toLlm(input.answers, input.claims),
    verdict: input.verdict.outcome,
    outcome: { state: 'open' },
  });
  return { seq, digest: sha256(record), record };
}

function toAuthor(author: Account | null): JsonObject | null {
  return author && { login: author.login, id: author.id };
}

function toAssistance(assistance: Assistance): JsonObject {
  return {
    level: assistance.level,
    evidence: assistance.evidence.map(({ kind, where, text }) => ({ kind, where, sha256: sha256(text) })),
  };
}

function toArtifact({ side, name, sha256: digest }: AuditInput['artifacts'][number]): JsonObject {
  return { side, name, sha256: digest };
}

function toGate(gate: JudgedGate): JsonObject {
  return {
    id: gate.gateId,
    mode: gate.mode,
    outcome: gate.outcome,
    reason: gate.reason?.code ?? null,
    findings: gate.findings.map((finding) => finding.fingerprint),
    summary_sha256: sha256(gate.summary),
  };
}

function toEvidence(key: string, answer: Answer): JsonObject {
  if (!answer.known) return { key, known: false, reason: answer.reason.code };
  if (answer.kind === 'claims') return { key, known: true, kind: answer.kind, source: answer.model };
  return { key, known: true, kind: answer.kind, source: answer.source, at: answer.at, rows: answer.rows };
}

function toLlm(answers: Answers, claims: ClaimCounts | null): JsonObject | null {
  for (const [, answer] of sortedBy(answers, ([key]) => key)) {
    if (!answer.known || answer.kind !== 'claims') continue;
    return {
      model: answer.model,
      prompt_digest: answer.promptDigest,
      reply_digest: answer.replyDigest,
      tokens: { prompt: answer.tokens.prompt, completion: answer.tokens.completion },
      claims: claims && { total: claims.total, grounded: claims.grounded, dropped: claims.dropped },
    };
  }
  return null;
}
