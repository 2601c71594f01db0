import type { UniqueId } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { Facts } from '#core/meaning';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { modifiedPairs } from './config-changes.ts';

/** A merge whose key may be NULL, which matches nothing. */
export const incrementalKeyNullable = defineRule({
  id: 'incremental-key-nullable',
  title: 'An incremental key may be NULL',
  severity: 'S2',
  page: {
    what: 'A column of `unique_key` of an incremental model that is not known to be without NULLs, where this change made it so: the model is newly incremental, the column newly in the key, or what said that it is never NULL is gone. Silent where the column was as unknown before, where the strategy merges nothing (`append`, `insert_overwrite`, `microbatch`), and of keys that are expressions.',
    why: 'A merge compares keys by `=`, and NULL equals nothing. A row without a key is never replaced: each run adds it again, and no test of uniqueness counts NULLs.',
    fires: {
      kind: 'dbt',
      title: 'Nothing says that `order_id` is never NULL.',
      language: 'sql',
      before: "{{ config(materialized='table') }}",
      after: "{{ config(materialized='incremental', unique_key='order_id') }}",
    },
    silent: [
      {
        kind: 'dbt',
        title: 'A `not_null` test on `order_id` stands beside it.',
        language: 'sql',
        before: "{{ config(materialized='table') }}",
        after: "{{ config(materialized='incremental', unique_key='order_id') }}  -- order_id: data_tests: [not_null]",
      },
    ],
    safeIf: 'Add a `not_null` test on each column of the key.',
    waive: '',
  },
  messages: {
    nullable: '`{model}` merges by {columns}, which nothing says is never NULL',
  },
  find: ({ change, facts }) =>
    modifiedPairs(change).flatMap(({ old, node }) => {
      if (!merges(node)) return [];
      const before = merges(old) ? new Set(nullableOf(facts.base, old)) : new Set<string>();
      const loose = nullableOf(facts.head, node).filter((column) => !before.has(column));
      const [first] = loose;
      if (first === undefined) return [];
      return [
        tell({
          messageId: 'nullable',
          uniqueId: node.uniqueId,
          data: { model: node.name, columns: loose.join(', ') },
          place: { kind: 'text', uniqueId: node.uniqueId, in: 'code', text: /unique_key/ },
          matters: `if ${first} is NULL in a row, no run finds the row again, and each adds it once more`,
          safeIf: `add a not_null test on ${loose.join(', ')}`,
          yaml: yamlFor(node, loose),
          key: loose.join(','),
        }),
      ];
    }),
});

function merges({ materialized, config }: DbtNode): boolean {
  const strategy = config['incremental_strategy'];
  const isMerge = strategy == null || ['merge', 'delete+insert', 'default'].some((known) => known === strategy);
  return materialized === 'incremental' && isMerge && keyColumns(config['unique_key']).length > 0;
}

/** Columns of a key, in lower case; none of an expression. */
function keyColumns(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
  const names = items.map((item) =>
    typeof item === 'string' ? item.trim().replaceAll(/["`]/g, '').toLowerCase() : '',
  );
  return names.every((name) => /^[a-z_]\w*$/.test(name)) ? names : [];
}

function nullableOf(facts: Facts, node: DbtNode & { readonly uniqueId: UniqueId }): readonly string[] {
  const { notNull } = facts.of(node.uniqueId);
  return keyColumns(node.config['unique_key']).filter((column) => !notNull.has(column));
}

function yamlFor(node: DbtNode, columns: readonly string[]): string {
  const lines = columns.map((column) => `      - name: ${column}\n        data_tests: [not_null]`);
  return `models:\n  - name: ${node.name}\n    columns:\n${lines.join('\n')}\n`;
}
