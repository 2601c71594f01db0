import type { Server } from 'node:http';
import type { DestinationStream, Logger } from 'pino';
import { createNodeMiddleware, Probot } from 'probot';
import { openStore, type Store } from '#edges/database';
import { startDaily } from './daily.ts';
import type { Environment } from './environment.ts';
import { createHttpServer, listen, type WebhookMiddleware, webhookPath } from './http.ts';
import { createLog } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createProbotApp, type ToReviewJobs } from './probot-app.ts';
import { secretsOf } from './secrets.ts';
import { createWorker, type RunJob } from './worker.ts';

/** Docker and Kubernetes kill after 10 and 30 s unless told; a review in work gets this long to finish. */
const drainMs = 18_000;

/** What the server is put together from. */
export interface ServerParts {
  readonly toReviewJobs: ToReviewJobs;
  /** Makes the function that does jobs, once the store is open. */
  createRunJob(context: RunContext): RunJob | Promise<RunJob>;
}

export interface RunContext {
  readonly environment: Environment;
  readonly store: Store;
  readonly log: Logger;
}

export interface ServerOptions {
  readonly environment: Environment;
  /** A store that is already open, for tests; the server closes it. Unless given, the environment says where it is. */
  readonly store?: Store;
  readonly log?: Logger;
  /** What is counted; of this server alone unless given. */
  readonly metrics?: Metrics;
  /** How long running jobs may take to finish when the server closes; 18 s unless told. */
  readonly drainMs?: number;
}

export interface RunningServer {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  readonly webhookUrl: string;
  readonly store: Store;
  /** Stops taking requests, lets running jobs finish or gives them back, closes the store. Idempotent. */
  close(): Promise<void>;
}

/** Starts the app: store, worker, then the web server. Throws DeploymentError when one of them cannot start. */
export async function startServer(options: ServerOptions, parts: ServerParts): Promise<RunningServer> {
  const { environment } = options;
  const log = options.log ?? logOf(environment);
  const metrics = options.metrics ?? createMetrics();
  const store = options.store ?? (await openStoreOf(environment, log));
  try {
    const run = await parts.createRunJob({ environment, store, log });
    const webhooks = await createWebhooks(
      environment,
      createProbotApp({ store, toReviewJobs: parts.toReviewJobs, log, metrics }),
      log,
    );
    let draining = false;
    const isReady = async () => !draining && (await isAlive(store, log));
    const readKeys = () => store.signingKeys.list();
    const server = createHttpServer({
      webhooks,
      webhookSecret: environment.webhookSecret,
      isReady,
      readKeys,
      readMetrics: () => metrics.read(store),
      log,
    });
    await store.work(createWorker(run, log, metrics));
    const daily = startDaily(store, environment.retention, log);
    const url = await listen(server, environment.port, environment.host);
    log.info({ url }, 'server started');
    let closed: Promise<void> | null = null;
    const close = async () => {
      draining = true;
      clearInterval(daily);
      log.info('server stops');
      await stopListening(server);
      await store.close(options.drainMs ?? drainMs);
      log.info('server stopped');
    };
    return { url, webhookUrl: `${url}${webhookPath}`, store, close: () => (closed ??= close()) };
  } catch (error) {
    await store.close(0);
    throw error;
  }
}

/** Probot checks signatures and hands events on. It reads no environment here, so that no REDIS_URL and no default secret slips in. */
async function createWebhooks(
  environment: Environment,
  app: ReturnType<typeof createProbotApp>,
  log: Logger,
): Promise<WebhookMiddleware> {
  const probot = new Probot({
    appId: environment.appId,
    privateKey: environment.privateKey,
    secret: environment.webhookSecret,
    baseUrl: environment.githubApiUrl,
    log,
  });
  return createNodeMiddleware(app, { probot, webhooksPath: webhookPath });
}

function openStoreOf(environment: Environment, log: Logger): Promise<Store> {
  const { databaseUrl, dataDir } = environment;
  return openStore(databaseUrl === null ? { dataDir } : { databaseUrl }, {
    onFault: (error) => log.warn({ err: error }, 'queue fault'),
  });
}

async function isAlive(store: Store, log: Logger): Promise<boolean> {
  try {
    await store.countJobs();
    return true;
  } catch (error) {
    log.warn({ err: error }, 'the database does not answer');
    return false;
  }
}

/** Requests in work are answered; idle connections are closed. */
async function stopListening(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed.finally(() => clearTimeout(timer));
}

/** The log that an environment asks for: its level, and none of its secrets in it. */
export function logOf(environment: Environment, destination?: DestinationStream): Logger {
  const options = { level: environment.logLevel, secrets: secretsOf(environment) };
  return createLog(destination === undefined ? options : { ...options, destination });
}
