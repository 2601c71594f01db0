import type { Edit } from '#core/meaning';
import type { RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import type { Pair } from './config-changes.ts';
import { modifiedPairs } from './config-changes.ts';
import type { Block } from './incremental-blocks.ts';
import { foldSql, incrementalBlocks } from './incremental-blocks.ts';

type Message = 'boundary' | 'reaches-less-far' | 'high-water-mark' | 'dropped' | 'added' | 'changed';

/** Other rows than before are taken into an incremental table. */
export const incrementalFilter = defineRule({
  id: 'incremental-filter',
  title: 'Incremental runs take other rows',
  severity: 'S2',
  page: {
    what: 'The code under `is_incremental()` of a model that is incremental on both sides: another comparison (`>` for `>=`, and the other way where no key merges the rows), a shorter look back, another column or another maximum that it goes by, a filter that is gone or new, any other condition. Compiled SQL of CI is that of a first build and has none of it, so the Jinja is read. Silent where only the writing differs, where a longer look back meets a `unique_key`, and of a model with `full_refresh: true`.',
    why: 'What a run leaves out is never read again. `>` drops the rows that share the newest time with one already loaded; a shorter look back drops those that arrive late; a first build in CI has no such filter and shows nothing.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'sql',
      before:
        'select * from orders\n{% if is_incremental() %}\nwhere updated_at >= (select max(updated_at) from {{ this }})\n{% endif %}',
      after:
        'select * from orders\n{% if is_incremental() %}\nwhere updated_at > (select max(updated_at) from {{ this }})\n{% endif %}',
    },
    silent: [
      {
        kind: 'dbt',
        title: 'Only its form differs.',
        language: 'sql',
        before:
          'select * from orders\n{% if is_incremental() %}\nwhere updated_at >= (select max(updated_at) from {{ this }})\n{% endif %}',
        after:
          'select * from orders\n{%- if is_incremental() -%}\n  -- late rows too\n  WHERE updated_at >= (SELECT max(updated_at) FROM {{ this }})\n{%- endif %}',
      },
    ],
    safeIf:
      'Show that two incremental runs over late and equal times give what one full build gives; or build with `--full-refresh` at a fixed interval.',
    waive: 'A model with `full_refresh: true` is built anew on every run and is never told.',
  },
  messages: {
    boundary: 'incremental runs of `{model}` compare by `{after}` instead of `{before}`',
    'reaches-less-far': 'incremental runs of `{model}` look back {after} instead of {before}',
    'high-water-mark': 'incremental runs of `{model}` go by `{after}` instead of `{before}`',
    dropped: 'incremental runs of `{model}` are no longer filtered',
    added: 'incremental runs of `{model}` are filtered now',
    changed: 'the filter of incremental runs of `{model}` is another',
  },
  find: (input) => modifiedPairs(input.change).flatMap((pair) => findIn(input, pair)),
});

function findIn(input: RuleInput, pair: Pair): readonly RuleFinding<Message>[] {
  const { old, node } = pair;
  if (old.materialized !== 'incremental' || node.materialized !== 'incremental') return [];
  if (node.config['full_refresh'] === true || old.rawCode === node.rawCode) return [];
  const [before, after] = [incrementalBlocks(old.rawCode), incrementalBlocks(node.rawCode)];
  const changed = after.filter((block) => !before.some(({ text }) => text === block.text));
  const gone = before.filter((block) => !after.some(({ text }) => text === block.text));
  if (changed.length === 0 && gone.length === 0) return [];
  const merges = node.config['unique_key'] != null && node.config['incremental_strategy'] !== 'append';
  const told = describe({ before: gone, after: changed, merges });
  if (told === null) return [];
  return [
    tell({
      uniqueId: node.uniqueId,
      data: { model: node.name, ...told.data },
      messageId: told.messageId,
      place: { kind: 'text', uniqueId: node.uniqueId, in: 'code', text: placeText(changed) },
      matters: told.matters,
      safeIf: 'show that two runs over late and equal times give what one full build gives',
      edits: editsIn(input, node.uniqueId, [...gone, ...changed]),
      key: Object.values(told.data).join(','),
    }),
  ];
}

interface Told {
  readonly messageId: Message;
  readonly data: Readonly<Record<string, string>>;
  readonly matters: string;
}

const late = 'rows that arrive after later ones were loaded are never taken in';

function describe({
  before,
  after,
  merges,
}: {
  readonly before: readonly Block[];
  readonly after: readonly Block[];
  readonly merges: boolean;
}): Told | null {
  const [was, is] = [before[0], after[0]];
  if (was === undefined) return { messageId: 'added', data: {}, matters: late };
  if (is === undefined) {
    const matters = merges ? 'each run reads all rows again' : 'each run adds all rows again, since no key merges them';
    return { messageId: 'dropped', data: {}, matters };
  }
  if (before.length > 1 || after.length > 1) return { messageId: 'changed', data: {}, matters: late };
  return describeOne(was, is, merges);
}

/** Of one filter on both sides. */
function describeOne(was: Block, is: Block, merges: boolean): Told | null {
  if (was.lookBack !== is.lookBack && was.shape === is.shape) return describeReach(was, is, merges);
  if (was.withoutComparison === is.withoutComparison && was.comparisons !== is.comparisons)
    return describeBoundary(was, is, merges);
  if (was.mark !== is.mark && was.mark !== '' && is.mark !== '') {
    const matters = 'rows whose two times are in another order than before are left out or taken twice';
    return { messageId: 'high-water-mark', data: { before: was.mark, after: is.mark }, matters };
  }
  return { messageId: 'changed', data: {}, matters: late };
}

function describeReach(was: Block, is: Block, merges: boolean): Told | null {
  if (is.lookBack < was.lookBack) {
    const data = { before: hours(was.lookBack), after: hours(is.lookBack) };
    return { messageId: 'reaches-less-far', data, matters: late };
  }
  if (merges) return null;
  const matters = 'rows that are read again are added again, since no key merges them';
  return { messageId: 'changed', data: {}, matters };
}

function describeBoundary(was: Block, is: Block, merges: boolean): Told | null {
  const isStricter = !is.comparisons.includes('=') && was.comparisons.includes('=');
  if (!isStricter && merges && is.comparisons.includes('=')) return null;
  const matters = isStricter
    ? 'rows with the same time as the newest one in the table are never taken in'
    : 'rows with the same time as the newest one are added again';
  return { messageId: 'boundary', data: { before: was.comparisons, after: is.comparisons }, matters };
}

function hours(count: number): string {
  if (count === 0) return 'not at all';
  return count % 24 === 0
    ? `${count / 24} ${count === 24 ? 'day' : 'days'}`
    : `${count} ${count === 1 ? 'hour' : 'hours'}`;
}

function placeText(blocks: readonly Block[]): string | RegExp {
  return blocks[0]?.firstLine ?? /is_incremental/;
}

/** Where CI compiled an incremental run, the filter is in the SQL too: the same cause. */
function editsIn(
  { models, change }: RuleInput,
  uniqueId: Pair['node']['uniqueId'],
  blocks: readonly Block[],
): readonly Edit[] {
  const model = models.find((one) => one.uniqueId === uniqueId);
  const text = blocks.map((block) => block.text).join('\n');
  return (model?.edits ?? []).filter((edit) => {
    const { side, span } = edit.place;
    if (!edit.kind.startsWith('filter') || span === null) return false;
    const sql = change[side].project.nodes.get(uniqueId)?.compiledCode ?? '';
    const [first = ''] = sql.slice(span.start, span.end).split('\n');
    const words = foldSql(first);
    return words !== '' && text.includes(words);
  });
}
