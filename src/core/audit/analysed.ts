import type { JsonObject, Sha } from '#core/base';
import { sortedBy } from '#core/base';
import type { Account, ArtifactDigest } from '#core/change';
import type { Answer, Answers, Side } from '#core/evidence';
import type { JudgedGate, Policy, Verdict } from '#core/policy';
import type { Assistance } from '#core/provenance';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './digest.ts';
import type { RecordSigner } from './keys.ts';

/** What a review leaves behind; `deep-reviewed` when the LLM was asked to read the change. */
export interface AnalysedEvent {
  readonly event: 'analysed' | 'deep-reviewed';
  readonly reviewId: string;
  readonly pullNumber: number | null;
  readonly change: ChangeCommits;
  readonly author: Account | null;
  readonly assistance: Assistance;
  readonly artifacts: readonly (ArtifactDigest & { readonly side: Side })[];
  /** Modified and removed nodes, by unique_id; digests are of the raw code, null on a side without the node. */
  readonly nodes: readonly { readonly id: string; readonly before: string | null; readonly after: string | null }[];
  readonly policy: AuditedPolicy;
  readonly verdict: Verdict;
  readonly answers: Answers;
  /** What the questions on data were priced at before any was asked; absent where none was. */
  readonly questions?: QuestionPrice;
  /** What became of the LLM's claims; null when it was not asked or gave none. */
  readonly claims: ClaimCounts | null;
}

/** How many questions were allowed and how many were not, and how many bytes the allowed ones read as far as the catalogs say. */
export interface QuestionPrice {
  readonly asked: number;
  readonly refused: number;
  readonly bytes: number;
  /** Of the allowed ones, those whose size no catalog gives. */
  readonly unpriced: number;
}

interface ChangeCommits {
  readonly base: Sha;
  readonly head: Sha;
  readonly mergeBase: Sha | null;
}

/** The policy in force. `sha` and `digest` are of the file at `path`; null when the repository has none. */
interface AuditedPolicy {
  readonly path: string;
  readonly sha: Sha | null;
  readonly digest: string | null;
  readonly mode: Policy['mode'];
}

export interface ClaimCounts {
  readonly total: number;
  readonly grounded: number;
  readonly dropped: number;
}

/** One review has one record, however often it is tried. */
export function analysedKey({ event, reviewId }: AnalysedEvent): string {
  return `${event}:${reviewId}`;
}

/** What the pull request will be told, without times: a second attempt that says the same needs no second record. */
export function sayingOf({ change, policy, verdict, claims }: AnalysedEvent): string {
  return canonicalJson({
    change: { ...change },
    policy: { ...policy, rung: verdict.rung },
    gates: verdict.gates.map(gateBody),
    verdict: verdict.outcome,
    claims: claims && { ...claims },
  });
}

/** What was read besides the repository, as in-toto subjects. */
export function artifactSubjects({ artifacts }: AnalysedEvent) {
  const sorted = sortedBy(artifacts, ({ side, name }) => `${side} ${name}`);
  return sorted.map(({ side, name, sha256: digest }) => ({ name: `${side}/${name}`, digest: { sha256: digest } }));
}

/** The review's part of the predicate: digests, identifiers and counts, no content. */
export function analysedBody(event: AnalysedEvent, signer: Pick<RecordSigner, 'hmac'>): JsonObject {
  const { change, author, verdict, answers } = event;
  return {
    reviewId: event.reviewId,
    pullNumber: event.pullNumber,
    change: { ...change, nodes: event.nodes.map((node) => ({ ...node })) },
    actors: {
      author: author && { login: author.login, id: author.id },
      assistance: assistanceBody(event.assistance, signer),
    },
    policy: { ...event.policy, rung: verdict.rung },
    gates: verdict.gates.map((gate) => ({
      ...gateBody(gate),
      findings: gate.findings.map((one) => found(one, signer)),
    })),
    ...(event.questions === undefined ? {} : { questions: { ...event.questions } }),
    evidence: sortedBy(answers, ([key]) => key).map(([key, answer]) => evidenceBody(key, answer)),
    llm: llmBody(event, signer),
    verdict: verdict.outcome,
  };
}

/** Evidence is a line of a commit or of a description, which may hold a name or an address: it is kept as an HMAC. */
export function assistanceBody(assistance: Assistance, signer: Pick<RecordSigner, 'hmac'>): JsonObject {
  return {
    level: assistance.level,
    tools: assistance.tools,
    signals: assistance.evidence.map(({ kind, where, text }) => ({ kind, where, hmac: signer.hmac(text) })),
  };
}

function gateBody(gate: JudgedGate): JsonObject {
  return {
    id: gate.gateId,
    mode: gate.mode,
    result: resultOf(gate),
    reason: gate.reason?.code ?? null,
    findings: gate.findings.map(({ fingerprint, cost }) => ({ sha256: sha256(fingerprint), cost })),
  };
}

/** With it what the author declared of rows: the range as it is, the reason, which is text, as an HMAC. */
function found(
  { fingerprint, cost, data }: JudgedGate['findings'][number],
  { hmac }: Pick<RecordSigner, 'hmac'>,
): JsonObject {
  const { declared = '', because = '' } = data;
  const said = declared === '' ? {} : { declared: { range: declared, because: hmac(String(because)) } };
  return { sha256: sha256(fingerprint), cost, ...said };
}

/** UNKNOWN is a result, with its reason, and never an absence. */
function resultOf({ outcome, result, findings }: JudgedGate): string {
  if (outcome === 'failed') return 'FAILED';
  if (outcome === 'unknown') return 'UNKNOWN';
  if (result.outcome === 'passed' && result.basis === 'not-applicable') return 'SKIPPED';
  return findings.length > 0 ? 'WARNED' : 'PASSED';
}

function evidenceBody(key: string, answer: Answer): JsonObject {
  const named = { key: recordedKey(key) };
  if (!answer.known) return { ...named, known: false, reason: answer.reason.code };
  const { kind } = answer;
  if (answer.kind === 'claims') return { ...named, known: true, kind, source: answer.model };
  if (answer.kind === 'counterexample') {
    const { source, ended, found } = answer;
    return { ...named, known: true, kind, source, ended, sha256: found && sha256(JSON.stringify(found)) };
  }
  const { source, at } = answer;
  if (answer.kind === 'row-count') return { ...named, known: true, kind, source, at, rows: answer.rows };
  return { ...named, known: true, kind, source, at, figures: { ...answer.figures } };
}

/** The record holds no content: of a condition, which may hold values, it keeps a digest. */
function recordedKey(key: string): string {
  const [, before, condition] = /^(failing:[^:]*:[^:]*:)(.*)$/s.exec(key) ?? [];
  return before === undefined || condition === undefined ? key : `${before}${sha256(condition).slice(0, 20)}`;
}

function llmBody({ answers, claims }: AnalysedEvent, signer: Pick<RecordSigner, 'hmac'>): JsonObject {
  for (const [, answer] of sortedBy(answers, ([key]) => key)) {
    if (!answer.known || answer.kind !== 'claims') continue;
    return {
      used: true,
      model: answer.model,
      promptTemplate: answer.templateDigest,
      promptHmac: signer.hmac(answer.promptDigest),
      responseSha256: answer.replyDigest,
      tokens: { prompt: answer.tokens.prompt, completion: answer.tokens.completion },
      claims: claims && { total: claims.total, grounded: claims.grounded, dropped: claims.dropped },
    };
  }
  return { used: false };
}
