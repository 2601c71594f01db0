import type { DbtNode } from '#core/dbt';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import type { ConfigChange, Pair } from './config-changes.ts';
import { configChanges, modifiedPairs, valueText } from './config-changes.ts';

const keys = [
  'unique_key',
  'incremental_strategy',
  'incremental_predicates',
  'merge_update_columns',
  'merge_exclude_columns',
  'partition_by',
  'on_schema_change',
  'batch_size',
  'begin',
  'lookback',
  'event_time',
] as const;

/** A table that is merged by another key, strategy or set of columns than before. */
export const incrementalConfig = defineRule({
  id: 'incremental-config',
  title: 'Incremental runs merge otherwise',
  severity: 'S2',
  page: {
    what: 'The config of a model that is incremental on both sides: `unique_key`, `incremental_strategy`, `incremental_predicates`, `merge_update_columns`, `merge_exclude_columns`, `partition_by`, `on_schema_change`, and of microbatch `event_time`, `batch_size`, `begin`, `lookback`. Silent where only the order of a list differs, where the strategy that the adapter takes anyway is written down, and where a microbatch model looks back further or a column change is taken in (`append_new_columns`, `sync_all_columns`) that was not.',
    why: 'The rows in the table were merged by the old config. With another key or strategy the next run meets them as strangers: it adds them again, or no longer replaces them. A full build in CI starts from an empty table and shows none of it.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'sql',
      before: "{{ config(materialized='incremental', unique_key='order_id') }}",
      after: "{{ config(materialized='incremental', unique_key=['order_id', 'line_no']) }}",
    },
    silent: [
      {
        kind: 'dbt',
        title: 'The same key, written as a list.',
        language: 'sql',
        before: "{{ config(materialized='incremental', unique_key='order_id') }}",
        after: "{{ config(materialized='incremental', unique_key=['order_id']) }}",
      },
    ],
    safeIf: 'Build the model with `--full-refresh` after the merge, so that no row of the old config is left.',
    waive: 'A model with `full_refresh: true` is built anew on every run and is never told.',
  },
  messages: {
    changed: '`{model}` is incremental, and its {changes}',
  },
  find: ({ change }) =>
    modifiedPairs(change).flatMap((pair) => {
      const { old, node } = pair;
      if (old.materialized !== 'incremental' || node.materialized !== 'incremental') return [];
      if (node.config['full_refresh'] === true) return [];
      const adapter = change.head.project.metadata.adapterType ?? '';
      const changes = configChanges(pair, keys).filter((one) => matters(one, pair, adapter));
      if (changes.length === 0) return [];
      const phrases = changes.map(({ key, before, after }) => `${key}: ${valueText(before)} → ${valueText(after)}`);
      return [
        tell({
          messageId: 'changed',
          uniqueId: node.uniqueId,
          data: { model: node.name, changes: phrases.join('; ') },
          place: {
            kind: 'text',
            uniqueId: node.uniqueId,
            in: 'code',
            text: new RegExp(changes.map(({ key }) => key).join('|')),
          },
          matters: changes
            .map(({ key }) => consequences[key])
            .filter((one, at, all) => all.indexOf(one) === at)
            .join('; '),
          safeIf: 'build it with --full-refresh after the merge',
          key: changes.map(({ key }) => key).join(','),
        }),
      ];
    }),
});

const consequences: Readonly<Record<string, string>> = {
  unique_key:
    'rows that are in the table already are replaced by another key: some stay beside their new version, or fall together',
  incremental_strategy: 'rows that are in the table already are replaced otherwise, or not at all',
  incremental_predicates: 'rows of the table that the predicate leaves out are not replaced but added again',
  merge_update_columns: 'a row that changes keeps old values in columns that are not merged',
  merge_exclude_columns: 'a row that changes keeps old values in columns that are not merged',
  partition_by: 'the table keeps its old partitions until it is built anew',
  on_schema_change: 'a column that is new or gone is no longer carried into the table',
  batch_size: 'batches begin at other times than those that are in the table',
  begin: 'a full build starts at another time than the table does',
  lookback: 'rows that arrive late are no longer read again',
  event_time: 'rows fall into batches by another time',
};

/** Of no other strategy than microbatch. */
const ofBatches: ReadonlySet<string> = new Set(['batch_size', 'begin', 'lookback', 'event_time']);

function matters({ key, before, after }: ConfigChange, { old, node }: Pair, adapter: string): boolean {
  if (ofBatches.has(key) && node.config['incremental_strategy'] !== 'microbatch') return false;
  if (key === 'lookback') return Number(after ?? 1) < Number(before ?? 1);
  if (key === 'on_schema_change') return after !== 'append_new_columns' && after !== 'sync_all_columns';
  if (key === 'incremental_strategy') return strategyOf(old, adapter) !== strategyOf(node, adapter);
  return true;
}

/** What dbt's adapters do where no strategy is written: dbt docs, "About incremental strategy". */
function strategyOf({ config }: DbtNode, adapter: string): string {
  const written = config['incremental_strategy'];
  if (typeof written === 'string' && written !== 'default') return written.toLowerCase();
  if (['snowflake', 'bigquery', 'databricks'].includes(adapter)) return 'merge';
  if (['spark', 'trino', 'athena'].includes(adapter)) return adapter === 'athena' ? 'insert_overwrite' : 'append';
  return config['unique_key'] == null ? 'append' : 'delete+insert';
}
