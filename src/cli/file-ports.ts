import { EXPECT_PATH, POLICY_PATH } from '#core/base';
import type { PullRequest } from '#core/change';
import type { DirectorySettings } from '#edges/artifacts';
import { directoryArtifacts } from '#edges/artifacts';
import { chooseLlm } from '#edges/llm';
import { ephemeralSigner } from '#edges/signing';
import { evidenceFileSource } from '#edges/warehouse';
import { createRecorder, type EvidenceSource, noLineageCache, type ReviewPorts, type SqlReader } from '#review';
import { readIfThere, readText } from './read-text.ts';

/** Which files a review on the command line reads. */
export interface ReviewFiles {
  readonly base: DirectorySettings;
  readonly head: DirectorySettings;
  /** Text of the policy; null for the defaults. */
  readonly policy: string | null;
  readonly evidence: string | null;
  /** Text of the file of declarations. */
  readonly expectations?: string | null;
  readonly pullRequest: PullRequest | null;
}

const serverUrl = 'https://github.com';
const clock = { now: () => new Date() };

/** The ports of the review, from files: nothing is written anywhere, and nothing is published. */
export function filePorts(
  files: ReviewFiles,
  sqlReader: SqlReader,
  warehouses: readonly EvidenceSource[],
): ReviewPorts {
  return {
    pullRequests: {
      readPullRequest: () => Promise.resolve(files.pullRequest),
      readHeadSha: (request) => Promise.resolve(request.headSha),
      readHead: (request) => Promise.resolve({ sha: request.headSha, isOpen: true, fromFork: false }),
      readFile: ({ headSha }, path, sha) => {
        if (path === EXPECT_PATH) return Promise.resolve(sha === headSha ? (files.expectations ?? null) : null);
        return Promise.resolve(path === POLICY_PATH ? files.policy : readIfThere(path));
      },
      readLabelHistory: () => Promise.resolve([]),
    },
    artifacts: withEvidence(directoryArtifacts({ base: files.base, head: files.head }), files.evidence),
    sqlReader,
    lineageCache: noLineageCache,
    evidence: [...warehouses, llmFromEnvironment()],
    evidenceFile: evidenceFileSource,
    recorder: createRecorder({
      // Nobody keeps the record: it tells what a server would have recorded.
      auditLog: {
        append(_place, _eventKeys, make) {
          make({ last: null, known: new Map() });
          return Promise.resolve();
        },
      },
      signer: ephemeralSigner(),
      serverUrl,
      clock,
    }),
    publisher: {
      announce: () => Promise.resolve(),
      publish: () => Promise.resolve(),
      withdraw: () => Promise.resolve(),
      readCheckRuns: () => Promise.resolve([]),
    },
    memory: { recall: () => Promise.resolve(null), remember: () => Promise.resolve() },
    serverUrl,
    clock,
    progress: { stage: () => undefined },
  };
}

/** The artifacts, with an evidence file that lies elsewhere in the place of head's own. */
function withEvidence(artifacts: ReviewPorts['artifacts'], path: string | null): ReviewPorts['artifacts'] {
  if (path === null) return artifacts;
  const evidence = readText(path, '--evidence');
  return {
    async fetch(side, ...more) {
      const answer = await artifacts.fetch(side, ...more);
      return side === 'head' && answer.ok ? { ok: true, set: { ...answer.set, evidence } } : answer;
    },
  };
}

function llmFromEnvironment(): EvidenceSource {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model } = process.env;
  return chooseLlm({ apiKey: apiKey || null, baseUrl: baseUrl ?? null, model: model ?? null }, 120_000);
}
