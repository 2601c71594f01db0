import { toFingerprint, toUniqueId } from '#core/base';
import type { AnalyzedSide, Change } from '#core/change';
import type { Gate, GateResult } from '#core/gates';
import type { Policy } from '#core/policy';
import { decide, defaultPolicy, undecided } from '#core/policy';
import type { Assistance } from '#core/provenance';
import type { ReviewView, RowCounts } from '#core/render';
import {
  aChange,
  aColumnChange,
  aFinding,
  aGate,
  aModified,
  aNode,
  aSide,
  assisted,
  failed,
  noAssistance,
  passed,
  SHA,
  unknown,
} from './reviews.ts';

const AT = '2026-11-20T11:15:30Z';

const FCT = 'model.shop.fct_orders';
const STG = 'model.shop.stg_payments';
const DAILY = 'model.shop.fct_daily_revenue';
const DIM = 'model.shop.dim_customers';
const BOARD = 'exposure.shop.board_dashboard';

export interface ViewInput {
  readonly change: Change;
  readonly results: readonly (readonly [Gate, GateResult])[];
  readonly assistance?: Assistance;
  readonly policy?: Policy;
  readonly over?: Partial<ReviewView>;
}

/** The view of a review whose gates said what is given. */
export function aView({
  change,
  results,
  assistance = noAssistance,
  policy = defaultPolicy,
  over = {},
}: ViewInput): ReviewView {
  return {
    request: {
      serverUrl: 'https://github.com',
      repository: 'acme/shop',
      pullNumber: 42,
      baseBranch: 'main',
      headSha: SHA,
      baseSha: SHA.replace('a', 'b'),
      mergeBaseSha: SHA.replace('a', 'c'),
    },
    change,
    missing: null,
    assistance,
    verdict: decide({ change, results: results.map(([gate, result]) => ({ gate, result })), policy, assistance }),
    rows: new Map(),
    policy: {
      mode: policy.mode,
      maxFindings: policy.comment.maxFindings,
      artifacts: policy.artifacts,
      file: { path: '.github/weirkeeper.yml', sha: SHA, digest: '0'.repeat(64) },
    },
    record: { seq: 118, digest: '4f'.repeat(32) },
    previousFingerprints: null,
    coverage: { models: 4, columns: 14, resolved: 14, unresolved: [] },
    deepReview: null,
    cuts: [],
    commands: [],
    ...over,
  };
}

function rowsOf(...counts: readonly (readonly [string, number | null, number | null])[]): ReviewView['rows'] {
  const count = (rows: number | null, side: string): RowCounts['base'] =>
    rows === null ? null : { rows, source: `DuckDB ${side}.duckdb`, at: AT };
  return new Map(
    counts.map(([id, base, head]) => [toUniqueId(id), { base: count(base, 'base'), head: count(head, 'head') }]),
  );
}

/** A small shop: payments and orders feed revenue, which a dashboard shows. */
function shopSide(artifact: string): AnalyzedSide {
  const board = aNode(BOARD, {
    exposure: {
      type: 'dashboard',
      label: 'Board dashboard',
      owner: { name: 'finance-data', email: [] },
      maturity: null,
      url: null,
    },
  });
  const side = aSide(
    [aNode(STG), aNode(FCT), aNode(DAILY), aNode(DIM), board],
    [
      [STG, FCT],
      [FCT, DAILY],
      [DAILY, BOARD],
    ],
  );
  return {
    ...side,
    artifacts: [
      { name: 'manifest.json', sha256: 'ab'.repeat(32) },
      { name: 'catalog.json', sha256: 'cd'.repeat(32) },
    ],
    origin: `workflow artifact ${artifact} of run 77`,
  };
}

function shopChange(over: Partial<Change> = {}): Change {
  return aChange({ base: shopSide('dbt-base'), head: shopSide('dbt-head'), ...over });
}

const rowCount = aGate('row-count', {
  'row-count-changed': { text: 'rows of `{model}` went from {before} to {after}', cost: 'block' },
  'row-count-moved': { text: 'rows of `{model}` moved by {percent}', cost: 'warn' },
});
const columnLineage = aGate('column-lineage', {
  retyped: { text: 'column `{column}` of `{model}` is retyped', cost: 'warn' },
  added: { text: 'column `{column}` is new', cost: 'note' },
});
const pii = aGate('pii');
const dbtRun = aGate('dbt-run');
const state = aGate('state');
const deepReview = aGate('deep-review', { claim: { text: '{claim}', cost: 'note' } });

const retyped = aFinding('retyped', {
  data: { column: 'amount', model: 'stg_payments' },
  subject: { uniqueId: toUniqueId(STG), column: 'amount' },
  place: { path: 'models/staging/stg_payments.sql', startLine: 12, endLine: 14 },
  matters: 'fct_orders.gross_amount is summed from it, so rounding moves',
  downstream: [FCT, DAILY, BOARD].map(toUniqueId),
  safeIf: 'cast to numeric(18,2) in fct_orders as well',
});

/** A join that doubles rows, assisted by an LLM. */
export function blockedView(): ReviewView {
  const doubled = aFinding('row-count-changed', {
    data: { model: 'fct_orders', before: 41208, after: 86540 },
    subject: toUniqueId(FCT),
    place: { path: 'models/marts/fct_orders.sql', startLine: 31, endLine: 31 },
    basis: 'measured',
    matters: 'gross_amount is summed downstream, so revenue counts each order more than once',
    downstream: [DAILY, BOARD].map(toUniqueId),
    safeIf: 'add a unique test on stg_payments.order_id, or join on the latest payment',
  });
  const change = shopChange({
    modified: [
      aModified(DIM, { compiled: 'identical' }),
      aModified(FCT),
      aModified(STG, { causes: [{ kind: 'macro', text: 'macro cents_to_units' }] }),
    ],
    columnChanges: [
      aColumnChange(STG, {
        dependents: {
          columns: [{ uniqueId: toUniqueId(FCT), column: 'gross_amount' }],
          rowsetModels: [],
          consumers: [],
        },
      }),
      aColumnChange(FCT, {
        origin: 'inherited',
        column: 'gross_amount',
        kind: 're-sourced',
        dependents: {
          columns: [{ uniqueId: toUniqueId(DAILY), column: 'revenue' }],
          rowsetModels: [],
          consumers: [toUniqueId(BOARD)],
        },
      }),
    ],
  });
  return aView({
    change,
    assistance: assisted,
    results: [
      [state, passed('3 models modified')],
      [rowCount, failed('1 of 3 models over 10 %', doubled)],
      [
        columnLineage,
        failed(
          '1 column retyped, 1 added',
          retyped,
          aFinding('added', { data: { column: 'paid_at' }, fingerprint: toFingerprint('added', 'paid_at') }),
        ),
      ],
      [pii, passed('no new path')],
      [
        dbtRun,
        unknown('no-run-results', 'no run_results.json in artifact dbt-head', 'add dbt build before the upload'),
      ],
      [deepReview, { outcome: 'passed', basis: 'not-applicable', summary: 'not asked for' }],
    ],
    over: {
      rows: rowsOf([FCT, 41208, 86540], [DIM, 9114, 9114], [STG, 86540, 86540]),
      previousFingerprints: [retyped.fingerprint, 'gone:one'],
      commands: ['/weirkeeper accept row-count because …'],
    },
  });
}

/** A warning, nothing that blocks. */
export function personView(): ReviewView {
  return aView({
    change: shopChange({ modified: [aModified(STG)], columnChanges: [aColumnChange(STG)] }),
    results: [
      [rowCount, passed('2 models within 10 %')],
      [columnLineage, failed('1 column retyped', retyped)],
      [pii, passed('no new path')],
    ],
    over: { rows: rowsOf([STG, 86540, 86540], [FCT, 41208, 41208]) },
  });
}

/** No manifest for the head. */
export function untoldView(): ReviewView {
  const missing = {
    code: 'no-artifact',
    text: 'no workflow artifact dbt-head for commit a1b2c3d',
    remedy: 'upload target/ in the workflow that runs dbt',
  };
  const verdict = undecided([state, rowCount, columnLineage, pii, dbtRun], defaultPolicy, missing);
  return { ...aView({ change: shopChange(), results: [] }), change: null, coverage: null, missing, verdict };
}

/** One gate could not look, the others found nothing. */
export function unmeasuredView(): ReviewView {
  return aView({
    change: shopChange({ modified: [aModified(STG)] }),
    results: [
      [
        rowCount,
        unknown('no-warehouse', 'no warehouse is configured', 'set WAREHOUSE_URL, or upload weirkeeper-evidence.json'),
      ],
      [columnLineage, passed('resolved all 14 columns of the 4 models reached')],
    ],
    over: {
      coverage: {
        models: 4,
        columns: 14,
        resolved: 12,
        unresolved: [
          { uniqueId: toUniqueId(DIM), reason: { code: 'not-parsed', text: 'its SQL could not be read: line 3' } },
        ],
      },
      deepReview: {
        ran: false,
        claims: { total: 0, grounded: 0, dropped: 0 },
        reason: { code: 'no-llm', text: 'no LLM is configured', remedy: 'set OPENAI_API_KEY' },
      },
    },
  });
}

/** A refactor: compiled SQL the same, or other SQL with the same rows. */
export function clearView(): ReviewView {
  return aView({
    change: shopChange({
      modified: [
        aModified(DIM, { compiled: 'identical' }),
        aModified(DAILY),
        aModified(FCT, { compiled: 'formatting-only' }),
      ],
    }),
    results: [
      [state, passed('3 models modified')],
      [rowCount, passed('3 models within 10 %')],
      [columnLineage, passed('resolved all 14 columns of the 4 models reached')],
      [pii, passed('no new path')],
    ],
    over: { rows: rowsOf([DIM, 9114, 9114], [FCT, 41208, 41208], [DAILY, 365, 365]) },
  });
}
