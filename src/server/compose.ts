import type { Logger } from 'pino';
import type { RecordSigner } from '#core/audit';
import { keepArtifacts } from '#edges/artifacts';
import type { Store } from '#edges/database';
import type { GitHub } from '#edges/github';
import { createGitHub, toReviewJobs } from '#edges/github';
import { chooseLlm } from '#edges/llm';
import { type ReadDifferently, readerVersion } from '#edges/sql-engines';
import { openWarehouse } from '#edges/warehouse';
import {
  type Clock,
  createRecorder,
  type EvidenceSource,
  type LineageCache,
  type OutcomePorts,
  type OutsidePorts,
} from '#review';
import type { Environment } from './environment.ts';
import { jobLogOr } from './job-log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openStoreSigner } from './open-store-signer.ts';
import { createReconcileLoop, type ReconcileLoop, type ReconcileTimes } from './reconcile.ts';
import { childProcesses, type Reviewers, type StartReviewers } from './reviewer/index.ts';
import { createRunJob } from './run-job.ts';
import type { RunningServer, ServerOptions } from './server.ts';
import { startServer } from './server.ts';
import { serverUrlOf } from './server-url.ts';

/** How long the LLM may take over one question, retries included. */
const LLM_DEADLINE_MS = 180_000;

export interface AppOptions extends ServerOptions {
  /** Pauses between writes to GitHub; GitHub's own advice unless told. `false` is for a GitHub that is none. */
  readonly throttle?: Parameters<typeof createGitHub>[0]['throttle'];
  /** Where reviews run; in processes of their own unless told. */
  readonly reviewers?: StartReviewers;
  /** What time it is; the machine's clock unless told. */
  readonly clock?: Clock;
  /** How long GitHub may take to answer, the pause before a second attempt, and what wait is not worth giving a job back; the edge's own unless told. */
  readonly requests?: Pick<Parameters<typeof createGitHub>[0], 'timeoutMs' | 'retryDelayMs' | 'maxWaitMs'>;
  /** How often lost deliveries and unreviewed pull requests are looked for; never unless told. */
  readonly reconcile?: ReconcileTimes;
}

/** Starts the app with every edge plugged in. Throws DeploymentError when one cannot start. */
export async function startApp(options: AppOptions): Promise<RunningServer> {
  const { environment, metrics = createMetrics() } = options;
  const warehouse = environment.warehouseUrl === null ? null : openWarehouse(environment.warehouseUrl);
  const evidence = [...(warehouse === null ? [] : [warehouse]), chooseLlm(environment.openai, LLM_DEADLINE_MS)];
  let reviewers: Reviewers | null = null;
  let reconciling: ReconcileLoop | null = null;
  const end = async (): Promise<void> => {
    await reviewers?.close();
    await warehouse?.close();
  };
  try {
    const server = await startServer(
      { ...options, metrics },
      {
        toReviewJobs,
        createRunJob: async ({ store, log: own }) => {
          const github = connectGitHub(options, { store, log: own, metrics });
          if (options.reconcile !== undefined)
            reconciling = createReconcileLoop({ app: github.appView, store, log: own, times: options.reconcile });
          const signer = await openStoreSigner(environment, store, own);
          const clock = options.clock ?? { now: () => new Date() };
          const lineageCache = store.lineageCache({ version: readerVersion() });
          const edges = { environment, github, store, signer, lineageCache, evidence, metrics, clock };
          reviewers = startReviewers(options, { ...edges, log: own });
          return createRunJob({
            github,
            reviews: store.reviews,
            metrics,
            reviewers,
            portsFor: (ofJob) => portsOf({ ...edges, log: ofJob }),
            outcomePorts: outcomePortsOf({ ...edges, log: own }),
          });
        },
      },
    );
    const loop = reconciling as ReconcileLoop | null;
    loop?.start();
    const close = async () => {
      await loop?.stop();
      await server.close().finally(end);
    };
    let closed: Promise<void> | null = null;
    return { ...server, close: () => (closed ??= close()) };
  } catch (error) {
    await end();
    throw error;
  }
}

function countDifference(found: ReadDifferently, metrics: Metrics, log: Logger): void {
  metrics.readDifferently(found.dialect, found.engine, found.other);
  jobLogOr(log).warn(found, 'two SQL engines read a statement differently');
}

interface Edges {
  readonly environment: Environment;
  readonly github: GitHub;
  readonly store: Store;
  readonly signer: RecordSigner;
  readonly lineageCache: LineageCache;
  readonly evidence: readonly EvidenceSource[];
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

function startReviewers({ reviewers = childProcesses }: AppOptions, edges: Edges): Reviewers {
  const { environment, github, store, metrics, log } = edges;
  return reviewers({
    workflowArtifacts: keepArtifacts(github.workflowArtifacts, store.artifactCache()),
    memoryMb: environment.reviewMemoryMb,
    onDifference: (found) => countDifference(found, metrics, log),
  });
}

function portsOf(edges: Edges): OutsidePorts {
  const { environment, github, store, signer, lineageCache, evidence, log, metrics, clock } = edges;
  const { pullRequests, publisher } = github;
  const serverUrl = serverUrlOf(environment.githubApiUrl);
  return {
    pullRequests,
    publisher,
    lineageCache,
    evidence,
    recorder: createRecorder({ auditLog: store.auditLog, signer, serverUrl, clock }),
    memory: {
      async recall({ repository, pullNumber, headSha }) {
        const previous = await store.reviews.readPrevious(repository, pullNumber, headSha);
        return previous?.fingerprints ?? null;
      },
      async remember({ reviewId, repository, pullNumber, headSha }, outcome, fingerprints) {
        await store.reviews.start({ reviewId, repository, pullNumber, headSha });
        await store.reviews.finish(reviewId, { outcome, fingerprints, finishedAt: new Date() });
      },
    },
    serverUrl,
    clock,
    progress: {
      stage(stage, details) {
        metrics.stage(stage, Number(details?.['duration_ms'] ?? 0) / 1_000);
        log.info({ stage, ...details }, 'review stage');
      },
    },
  };
}

function outcomePortsOf({ environment, github, store, signer, log, clock }: Edges): OutcomePorts {
  return {
    auditLog: store.auditLog,
    outcomes: store.outcomes,
    checkpoints: store.checkpoints,
    history: github.history,
    checkpointPublisher: github.checkpointPublisher,
    pullRequests: github.pullRequests,
    signer,
    serverUrl: serverUrlOf(environment.githubApiUrl),
    clock,
    recordedReviews: store.recordedReviews,
    checkpointRefused: ({ repository }, err) =>
      log.warn({ repository, err }, 'the checkpoint of the log was not taken'),
  };
}

function connectGitHub(
  { environment, throttle, requests }: AppOptions,
  { store, log, metrics }: Pick<Edges, 'store' | 'log' | 'metrics'>,
): GitHub {
  const { appId, privateKey, githubApiUrl, artifactHosts } = environment;
  return createGitHub({
    appId,
    privateKey,
    baseUrl: githubApiUrl,
    artifactHosts,
    // Clients outlive a job; what they say of a request belongs to the job that made it.
    log: {
      debug: (fields, message) => jobLogOr(log).debug(fields, message),
      warn: (fields, message) => jobLogOr(log).warn(fields, message),
    },
    onOutcome: (outcome) => {
      metrics.githubAnswered(outcome);
    },
    ...requests,
    ...(throttle === undefined ? {} : { throttle }),
    ...(store.takeWriteTurn === null ? {} : { takeTurn: store.takeWriteTurn }),
  });
}
