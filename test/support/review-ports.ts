// The ports of a review in memory: everything that the line does to the world is written down, in order.

import type { SealedRecord } from '#core/audit';
import type { Sha } from '#core/base';
import { reason, toSha } from '#core/base';
import type { PullRequest } from '#core/change';
import type { Answer, Question } from '#core/evidence';
import type { ArtifactSettings } from '#core/policy';
import type {
  ArtifactAnswer,
  ArtifactSet,
  CheckRunOutput,
  EvidenceSource,
  LabelEvent,
  Publication,
  ReviewPorts,
  ReviewRequest,
} from '#review';
import { createRecorder, noLineageCache } from '#review';
import { aSigner } from './audit.ts';
import { aPullRequest } from './changes.ts';
import type { Json } from './manifests.ts';
import { aManifest, aModel, byId } from './manifests.ts';

export const BASE = toSha('a'.repeat(40));
export const HEAD = toSha('b'.repeat(40));
export const NEWER = toSha('c'.repeat(40));

export interface WorldWords {
  readonly pullRequest?: PullRequest | null;
  /** Texts of the repository's files, by `sha:path`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly artifacts?: Readonly<Record<'base' | 'head', ArtifactAnswer>>;
  readonly evidence?: readonly EvidenceSource[];
  /** What `readHeadSha` says, one a call; the last stays. */
  readonly heads?: readonly Sha[];
  readonly history?: readonly LabelEvent[];
  readonly previous?: readonly string[] | null;
  /** What stands on the head of a pull request already. */
  readonly checkRuns?: readonly CheckRunOutput[];
  /** An effect, by its first words → what its port throws when it is asked for that. */
  readonly failing?: Readonly<Record<string, unknown>>;
}

export interface World {
  readonly ports: ReviewPorts;
  /** What was done, in order: `announce weirkeeper`, `append 1`, `publish`. */
  readonly effects: readonly string[];
  readonly announced: readonly string[];
  readonly published: readonly { readonly request: ReviewRequest; readonly publication: Publication }[];
  /** Of reviews alone. */
  readonly records: readonly SealedRecord[];
  /** Every record, those of keys and first notices among them. */
  readonly chain: readonly SealedRecord[];
  readonly stages: readonly (readonly [string, Readonly<Record<string, string | number>>])[];
  /** With what the artifact source was asked. */
  readonly settings: readonly ArtifactSettings[];
  readonly remembered: readonly { readonly outcome: string; readonly fingerprints: readonly string[] }[];
}

/** A world in which `orders` of `shop/dbt#7` was edited, unless told otherwise; its clock goes 10 ms a look. */
export function aWorld(words: WorldWords = {}): World {
  const effects: string[] = [];
  const chain: SealedRecord[] = [];
  const seen: { -readonly [Key in keyof World]: World[Key] extends readonly (infer Item)[] ? Item[] : World[Key] } = {
    ports: undefined as never,
    effects,
    announced: [],
    published: [],
    records: [],
    chain,
    stages: [],
    settings: [],
    remembered: [],
  };
  function happens(effect: string): void {
    effects.push(effect);
    for (const [beginning, error] of Object.entries(words.failing ?? {})) if (effect.startsWith(beginning)) throw error;
  }
  const heads = [...(words.heads ?? [HEAD])];
  let milliseconds = Date.UTC(2026, 2, 4, 5, 6, 7);
  const clock = { now: () => new Date((milliseconds += 10)) };
  seen.ports = {
    pullRequests: {
      async readPullRequest() {
        happens('read pull request');
        return words.pullRequest === undefined ? aPullRequest('models/orders.sql') : words.pullRequest;
      },
      async readHeadSha() {
        happens('read head');
        return (heads.length > 1 ? heads.shift() : heads[0]) ?? HEAD;
      },
      async readHead() {
        happens('read head');
        return { sha: heads[0] ?? HEAD, isOpen: true, fromFork: false };
      },
      async readFile(_request, path, sha) {
        happens(`read file ${path} at ${sha.slice(0, 1)}`);
        return words.files?.[`${sha}:${path}`] ?? null;
      },
      async readLabelHistory() {
        happens('read labels');
        return words.history ?? [];
      },
    },
    artifacts: {
      async fetch(side, _request, _pullRequest, settings) {
        happens(`fetch ${side}`);
        seen.settings.push(settings);
        return (words.artifacts ?? editedOrders())[side];
      },
    },
    sqlReader: {
      async read(statements) {
        happens(`read ${String(statements.length)} statements`);
        const noEngine = reason('no-engine', 'there is no engine here');
        return new Map(statements.map(({ key }) => [key, { ok: false, reason: noEngine }]));
      },
    },
    lineageCache: noLineageCache,
    evidence: (words.evidence ?? []).map((source) => ({
      kinds: source.kinds,
      answer: (question) => {
        happens(`ask ${question.key}`);
        return source.answer(question);
      },
    })),
    evidenceFile: (text) => countsFrom(JSON.parse(text) as Record<string, number>, 'the file'),
    recorder: createRecorder({
      auditLog: {
        async append(_place, _eventKeys, make) {
          happens(`append ${String(seen.records.length + 1)}`);
          const known = new Map(chain.map((record) => [record.eventKey, record]));
          const added = make({ last: chain.at(-1) ?? null, known });
          chain.push(...added);
          seen.records.push(...added.filter(({ event }) => event === 'analysed' || event === 'deep-reviewed'));
        },
      },
      signer: aSigner(),
      serverUrl: 'https://github.com',
      clock,
    }),
    publisher: {
      async announce(_request, names) {
        happens(`announce ${String(names.length)}`);
        seen.announced.push(...names);
      },
      async publish(request, publication) {
        happens('publish');
        seen.published.push({ request, publication });
      },
      async withdraw(_request, because) {
        happens(`withdraw for ${because.slice(0, 1)}`);
      },
      async readCheckRuns(request) {
        happens(`read check runs of #${String(request.pullNumber)} at ${request.headSha.slice(0, 1)}`);
        return words.checkRuns ?? [];
      },
    },
    memory: {
      async recall() {
        happens('recall');
        return words.previous ?? null;
      },
      async remember(_request, outcome, fingerprints) {
        happens(`remember ${outcome}`);
        seen.remembered.push({ outcome, fingerprints });
      },
    },
    serverUrl: 'https://github.com',
    clock,
    progress: { stage: (name, details = {}) => seen.stages.push([name, details]) },
  };
  return seen;
}

export function aRequest(changes: Partial<ReviewRequest> = {}): ReviewRequest {
  return {
    reviewId: 'review-1',
    repository: 'shop/dbt',
    installationId: 1,
    pullNumber: 7,
    headSha: HEAD,
    depth: 'standard',
    trigger: 'pull_request.opened',
    deliveryId: 'delivery-1',
    ...changes,
  };
}

/** A set of artifacts that holds this manifest, in which a text is taken as it stands. */
export function aSet(manifest: Json | string | Uint8Array, changes: Partial<ArtifactSet> = {}): ArtifactAnswer {
  const set: ArtifactSet = {
    manifest: Buffer.from(isText(manifest) ? manifest : JSON.stringify(manifest)),
    catalog: null,
    runResults: null,
    evidence: null,
    digests: [{ name: 'manifest.json', sha256: '1'.repeat(64) }],
    origin: 'memory',
    stale: null,
    manifestName: 'manifest.json in memory',
    ...changes,
  };
  return { ok: true, set };
}

function isText(manifest: Json | string | Uint8Array): manifest is string {
  return typeof manifest === 'string' || manifest instanceof Uint8Array;
}

/** Why there is no set. */
export function noSet(code: string, text: string, remedy: string): ArtifactAnswer {
  return { ok: false, reason: reason(code, text, remedy) };
}

/** Both sides of a change that edits `orders`, which `revenue` reads; each side was built in a schema of its own. */
export function editedOrders(): Readonly<Record<'base' | 'head', ArtifactAnswer>> {
  return { base: aBuiltSet(shop('select 1 as id')), head: aBuiltSet(shop('select 2 as id', 'pr_7')) };
}

/** Both sides of a change that changes nothing. */
export function nothingEdited(): Readonly<Record<'base' | 'head', ArtifactAnswer>> {
  return { base: aBuiltSet(shop('select 1 as id')), head: aBuiltSet(shop('select 1 as id', 'pr_7')) };
}

function aBuiltSet(manifest: Json): ArtifactAnswer {
  const results = Object.keys(manifest['nodes']).map((unique_id) => ({ unique_id, status: 'success', message: null }));
  const runResults = {
    metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json', dbt_version: '1.12.0' },
    args: { which: 'build' },
    results,
  };
  return aSet(manifest, { runResults: Buffer.from(JSON.stringify(runResults)) });
}

/** A manifest of `orders` with this SQL, and of `revenue`, which reads it, both built in `schema`. */
export function shop(orders: string, schema = 'main'): Json {
  const revenue = `select sum(id) as total from "db"."${schema}"."orders"`;
  return aManifest({
    nodes: byId(
      aModel('orders', {
        raw_code: orders,
        compiled_code: orders,
        schema,
        relation_name: `"db"."${schema}"."orders"`,
      }),
      aModel('revenue', {
        raw_code: "select sum(id) as total from {{ ref('orders') }}",
        compiled_code: revenue,
        schema,
        relation_name: `"db"."${schema}"."revenue"`,
        depends_on: { nodes: ['model.shop.orders'], macros: [] },
      }),
    ),
  });
}

/** Counts by `side:model`. Of what it does not count it does not know. */
export function countsFrom(counts: Readonly<Record<string, number>>, source = 'a warehouse'): EvidenceSource {
  return {
    kinds: ['row-count'],
    answer: async (question) => {
      const rows = question.kind === 'row-count' ? counts[placeOf(question)] : undefined;
      if (rows === undefined) return { known: false, reason: reason('not-counted', `${source} does not count it`) };
      return { known: true, kind: 'row-count', rows, source, at: '2026-03-04T05:06:07.000Z' };
    },
  };
}

/** An LLM that says this of every change. */
export function llmSaying(text: string): EvidenceSource {
  const answer: Answer = {
    known: true,
    kind: 'claims',
    text,
    model: 'local-model',
    templateDigest: '8'.repeat(64),
    promptDigest: '4'.repeat(64),
    replyDigest: '5'.repeat(64),
    tokens: { prompt: 100, completion: 20 },
  };
  return { kinds: ['claims'], answer: async () => answer };
}

function placeOf(question: Extract<Question, { readonly kind: 'row-count' }>): string {
  return `${question.side}:${question.uniqueId.split('.').at(-1) ?? ''}`;
}
