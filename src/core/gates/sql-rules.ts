import { z } from 'zod';
import type { Reason } from '#core/base';
import { isNonEmpty, plural } from '#core/base';
import type { Compared } from '#core/rules';
import { compareModels, rules } from '#core/rules';
import type { Message } from './gate.ts';
import { defineGate, severityCosts } from './gate.ts';
import { groupReasons } from './group-reasons.ts';
import { askCounterexamples } from './sql-rules/counterexamples.ts';
import { drawTogether } from './sql-rules/draw-together.ts';
import type { Found } from './sql-rules/found.ts';
import { findingsIn } from './sql-rules/run.ts';
import { toFindings } from './sql-rules/to-finding.ts';

const level = z.enum(['off', 'S1', 'S2', 'S3', 'S4']);

const options = z.strictObject({
  /** Another severity for a rule, or `off`. */
  rules: z
    .strictObject(Object.fromEntries(rules.map(({ id, title }) => [id, level.optional().describe(title)])))
    .default({})
    .describe('Another severity for a rule, or off.'),
  /** Findings of one rule that are told one by one. */
  max_per_rule: z.int().min(1).max(1_000).default(5).describe('Findings of one rule that are told one by one.'),
});

/** Errors of SQL and of dbt's configuration that compile and pass the tests, and models that mean the same as before. */
export const sqlRules = defineGate({
  id: 'sql-rules',
  title: 'Semantic rules',
  page: {
    what: 'Compares what each modified model means at base and at head, not how it is written: aliases are resolved, CTEs and subqueries written out, conditions sorted. Models that mean the same are proven so and only counted. What differs is held against [rules](../rules/README.md), one page each, that name an error which compiles, passes its tests and gives plausible wrong data. Others look at what dbt is told: tests, incremental models, snapshots, freshness, metrics, seeds. For what blocks or warns, made-up rows are searched on which base and head differ. A finding says what changed, under which data it matters, who is downstream and what would prove it safe; one for each cause, however many models show it. A model that was not read on both sides is told as not analysed. One that dbt did not compile (`dbt parse`) is compared as far as its Jinja is known: what is found in it is a guess, and it is told as analysed in part.',
    why: 'A LEFT JOIN made INNER, a join whose key is not unique, `>=` made `>`: dbt builds them, the tests pass, and the numbers are wrong for weeks.',
    howToFix:
      'Each rule’s page says how to prove such a change safe: most often by a test that states what the SQL relies on.',
    howToWaive:
      'The gate is advisory until the policy says `sql-rules: { mode: required }`. Turn a rule off or set its severity under `rules`, or what a message costs under `findings`.',
  },
  messages: messagesOf(),
  options,
  appliesTo: () => 'yes',
  ask({ change: whole, options: { rules: levels } }) {
    const change = whole.open ?? whole;
    return askCounterexamples(change, drawTogether(change, findingsIn(change, levels)));
  },
  judge({ change: whole, options: { rules: levels, max_per_rule } }, answers) {
    const change = whole.open ?? whole;
    const compared = compareModels(change);
    const found = findingsIn(change, levels);
    const findings = toFindings({ change, answers }, found, max_per_rule);
    const unknown = notAnalysed(compared);
    const summary = summaryOf(compared, found);
    if (isNonEmpty(findings)) return { outcome: 'failed', summary, findings, unknown };
    const [first] = unknown;
    return first === undefined
      ? { outcome: 'passed', basis: 'proven', summary }
      : { outcome: 'unknown', reason: first };
  },
});

function messagesOf(): Readonly<Record<string, Message>> {
  const own = rules.flatMap(({ id, severity, messages }) =>
    Object.entries(messages).map(
      ([message, text]) => [`${id}/${message}`, { text, cost: severityCosts[severity] }] as const,
    ),
  );
  const more = { text: '{rule}: {findings}, in {models}', cost: 'note' } as const;
  return Object.fromEntries<Message>([...own, ['more-of-a-rule', more]]);
}

function notAnalysed({ unread, inPart }: Compared): readonly Reason[] {
  return [
    ...groupReasons(unread).map((cause) => ({ ...cause, text: `not analysed, ${cause.text}` })),
    ...groupReasons(inPart).map((cause) => ({ ...cause, text: `analysed in part, ${cause.text}` })),
  ];
}

/** `2 of 5 changed models mean the same; 3 findings`. */
function summaryOf({ equal, filledIn, input: { models }, unread, inPart }: Compared, found: readonly Found[]): string {
  const changed = equal.size + filledIn.size + models.length;
  const parts = [
    ...(changed === 0 ? [] : [comparedText(equal.size, changed)]),
    ...(filledIn.size === 0
      ? []
      : [`${plural(filledIn.size, 'model')} only with other values that dbt filled in while compiling`]),
    ...(unread.length === 0 ? [] : [`${plural(unread.length, 'model')} not analysed`]),
    ...(inPart.length === 0 ? [] : [`${plural(inPart.length, 'model')} analysed in part`]),
    found.length === 0 ? 'no rule has anything to say' : plural(found.length, 'finding'),
  ];
  return parts.join('; ');
}

function comparedText(equal: number, changed: number): string {
  if (equal === 0) return `${plural(changed, 'changed model')} compared`;
  return `${equal} of ${plural(changed, 'changed model')} proven to mean the same`;
}
