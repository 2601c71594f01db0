import type { Reason } from '#core/base';
import { isNonEmpty, plural, reason, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Answers, MeasuredAnswer } from '#core/evidence';
import { unanswered } from '#core/evidence';
import type { Planned, Plans } from './explain/compare.ts';
import { plansOf } from './explain/compare.ts';
import type { ExplainMessage, Said } from './explain/judge-plans.ts';
import { judgePlans } from './explain/judge-plans.ts';
import type { ExplainOptions } from './explain/options.ts';
import { options } from './explain/options.ts';
import type { Finding } from './gate.ts';
import { defineGate } from './gate.ts';
import { groupReasons, joinReasons } from './group-reasons.ts';
import { placeInPatch } from './place-in-patch.ts';

/** How the warehouse would run the changed SQL: whether it can, and for what. */
export const explain = defineGate({
  id: 'explain',
  title: 'Plans',
  page: {
    what: 'Asks the warehouse how it would run the compiled SQL of every changed model, at base and at head, and runs none of it. Tells SQL that cannot be planned although base’s can, joins without a condition (both sides expected to have more than one row), relations of at least `large_rows` rows (`large_bytes` where only bytes are told) that are read from end to end and were not at base, and a cost or bytes beyond base’s. What a warehouse tells: PostgreSQL (`EXPLAIN (FORMAT JSON, VERBOSE)`) and Redshift (`EXPLAIN`) a cost, joins and scans; Trino (`EXPLAIN (TYPE DISTRIBUTED, FORMAT JSON)`) the same and bytes, where the connector has statistics; Databricks (`EXPLAIN COST`) and Snowflake (`EXPLAIN USING JSON`) bytes, joins and scans; DuckDB (`EXPLAIN (FORMAT JSON)`) joins and scans; BigQuery (a dry run) bytes alone. The check says what was not told; never is `ANALYZE` asked for. Where a filter lets a warehouse skip blocks, partitions or files, only a scan without one (Snowflake: without pruning) counts as a scan of the whole. Counts come back from a plan and nothing else of it. This is the one gate that sends SQL text of a pull request, so it asks only where the policy says `explain: { send_sql: true }`; until then it does not apply, and says so. What is sent must have been read as one query by the SQL engine, and again, character by character, as one SELECT without a semicolon, without a word that writes or locks, and without what the dialect would read otherwise; it goes through the same read-only connection with the same time-out. While it plans, PostgreSQL may call functions that are declared IMMUTABLE or STABLE, with the rights of the role of `WAREHOUSE_URL`, as it does when a view is counted: give that role SELECT and nothing more, and no right to call functions that reach outside. Estimates are as good as the warehouse’s statistics: make them after the build.',
    why: 'A join whose condition was lost, or a filter that an index no longer serves, passes every test on small data and runs for hours on large.',
    howToFix:
      'Give the join its condition, or the filter the form that base had; look at the plan with `EXPLAIN` yourself.',
    howToWaive:
      'The gate is advisory until the policy says `explain: { mode: required }`. Raise `large_rows`, `large_bytes`, `cost_percent` or `bytes_percent`, or set the message to `note`.',
  },
  messages: {
    'plan-fails': { text: '`{model}`: the warehouse cannot plan its SQL: {problem}', cost: 'block' },
    'cross-product': {
      text: '`{model}`: {count} joins without a condition in its plan, {before} at base{rows}',
      cost: 'warn',
    },
    'full-scan': {
      text: '`{model}`: reads all of {relation} ({size}), which base did not',
      cost: 'warn',
    },
    'cost-moved': { text: '`{model}`: cost of its plan {before} → {after}{times}', cost: 'warn' },
    'bytes-moved': { text: '`{model}`: bytes that it reads {before} → {after}{times}', cost: 'warn' },
  },
  options,
  appliesTo({ change, options: { max_models, send_sql } }) {
    if (!send_sql) return reason('not-asked-for', 'not asked for: the policy lets no SQL be sent (`send_sql`)');
    const { planned, unread } = plansOf(change, max_models);
    return planned.length + unread.length > 0 ? 'yes' : reason('nothing-to-plan', 'no model with changed SQL');
  },
  ask({ change, options: own }) {
    return plansOf(change, own.max_models).planned.flatMap(({ base, head }) => (base === null ? [head] : [base, head]));
  },
  judge({ change, options: own }, answers) {
    const plans = plansOf(change, own.max_models);
    const judged = plans.planned.map((one) => ({ one, said: judgeOne(one, answers, own) }));
    const findings = judged.flatMap(({ one, said }) =>
      'code' in said ? [] : said.map((each) => toFinding(change, one, each)),
    );
    const missing = judged.flatMap(({ one, said }) =>
      'code' in said ? [{ uniqueId: one.uniqueId, cause: said }] : [],
    );
    const unknown = [...groupReasons([...missing, ...plans.unread]), ...beyond(plans)];
    const summary = `${plural(judged.length - missing.length, 'plan')} compared${untold(plans, answers)}`;
    if (isNonEmpty(findings)) return { outcome: 'failed', summary, findings, unknown };
    const open = joinReasons(unknown);
    return open === null ? { outcome: 'passed', basis: 'measured', summary } : { outcome: 'unknown', reason: open };
  },
});

/** What no plan of head told: ` (the warehouse tells no cost)`. */
function untold({ planned }: Plans, answers: Answers): string {
  const told = planned.flatMap(({ head }) => {
    const plan = planIn(answers, head.key);
    return 'code' in plan || plan.figures['planned'] !== 1 ? [] : [plan.figures];
  });
  const has = (name: string): boolean => told.some((figures) => figures[name] !== undefined);
  const missing = [
    ...(has('cost') || has('bytes') ? [] : ['cost']),
    ...(has('crossProducts') ? [] : ['joins', 'scans']),
  ];
  return told.length === 0 || missing.length === 0 ? '' : ` (the warehouse tells no ${missing.join(', no ')})`;
}

function beyond({ beyond: count }: Plans): readonly Reason[] {
  if (count === 0) return [];
  return [reason('too-many-models', `${plural(count, 'more model')} not planned`, 'raise `max_models` in the policy')];
}

function judgeOne({ base, head }: Planned, answers: Answers, own: ExplainOptions): readonly Said[] | Reason {
  const after = planIn(answers, head.key);
  const before = base === null ? null : planIn(answers, base.key);
  if ('code' in after) return after;
  if (before !== null && 'code' in before) return before;
  if (after.figures['planned'] === 1) {
    return judgePlans(before?.figures['planned'] === 1 ? before.figures : null, after.figures, own);
  }
  // What cannot be planned at base either may be of another kind of warehouse, or of another schema.
  if (before !== null && before.figures['planned'] !== 1) {
    return reason('neither-planned', 'the warehouse can plan neither base’s SQL nor head’s', 'check WAREHOUSE_URL');
  }
  const problem = `${problemOf(after.text)}${before === null ? '; the model is new' : '; it can plan base’s'}`;
  return [{ messageId: 'plan-fails', data: { problem }, item: '' }];
}

function planIn(answers: Answers, key: string): MeasuredAnswer | Reason {
  const answer = answers.get(key) ?? unanswered('plan');
  if (!answer.known) return answer.reason;
  return answer.kind === 'plan' ? answer : reason('wrong-answer', 'the answer is of another kind');
}

const words = {
  syntax: 'its syntax is not the warehouse’s',
  column: 'it names a column that there is not',
  ambiguous: 'it names a column that several relations have',
  grouping: 'it selects what it does not group by',
  types: 'types do not go together',
  function: 'it calls a function, or an operator on types, that there is not',
};
/** By the codes of PostgreSQL and Redshift, Snowflake, Databricks and Trino, as their manuals list them. */
const problems: Readonly<Record<string, string>> = {
  '42601': words.syntax,
  '42703': words.column,
  '42702': words.ambiguous,
  '42803': words.grouping,
  '42804': words.types,
  '42883': words.function,
  '001003': words.syntax,
  '000904': words.column,
  PARSE_SYNTAX_ERROR: words.syntax,
  'UNRESOLVED_COLUMN.WITH_SUGGESTION': words.column,
  'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION': words.column,
  AMBIGUOUS_REFERENCE: words.ambiguous,
  MISSING_AGGREGATION: words.grouping,
  UNRESOLVED_ROUTINE: words.function,
  SYNTAX_ERROR: words.syntax,
  COLUMN_NOT_FOUND: words.column,
  AMBIGUOUS_NAME: words.ambiguous,
  TYPE_MISMATCH: words.types,
  FUNCTION_NOT_FOUND: words.function,
};

function problemOf(text: string | null): string {
  const code = /\(([\w.]+)\)$/.exec(text ?? '')?.[1] ?? '';
  return problems[code] ?? text ?? 'it says no more';
}

function toFinding(change: Change, { uniqueId }: Planned, { messageId, data, item }: Said): Finding<ExplainMessage> {
  const node = change.head.project.nodes.get(uniqueId);
  return {
    messageId,
    data: { model: node?.name ?? uniqueId, ...data },
    subject: uniqueId,
    place: node === undefined ? null : placeInPatch(change.pullRequest, [node.originalFilePath], /\S/),
    basis: 'measured',
    fingerprint: toFingerprint('explain', messageId, uniqueId, item),
    matters: messageId === 'plan-fails' ? '' : 'as the warehouse estimates',
    downstream: descendantsOf(change.head.children, uniqueId),
    safeIf: messageId === 'plan-fails' ? 'make the SQL valid in the warehouse' : 'say why the plan should be so',
  };
}
