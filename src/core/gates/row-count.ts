import { z } from 'zod';
import type { Reason } from '#core/base';
import { isNonEmpty, plural, reason } from '#core/base';
import type { Finding, GateResult } from './gate.ts';
import { defineGate } from './gate.ts';
import type { Counted, Scope } from './row-count/count.ts';
import { askCounts, readCounts, scopeOf } from './row-count/count.ts';
import type { RowCountMessage } from './row-count/explain.ts';
import { explainMoves } from './row-count/explain.ts';

const options = z.strictObject({
  /** Rows may differ by this much, in percent of base. */
  threshold_percent: z.number().min(0).max(1_000_000).default(10),
  /** Whether direct children of modified models are counted too. */
  children: z.boolean().default(true),
  /** Relations beyond this many are not counted, and the check says so. */
  max_relations: z.number().int().min(1).max(10_000).default(300),
});

/** Rows of base and head of every modified model and its direct children. */
export const rowCount = defineGate({
  id: 'row-count',
  title: 'Row counts',
  page: {
    what: 'Counts the rows of the base and the head relation of every modified model, seed and snapshot, and of their direct children, and compares them. A child that moves as its modified parent does is told with the parent.',
    why: 'A join that multiplies rows and a filter that empties a table compile, run and pass most tests. Row counts show them before the merge.',
    howToFix:
      'Find the join, filter or grouping that moved the rows: the finding names the model where it begins. If the counts differ because base and head were built from different data, build both from the same.',
    howToWaive:
      'If such moves are normal here, raise `threshold_percent` in the policy, or set `row-count-changed` to `warn` under `findings`. For one pull request, GitHub’s own bypass of a required check is the way.',
  },
  messages: {
    'row-count-changed': { text: '`{model}`: {base} → {head} rows ({delta}){cause}', cost: 'block' },
    'relation-emptied': { text: '`{model}`: {base} rows → none{cause}', cost: 'block' },
    'rows-differ-without-cause': {
      text: '`{model}`: {base} → {head} rows ({delta}) although its SQL and its parents are as they were: environment?',
      cost: 'warn',
    },
    'relation-filled': { text: '`{model}`: was empty, has {head} rows{cause}', cost: 'note' },
    'relation-new': { text: '`{model}` is new: {head} rows', cost: 'note' },
  },
  options,
  appliesTo({ change, options: { children, max_relations } }) {
    const { relations } = scopeOf(change, { children, mostRelations: max_relations });
    return relations.length > 0 ? 'yes' : reason('nothing-to-count', 'no modified relation to count');
  },
  ask({ change, options: { children, max_relations } }) {
    return askCounts(scopeOf(change, { children, mostRelations: max_relations }));
  },
  judge({ change, options: { children, max_relations, threshold_percent } }, answers) {
    const scope = scopeOf(change, { children, mostRelations: max_relations });
    const { counted, unknown } = readCounts(scope, answers);
    const findings = explainMoves(change, counted, threshold_percent);
    return toResult({ scope, counted, findings, unknown });
  },
});

interface Outcome {
  readonly scope: Scope;
  readonly counted: readonly Counted[];
  readonly findings: readonly Finding<RowCountMessage>[];
  readonly unknown: readonly Reason[];
}

function toResult({ scope, counted, findings, unknown }: Outcome): GateResult<RowCountMessage> {
  const stale = scope.stale === null ? '' : ' (stale base)';
  const left = scope.relations.length - counted.length;
  const tail = `${left === 0 ? '' : `, ${left} not counted`}${stale}`;
  const still = `${plural(counted.length, 'relation')} counted, none moved${tail}`;
  const moved = findings.filter(({ messageId }) => messageId !== 'relation-new').length;
  if (isNonEmpty(findings)) {
    const summary = moved === 0 ? still : `${moved} of ${plural(counted.length, 'counted relation')} moved${tail}`;
    if (moved > 0 || unknown.length === 0) return { outcome: 'failed', summary, findings, unknown };
  }
  const [first, ...others] = unknown;
  if (first === undefined) return { outcome: 'passed', basis: 'measured', summary: still };
  const more = others.length === 0 ? '' : `; ${others.map(({ text }) => text).join('; ')}`;
  return { outcome: 'unknown', reason: { ...first, text: `${first.text}${more}` } };
}
