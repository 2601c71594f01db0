import type { Logger } from 'pino';
import type { RecordSigner } from '#core/audit';
import { createArtifacts } from '#edges/artifacts';
import type { Store } from '#edges/database';
import type { GitHub } from '#edges/github';
import { createGitHub, toReviewJobs } from '#edges/github';
import { chooseLlm } from '#edges/llm';
import { createSqlReader } from '#edges/sql-engines';
import { evidenceFileSource, openWarehouse } from '#edges/warehouse';
import type { EvidenceSource, OutcomePorts, ReviewPorts, SqlReader } from '#review';
import type { Environment } from './environment.ts';
import { openStoreSigner } from './open-store-signer.ts';
import { createRunJob } from './run-job.ts';
import type { RunningServer, ServerOptions } from './server.ts';
import { startServer } from './server.ts';

/** How long the LLM may take over one question, retries included. */
const LLM_DEADLINE_MS = 180_000;

export interface AppOptions extends ServerOptions {
  /** Pauses between writes to GitHub; GitHub's own advice unless told. `false` is for a GitHub that is none. */
  readonly throttle?: Parameters<typeof createGitHub>[0]['throttle'];
}

/** Starts the app with every edge plugged in. Throws DeploymentError when one cannot start. */
export async function startApp(options: AppOptions): Promise<RunningServer> {
  const { environment } = options;
  const sqlReader = createSqlReader();
  const warehouse = environment.warehouseUrl === null ? null : openWarehouse(environment.warehouseUrl);
  const evidence = [...(warehouse === null ? [] : [warehouse]), chooseLlm(environment.openai, LLM_DEADLINE_MS)];
  const end = async (): Promise<void> => {
    await sqlReader.close();
    await warehouse?.close();
  };
  try {
    const server = await startServer(options, {
      toReviewJobs,
      createRunJob: async ({ store, log }) => {
        const github = connectGitHub(options, log);
        const signer = await openStoreSigner(environment, store, log);
        const edges = { environment, github, store, signer, sqlReader, evidence };
        return createRunJob({
          github,
          portsFor: (own) => portsOf({ ...edges, log: own }),
          outcomePorts: outcomePortsOf({ ...edges, log }),
        });
      },
    });
    return { ...server, close: () => server.close().finally(end) };
  } catch (error) {
    await end();
    throw error;
  }
}

interface Edges {
  readonly environment: Environment;
  readonly github: GitHub;
  readonly store: Store;
  readonly signer: RecordSigner;
  readonly sqlReader: SqlReader;
  readonly evidence: readonly EvidenceSource[];
  readonly log: Logger;
}

function portsOf({ environment, github, store, signer, sqlReader, evidence, log }: Edges): ReviewPorts {
  const { pullRequests, publisher, workflowArtifacts } = github;
  return {
    pullRequests,
    publisher,
    artifacts: createArtifacts({ workflow: workflowArtifacts, pullRequests }),
    sqlReader,
    evidence,
    evidenceFile: evidenceFileSource,
    auditLog: store.auditLog,
    signer,
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
    serverUrl: serverUrlOf(environment.githubApiUrl),
    clock: { now: () => new Date() },
    progress: { stage: (stage, details) => log.info({ stage, ...details }, 'review stage') },
  };
}

function outcomePortsOf({ environment, github, store, signer }: Edges): OutcomePorts {
  return {
    auditLog: store.auditLog,
    outcomes: store.outcomes,
    checkpoints: store.checkpoints,
    history: github.history,
    checkpointPublisher: github.checkpointPublisher,
    pullRequests: github.pullRequests,
    signer,
    serverUrl: serverUrlOf(environment.githubApiUrl),
    clock: { now: () => new Date() },
  };
}

function connectGitHub({ environment, throttle }: AppOptions, log: Logger): GitHub {
  const { appId, privateKey, githubApiUrl } = environment;
  return createGitHub({
    appId,
    privateKey,
    baseUrl: githubApiUrl,
    log,
    ...(throttle === undefined ? {} : { throttle }),
  });
}

/** Where people go, from where programs go: `api.github.com`, `HOST/api/v3` (GHES), `api.SUB.ghe.com`. */
function serverUrlOf(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  return `${protocol}//${host.replace(/^api\./, '')}`;
}
