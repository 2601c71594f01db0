import { z } from 'zod';
import type { JsonObject } from '#core/base';
import type { Counterexample } from '#core/gates';
import type { RatedFinding } from '#core/policy';
import { renderComment } from './comment.ts';
import type { ReviewView } from './review-view.ts';

const outcome = z.enum(['passed', 'failed', 'unknown']);
const text = z.string();

const row = z.array(text.nullable());

const counterexample = z.strictObject({
  input: z.array(z.strictObject({ relation: text, columns: z.array(text), rows: z.array(row) })),
  columns: z.array(text),
  differing: z.array(text).describe('Columns in which the outputs differ.'),
  base: z.array(row),
  head: z.array(row),
});

const finding = z.strictObject({
  message_id: text,
  severity: z.enum(['block', 'warn', 'note']).describe('What the finding costs after policy.'),
  unique_id: text,
  column: text.nullable(),
  path: text.nullable(),
  line: z.int().nullable(),
  text,
  basis: z.enum(['proven', 'measured', 'heuristic']),
  fingerprint: text.describe('Stable across pushes.'),
  downstream: z.array(text).describe('unique_ids of consumers and models that the finding reaches.'),
  moves_rows_of: z.array(text).describe('unique_ids of models whose rows it moves without a value of it.'),
  yaml: text.nullable().describe('YAML to paste that would mend it.'),
  declaration: text
    .nullable()
    .describe('Line of a block weirkeeper-expect that would declare it, its reason left open.'),
  rule_severity: z.enum(['S1', 'S2', 'S3', 'S4']).nullable().describe('Of a semantic rule: how bad the error is.'),
  matters: text.describe('Under which data it matters.'),
  safe_if: text.describe('What would prove the change safe.'),
  counterexample: counterexample.nullable().describe('Made-up rows on which base and head differ.'),
  not_executed: text.nullable().describe('Why no such rows are shown.'),
});

/** The command line's JSON: a contract, so fields are added and never changed. */
const reviewShape = z.strictObject({
  schema: z.literal('weirkeeper.review/v1'),
  verdict: z.strictObject({ outcome, rung: z.enum(['T0', 'T1', 'T2', 'T3', 'T4']), reasons: z.array(text) }),
  modified: z.array(
    z.strictObject({
      unique_id: text,
      resource_type: text,
      selectors: z.array(text),
      causes: z.array(z.strictObject({ kind: text, text })),
      label: text.describe('edited, macro, var or environment, engine noise, or stale base.'),
      compiled: text.describe('How the compiled SQL compares: identical, formatting-only, changed, or unknown.'),
    }),
  ),
  gates: z.array(
    z.strictObject({
      id: text,
      outcome,
      reason: text.nullable().describe('Why the gate could not tell, and what to do about it.'),
      findings: z.array(finding),
    }),
  ),
  lineage: z.strictObject({
    models: z.int(),
    columns: z.int(),
    resolved: z.int(),
    unresolved: z.array(z.strictObject({ unique_id: text, reason: text })),
  }),
  assistance: z.strictObject({
    level: z.enum(['assisted', 'likely', 'touched', 'unknown']),
    evidence: z.array(z.strictObject({ kind: text, where: text, tool: text.nullable(), text, score: z.number() })),
  }),
  comment: text.describe('The comment as Markdown.'),
});

export type ReviewJson = z.infer<typeof reviewShape>;

/** A review as the command line's JSON, `weirkeeper.review/v1`. */
export function renderJson(view: ReviewView): ReviewJson {
  const { verdict, change, coverage, assistance } = view;
  return {
    schema: 'weirkeeper.review/v1',
    verdict: { outcome: verdict.outcome, rung: verdict.rung, reasons: [...verdict.reasons] },
    modified: (change?.modified ?? []).map(({ uniqueId, resourceType, selectors, causes, label, compiled }) => ({
      unique_id: uniqueId,
      resource_type: resourceType,
      selectors: [...selectors],
      causes: causes.map(({ kind, text: phrase }) => ({ kind, text: phrase })),
      label,
      compiled,
    })),
    gates: verdict.gates.map((gate) => ({
      id: gate.gateId,
      outcome: gate.outcome,
      reason:
        gate.reason === null
          ? null
          : [gate.reason.text, gate.reason.remedy].filter((part) => part !== undefined).join('; '),
      findings: gate.findings.map(toFindingJson),
    })),
    lineage: {
      models: coverage?.models ?? 0,
      columns: coverage?.columns ?? 0,
      resolved: coverage?.resolved ?? 0,
      unresolved: (coverage?.unresolved ?? []).map(({ uniqueId, reason }) => ({
        unique_id: uniqueId,
        reason: reason.text,
      })),
    },
    assistance: {
      level: assistance.level,
      evidence: assistance.evidence.map(({ kind, where, tool, text: seen, score }) => ({
        kind,
        where,
        tool,
        text: seen,
        score,
      })),
    },
    comment: renderComment(view),
  };
}

/** JSON Schema (draft 7) of `renderJson`'s answer. */
export function reviewJsonSchema(): JsonObject {
  const plain = JSON.parse(JSON.stringify(z.toJSONSchema(reviewShape, { target: 'draft-7' }))) as JsonObject;
  return { ...plain, title: 'weirkeeper.review/v1', description: 'What "weirkeeper review --format json" prints.' };
}

/** A finding as the command line's JSON. */
export function toFindingJson({
  messageId,
  cost,
  subject,
  place,
  text: phrase,
  basis,
  fingerprint,
  downstream,
  movesRowsOf = [],
  yaml,
  declaration,
  severity,
  matters,
  safeIf,
  counterexample: shown,
}: RatedFinding): ReviewJson['gates'][number]['findings'][number] {
  return {
    message_id: messageId,
    severity: cost,
    unique_id: typeof subject === 'string' ? subject : subject.uniqueId,
    column: typeof subject === 'string' ? null : subject.column,
    path: place?.path ?? null,
    line: place?.startLine ?? null,
    text: phrase,
    basis,
    fingerprint,
    downstream: [...downstream],
    moves_rows_of: [...movesRowsOf],
    yaml: yaml ?? null,
    declaration: declaration ?? null,
    rule_severity: severity ?? null,
    matters,
    safe_if: safeIf,
    ...shownOf(shown),
  };
}

/** The counterexample, or why there is none. */
function shownOf(shown: RatedFinding['counterexample']) {
  return typeof shown === 'string'
    ? { counterexample: null, not_executed: shown }
    : { counterexample: shown === undefined ? null : toJson(shown), not_executed: null };
}

function toJson({ input, columns, differing, base, head }: Counterexample): z.infer<typeof counterexample> {
  const copy = (rows: Counterexample['base']) => rows.map((values) => [...values]);
  return {
    input: input.map((one) => ({ relation: one.relation, columns: [...one.columns], rows: copy(one.rows) })),
    columns: [...columns],
    differing: [...differing],
    base: copy(base),
    head: copy(head),
  };
}
