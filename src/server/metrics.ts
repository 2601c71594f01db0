import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Store } from '#edges/database';
import type { RequestOutcome } from '#edges/github';
import type { ReviewSummary } from '#review';

/** What the process counts, in Prometheus's text form. Names of repositories and people are no labels: they are private, and without number. */
export interface Metrics {
  delivery(event: string, outcome: 'stored' | 'duplicate'): void;
  /** A review stage that ended, and how long it took. */
  stage(name: string, seconds: number): void;
  review(review: ReviewSummary): void;
  jobEnded(kind: string, end: string): void;
  /** A statement that two SQL engines read differently. */
  readDifferently(dialect: string, engine: string, other: string): void;
  githubAnswered(outcome: RequestOutcome): void;
  /** The text of `/metrics`, and its content type; the queue is asked at this moment. */
  read(store: Pick<Store, 'countJobs' | 'readOldestJobAge'>): Promise<{ readonly type: string; readonly text: string }>;
}

const stageBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600];

const enginePair = ['dialect', 'engine', 'other'] as const;

/** Metrics of one process, all at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `weirkeeper_${name}`, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `weirkeeper_${name}`, help, labelNames: [...labelNames], registers });

  const deliveries = counter('deliveries_total', 'Webhook deliveries, by event and outcome.', ['event', 'outcome']);
  const jobs = counter('jobs_total', 'Ends of attempts at jobs.', ['kind', 'end']);
  const reviews = counter('reviews_total', 'Published reviews, by outcome.', ['outcome']);
  const gates = counter('gate_outcomes_total', 'Gates judged in published reviews.', ['gate', 'outcome']);
  const llmTokens = counter('llm_tokens_total', 'Tokens of the LLM, as it counts them.', ['direction']);
  const llmAnswers = counter('llm_answers_total', 'Deep reviews asked of the LLM.', ['outcome']);
  const requests = counter('github_requests_total', 'Answers of GitHub; 0 when none came.', ['status']);
  const budget = gauge('github_budget_remaining', 'Requests left in this hour, as GitHub said last.', ['installation']);
  const readings = counter('sql_read_differently_total', 'Statements two engines read differently.', enginePair);
  const waiting = gauge('jobs', 'Jobs in the database, by state; the same in every process.', ['state']);
  const oldest = gauge('oldest_job_seconds', 'Age of the oldest job that waits or is in work.', []);
  const stages = stageTimes(registers);
  return {
    delivery: (event, outcome) => deliveries.inc({ event, outcome }),
    stage: (stage, seconds) => stages.observe({ stage }, seconds),
    review({ outcome, gates: judged, claims }) {
      reviews.inc({ outcome });
      for (const gate of judged) gates.inc({ gate: gate.gateId, outcome: gate.outcome });
      if (claims === null) return;
      llmAnswers.inc({ outcome: claims.known ? 'answered' : 'unavailable' });
      if (!claims.known || claims.kind !== 'claims') return;
      llmTokens.inc({ direction: 'prompt' }, claims.tokens.prompt);
      llmTokens.inc({ direction: 'completion' }, claims.tokens.completion);
    },
    jobEnded: (kind, end) => jobs.inc({ kind, end }),
    readDifferently: (dialect, engine, other) => readings.inc({ dialect, engine, other }),
    githubAnswered({ installationId, status, remaining }) {
      requests.inc({ status: String(status) });
      if (remaining !== null) budget.set({ installation: String(installationId ?? 'app') }, remaining);
    },
    async read(store) {
      const counts = await store.countJobs();
      waiting.set({ state: 'waiting' }, counts.waiting);
      waiting.set({ state: 'failed' }, counts.failed);
      oldest.set(await store.readOldestJobAge());
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

function stageTimes(registers: Registry[]): Histogram<'stage'> {
  return new Histogram({
    name: 'weirkeeper_review_stage_seconds',
    help: 'Time of review stages.',
    labelNames: ['stage'],
    buckets: stageBuckets,
    registers,
  });
}
