import type { RuleFinding } from './rule.ts';

type Told<MessageId extends string> = Pick<RuleFinding<MessageId>, 'messageId' | 'uniqueId' | 'data'> &
  Partial<RuleFinding<MessageId>>;

/** A finding with what most findings of dbt's configuration have in common: proven, of no edit of the SQL. */
export function tell<MessageId extends string>(told: Told<MessageId>): RuleFinding<MessageId> {
  return { columns: [], place: null, basis: 'proven', matters: '', safeIf: '', edits: [], key: '', ...told };
}
