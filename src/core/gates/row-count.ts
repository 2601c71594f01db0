import type { Reason } from '#core/base';
import { isNonEmpty, plural, reason } from '#core/base';
import type { Finding, GateResult } from './gate.ts';
import { defineGate } from './gate.ts';
import { joinReasons } from './group-reasons.ts';
import type { Counted, Scope } from './row-count/count.ts';
import { askCounts, askEdits, readCounts, scopeOf } from './row-count/count.ts';
import { askEnvironment } from './row-count/environment.ts';
import type { RowCountMessage } from './row-count/explain.ts';
import { explainMoves } from './row-count/explain.ts';
import { options } from './row-count/options.ts';
import { findRemoved } from './row-count/removed.ts';
import { findUnread } from './row-count/unread.ts';

/** Rows of base and head of every modified model and what is below it. */
export const rowCount = defineGate({
  id: 'row-count',
  title: 'Row counts',
  page: {
    what: 'Counts the rows of the base and the head relation of every modified model, seed and snapshot, and of their direct children (`children: 3` goes three steps down, `false` none), and compares them. A child that moves as its modified parent does is told with the parent. Of an incremental model that names an `event_time`, only the stretch of time is compared that both sides have. Where the SQL of a moved model gained, lost or changed a filter, a join condition, a join, a DISTINCT or a member of a UNION, by meaning where both sides can be compared so, a count of each says how many rows that concerns. Thresholds are set for the repository (`threshold_percent`, `threshold_rows`: a move is told when it is beyond both), by folder or tag under `thresholds` (`{ paths: [models/marts], percent: 1, rows: 100 }`), or for one model by `meta: {weirkeeper: {rows: {percent: 1, rows: 100}}}`, as base has it.',
    why: 'A join that multiplies rows and a filter that empties a table compile, run and pass most tests. Row counts show them before the merge.',
    howToFix:
      'Find the join, filter or grouping that moved the rows: the finding names the model where it begins. If the counts differ because base and head were built from different data, build both from the same. What may be the environment is said: parents that the change leaves alone but that differ, SQL that reads the clock or the target or takes a sample on both sides, builds that are far apart, a stale base. Those listed under `environment` (by default `parents`, where the model moved no farther than they did) make it a finding that does not block.',
    howToWaive:
      'If the move is meant, declare it in the description of the pull request, in a fenced block `weirkeeper-expect`, one line a model: `fct_orders rows -15%..-10% because voided orders leave` (or in rows: `+100..+200`); the finding shows the block to copy. The same line can stand in `.github/weirkeeper-expect.yml` (`expect:` and below it a list of such lines), or, without the name, in the model’s YAML, `meta: {weirkeeper: {expect: rows -15%..-10% because voided orders leave}}`: in a file it counts for the pull request that writes it and for none after. Where several speak of a model, the description comes first, then the file. Inside the range it passes, with the reason in the review; outside it fails, as otherwise than said. If such moves are normal here, raise the thresholds in the policy, or set `row-count-changed` to `warn` under `findings`. For one pull request, GitHub’s own bypass of a required check is the way.',
  },
  messages: {
    'row-count-changed': { text: '`{model}`: {base} → {head} rows ({delta}){cause}', cost: 'block' },
    'relation-emptied': { text: '`{model}`: {base} rows → none{cause}', cost: 'block' },
    'rows-otherwise': {
      text: '`{model}`: {base} → {head} rows ({delta}), otherwise than declared ({declared}; {where}){cause}',
      cost: 'block',
    },
    'rows-maybe-environment': {
      text: '`{model}`: {base} → {head} rows ({delta}){cause}; may be the environment',
      cost: 'warn',
    },
    'rows-differ-without-cause': {
      text: '`{model}`: {base} → {head} rows ({delta}) although its SQL and its parents are as they were: environment?',
      cost: 'warn',
    },
    'expectation-unread': { text: 'a declaration of rows, {where}: {problem}', cost: 'warn' },
    'rows-as-declared': {
      text: '`{model}`: {base} → {head} rows ({delta}), as declared ({declared}; {where}): {because}',
      cost: 'note',
    },
    'relation-filled': { text: '`{model}`: was empty, has {head} rows{cause}', cost: 'note' },
    'relation-new': { text: '`{model}` is new: {head} rows', cost: 'note' },
    'relation-removed': { text: '`{model}` is removed: {base} rows', cost: 'note' },
  },
  options,
  appliesTo({ change, options: own }) {
    const { relations, removed } = scopeOf(change, own);
    const some = relations.length > 0 || removed.length > 0;
    return some ? 'yes' : reason('nothing-to-count', 'no modified relation to count');
  },
  ask({ change, options: own }) {
    const scope = scopeOf(change, own);
    return [...askCounts(scope), ...askEdits(scope), ...askEnvironment(change, scope)];
  },
  judge({ change, options: own }, answers) {
    const scope = scopeOf(change, own);
    const { counted, unknown } = readCounts(scope, answers);
    const findings = [
      ...explainMoves(change, counted, { answers, options: own }),
      ...findRemoved(change, scope, answers),
      ...findUnread(change, scope),
    ];
    return toResult({ scope, counted, findings, unknown });
  },
});

interface Outcome {
  readonly scope: Scope;
  readonly counted: readonly Counted[];
  readonly findings: readonly Finding<RowCountMessage>[];
  readonly unknown: readonly Reason[];
}

const notMoves: ReadonlySet<RowCountMessage> = new Set(['relation-new', 'relation-removed', 'expectation-unread']);

function toResult({ scope, counted, findings, unknown }: Outcome): GateResult<RowCountMessage> {
  const stale = scope.stale === null ? '' : ' (stale base)';
  const left = scope.relations.length + scope.beyond - counted.length;
  const tail = `${left === 0 ? '' : `, ${left} not counted`}${stale}`;
  const still = `${plural(counted.length, 'relation')} counted, none moved${tail}`;
  const moved = findings.filter(({ messageId }) => !notMoves.has(messageId)).length;
  if (isNonEmpty(findings)) {
    const summary = moved === 0 ? still : `${moved} of ${plural(counted.length, 'counted relation')} moved${tail}`;
    if (moved > 0 || unknown.length === 0) return { outcome: 'failed', summary, findings, unknown };
  }
  const open = joinReasons(unknown);
  return open === null
    ? { outcome: 'passed', basis: 'measured', summary: still }
    : { outcome: 'unknown', reason: open };
}
