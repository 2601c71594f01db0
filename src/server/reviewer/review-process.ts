// The process that reviews: it holds the artifacts and all that is made of them, and no secret. The server answers for
// GitHub, the store, the warehouse and the LLM. SQL that is run on made-up rows is run in a process below this one.
import { InvariantError } from '#core/base';
import type { Question } from '#core/evidence';
import { createArtifacts } from '#edges/artifacts';
import { counterexampleSource } from '#edges/counterexample';
import { createSqlReader, createTranslator } from '#edges/sql-engines';
import { evidenceFileSource } from '#edges/warehouse';
import type {
  EvidenceSource,
  LineageCache,
  Publisher,
  PullRequests,
  Recorder,
  ReviewMemory,
  ReviewPorts,
  WorkflowArtifacts,
} from '#review';
import { reviewPullRequest, summaryOf } from '#review';
import { type FromProcess, type ToProcess, toError, toFailureData } from './messages.ts';

interface Waiting {
  readonly settle: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
  readonly parts: Uint8Array[];
}

const waiting = new Map<number, Waiting>();
let calls = 0;
const sqlReader = createSqlReader({ onDifference: (difference) => tell({ kind: 'difference', difference }) });

const counterexamples = counterexampleSource(createTranslator());

process.on('message', (message: ToProcess) => {
  if (message.kind === 'review') void review(message);
  else hear(message);
});
// The server decides when this process ends: a signal to the whole group is not meant for it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => process.exit(0));

function tell(message: FromProcess): void {
  process.send?.(message);
}

async function review(message: Extract<ToProcess, { kind: 'review' }>): Promise<void> {
  try {
    const reviewed = await reviewPullRequest(message.request, portsOf(message));
    const peakMb = process.resourceUsage().maxRSS / 1_024;
    tell({ kind: 'reviewed', summary: reviewed === null ? null : summaryOf(reviewed), peakMb });
  } catch (error) {
    tell({ kind: 'failed', failure: toFailureData(error) });
  }
}

function portsOf({ serverUrl, evidence, memoryLimit }: Extract<ToProcess, { kind: 'review' }>): ReviewPorts {
  const pullRequests = remote<PullRequests>('pullRequests');
  return {
    pullRequests,
    artifacts: createArtifacts({ workflow: remote<WorkflowArtifacts>('workflowArtifacts'), pullRequests }),
    sqlReader,
    lineageCache: remote<LineageCache>('lineageCache'),
    evidence: [
      ...evidence.map((kinds, at) => ({
        kinds,
        answer: (question: Question) => remote<EvidenceSource>(`evidence ${at}`).answer(question),
      })),
      counterexamples,
    ],
    evidenceFile: evidenceFileSource,
    recorder: remote<Recorder>('recorder'),
    publisher: remote<Publisher>('publisher'),
    memory: remote<ReviewMemory>('memory'),
    serverUrl,
    clock: { now: () => new Date() },
    progress: { stage: (name, details = {}) => tell({ kind: 'stage', name, details }) },
    memoryLimit,
  };
}

/** A port whose methods are asked of the server. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- whoever names the port knows its type
function remote<Port extends object>(port: string): Port {
  return new Proxy({} as Port, {
    get: (_, method) =>
      typeof method === 'string' && method !== 'then'
        ? (...args: readonly unknown[]) => call(port, method, args)
        : undefined,
  });
}

function call(port: string, method: string, args: readonly unknown[]): Promise<unknown> {
  return new Promise((settle, fail) => {
    const id = ++calls;
    waiting.set(id, { settle, fail, parts: [] });
    tell({ kind: 'call', id, port, method, args });
  });
}

function hear(message: Exclude<ToProcess, { kind: 'review' }>): void {
  const call = waiting.get(message.id);
  if (call === undefined) throw new InvariantError('answer-unasked', `no call ${message.id} waits for an answer`);
  if (message.kind === 'part') {
    call.parts.push(message.bytes);
    return;
  }
  waiting.delete(message.id);
  if (message.kind === 'failure') call.fail(toError(message.failure));
  else call.settle(call.parts.length > 0 ? Buffer.concat(call.parts) : message.value);
}
