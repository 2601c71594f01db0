import { z } from 'zod';
import { grouped, isNonEmpty, plural, reason, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Finding } from './gate.ts';
import { defineGate } from './gate.ts';
import { groupReasons, joinReasons } from './group-reasons.ts';
import type { Keyed } from './keys/compare.ts';
import { beyondReasons, keysOf, readFigures } from './keys/compare.ts';
import { placeInPatch } from './place-in-patch.ts';

const options = z.strictObject({
  /** Keys that may go or come, in percent of base's, before it is told. */
  threshold_percent: z.number().min(0).max(1_000_000).default(0),
  /** Relations beyond this many are not compared, and the check says so. */
  max_relations: z.int().min(1).max(10_000).default(100),
});

type Message = 'key-repeated' | 'key-null' | 'keys-differ' | 'key-was-repeated';

/** Keys of base and head of every modified relation: repeated, NULL, gone, new. */
export const keys = defineGate({
  id: 'keys',
  title: 'Keys',
  page: {
    what: 'Compares the keys of every modified model, seed and snapshot between base and head: keys in more than one row, rows without a key, keys that only one side has. The key is what is said of the model, the surest first: `meta: {weirkeeper: {key: [order_id, line_no]}}`, a primary key or unique constraint, a `unique` or `unique_combination_of_columns` test without `where`, `unique_key`, a snapshot’s `dbt_scd_id`; base’s word comes first, so that a test that was taken away still counts. Where no key is known the gate does not apply to the model: rows, NULLs and distinct values can still be compared.',
    why: 'The same number of rows may be other rows. A key that stands twice doubles every sum above it.',
    howToFix: 'Find the join or union that repeats the key, or the filter that loses it.',
    howToWaive:
      'The gate is advisory until the policy says `keys: { mode: required }`. Set `keys-differ` to `note` where keys come and go, or raise `threshold_percent`.',
  },
  messages: {
    'key-repeated': {
      text: '`{model}`: {repeated} keys ({key}) stand in more than one row; {before} at base',
      cost: 'block',
    },
    'key-null': { text: '`{model}`: {nulls} rows without a key ({key}); {before} at base', cost: 'block' },
    'keys-differ': { text: '`{model}`: {gone} keys gone, {new} new, {both} kept ({key})', cost: 'warn' },
    'key-was-repeated': {
      text: '`{model}`: {repeated} keys ({key}) stand in more than one row, as at base',
      cost: 'note',
    },
  },
  options,
  appliesTo({ change, options: { max_relations } }) {
    const { keyed, keyless } = keysOf(change, max_relations);
    if (keyed.length > 0) return 'yes';
    return keyless.length === 0
      ? reason('nothing-to-compare', 'no modified relation to compare')
      : reason('no-key', `no key is known of ${plural(keyless.length, 'modified relation')}: add a unique test`);
  },
  ask({ change, options: { max_relations } }) {
    return keysOf(change, max_relations).keyed.map(({ question }) => question);
  },
  judge({ change, options: { max_relations, threshold_percent } }, answers) {
    const { keyed, keyless, beyond } = keysOf(change, max_relations);
    const { figures, missing } = readFigures(keyed, answers);
    const unknown = [...groupReasons(missing), ...beyondReasons(beyond)];
    const findings = keyed.flatMap((one) => {
      const found = figures.get(one.question.key);
      return found === undefined ? [] : findingsOf(change, one, { found, most: threshold_percent });
    });
    const without = keyless.length === 0 ? '' : `; ${plural(keyless.length, 'relation')} without a known key`;
    const left = keyed.length + beyond - figures.size;
    const summary = `${plural(figures.size, 'key')} compared${left === 0 ? '' : `, ${left} not`}${without}`;
    if (isNonEmpty(findings)) return { outcome: 'failed', summary, findings, unknown };
    const open = joinReasons(unknown);
    return open === null ? { outcome: 'passed', basis: 'measured', summary } : { outcome: 'unknown', reason: open };
  },
});

function findingsOf(
  change: Change,
  keyed: Keyed,
  { found, most }: { readonly found: Readonly<Record<string, number>>; readonly most: number },
): readonly Finding<Message>[] {
  const count = (name: string): number => found[name] ?? 0;
  const isNew = keyed.question.kind === 'key-profile';
  const [repeated, nulls] = isNew ? [count('repeated'), count('nulls')] : [count('repeatedHead'), count('nullsHead')];
  const before = { repeated: count('repeatedBase'), nulls: count('nullsBase') };
  const tell = (messageId: Message, data: Finding['data']): Finding<Message> =>
    toFinding(change, keyed, messageId, data);
  const [gone, added] = [count('onlyBase'), count('onlyHead')];
  const all = gone + count('both');
  const isBeyond = Math.max(gone, added) * 100 > most * all && gone + added > 0;
  const wasRepeated = repeated > before.repeated ? 'key-repeated' : 'key-was-repeated';
  return [
    ...(repeated > 0 ? [tell(wasRepeated, { repeated, before: told(isNew, before.repeated) })] : []),
    ...(nulls > before.nulls ? [tell('key-null', { nulls, before: told(isNew, before.nulls) })] : []),
    ...(!isNew && isBeyond ? [tell('keys-differ', { gone, new: added, both: count('both') })] : []),
  ];
}

function told(isNew: boolean, count: number): string {
  return isNew ? 'no such model' : count === 0 ? 'none' : grouped(count);
}

function toFinding(
  change: Change,
  { uniqueId, key }: Keyed,
  messageId: Message,
  data: Finding['data'],
): Finding<Message> {
  const node = change.head.project.nodes.get(uniqueId);
  return {
    messageId,
    data: { model: node?.name ?? uniqueId, key: key.columns.join(', '), ...data },
    subject: uniqueId,
    place: node === undefined ? null : placeInPatch(change.pullRequest, [node.originalFilePath], /\S/),
    basis: 'measured',
    fingerprint: toFingerprint('keys', messageId, uniqueId),
    matters: messageId === 'keys-differ' ? '' : `the key is known from ${key.from}`,
    downstream: descendantsOf(change.head.children, uniqueId),
    safeIf: messageId === 'keys-differ' ? 'say why these rows come and go' : 'make the key unique and not NULL again',
  };
}
