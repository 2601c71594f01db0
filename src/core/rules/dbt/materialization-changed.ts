import type { UniqueId } from '#core/base';
import { plural, toLine } from '#core/base';
import type { Change } from '#core/change';
import { consumersBehind } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import type { Pair } from './config-changes.ts';
import { configChanges, modifiedPairs, valueText } from './config-changes.ts';

type Message = 'no-relation' | 'read-at-query-time' | 'layout-removed' | 'tags-removed';

/** A model whose rows are the same and that is not found, not fresh or not built as before. */
export const materializationChanged = defineRule({
  id: 'materialization-changed',
  title: 'Built, found or scheduled otherwise',
  severity: 'S3',
  page: {
    what: 'A model that becomes `ephemeral`, so that no relation of its name is left for those outside the project; a table that becomes a view, so that its rows and the rights to them are those of its parents; partitioning or clustering taken away from a table; a tag taken away, by which jobs may select. The first is a warning where an exposure, metric or semantic model reads the model. What becomes incremental is told by `incremental-not-rebuilt`, the layout of incremental models by `incremental-config`. Silent where a view becomes a table, and where something is only added.',
    why: 'The SQL is the same and dbt is content. Who reads the relation from outside finds nothing, or another age of the data, or a bill.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'sql',
      before: "{{ config(materialized='table') }}",
      after: "{{ config(materialized='ephemeral') }}",
    },
    silent: [
      {
        kind: 'dbt',
        title: '',
        language: 'sql',
        before: "{{ config(materialized='view') }}",
        after: "{{ config(materialized='table') }}",
      },
    ],
    safeIf:
      'Show that nothing outside the project reads the relation, or tell those who do; for a tag, that no job selects by it.',
    waive: '',
  },
  messages: {
    'no-relation': '`{model}` becomes ephemeral: its relation is built no more',
    'read-at-query-time':
      '`{model}` was a {before} and is a view now: it shows its parents as they are when it is read',
    'layout-removed': '`{model}` loses its {keys}',
    'tags-removed': '`{model}` loses the {tags}: jobs that select by it leave the model out',
  },
  find: ({ change }) =>
    modifiedPairs(change).flatMap((pair) => [
      ...builtOtherwise(change, pair),
      ...layoutRemoved(pair),
      ...tagsRemoved(pair),
    ]),
});

function builtOtherwise(change: Change, { old, node, modified }: Pair): readonly RuleFinding<Message>[] {
  const isForeign = modified.causes.some(({ item, foreign }) => item === 'materialized' && foreign !== undefined);
  if (node.resourceType !== 'model' || old.materialized === node.materialized || isForeign) return [];
  const common = { uniqueId: node.uniqueId, place: placeOf(node.uniqueId, /materialized/) };
  if (node.materialized === 'ephemeral') {
    const readers = consumersBehind(change.head, [node.uniqueId]).filter((id) => isDirect(change, id, node.uniqueId));
    return [
      tell({
        ...common,
        messageId: 'no-relation',
        severity: readers.length > 0 ? 'S2' : 'S3',
        data: { model: node.name },
        matters:
          readers.length > 0
            ? `${plural(readers.length, 'consumer')} of the project ${readers.length === 1 ? 'reads' : 'read'} the relation, which stays as it was last built or is dropped`
            : 'if anybody outside the project reads the relation, which stays as it was last built or is dropped',
        safeIf: 'show that nothing outside the project reads it',
      }),
    ];
  }
  if (node.materialized !== 'view' || !['table', 'incremental'].includes(old.materialized)) return [];
  return [
    tell({
      ...common,
      messageId: 'read-at-query-time',
      data: { model: node.name, before: old.materialized === 'table' ? 'table' : 'incremental table' },
      matters:
        old.materialized === 'incremental'
          ? 'rows that the table kept and its parents have lost are gone'
          : 'who may read it needs what the view needs, and each reading costs what a build did',
      safeIf: 'show that its readers want the rows of the moment',
    }),
  ];
}

function isDirect({ head }: Change, consumer: UniqueId, model: UniqueId): boolean {
  return head.project.nodes.get(consumer)?.dependsOn.nodes.includes(model) === true;
}

function layoutRemoved(pair: Pair): readonly RuleFinding<Message>[] {
  const { node } = pair;
  if (node.materialized !== 'table' || node.resourceType !== 'model') return [];
  const lost = configChanges(pair, ['partition_by', 'cluster_by', 'sort', 'dist', 'indexes']).filter(
    ({ after }) => after === null,
  );
  if (lost.length === 0) return [];
  const keys = lost.map(({ key, before }) => `${key} (${valueText(before)})`).join(' and ');
  return [
    tell({
      messageId: 'layout-removed',
      uniqueId: node.uniqueId,
      place: placeOf(node.uniqueId, /partition_by|cluster_by|sort|dist|indexes/),
      data: { model: node.name, keys: toLine(keys, 120) },
      matters: 'who filters by these columns reads the whole table, and policies on partitions do not hold',
      safeIf: 'show what the usual queries read with and without it',
      key: lost.map(({ key }) => key).join(','),
    }),
  ];
}

function tagsRemoved({ old, node }: Pair): readonly RuleFinding<Message>[] {
  const lost = old.tags.filter((tag) => !node.tags.includes(tag)).sort();
  // A renamed tag leaves as many as there were; jobs follow names, so it counts all the same.
  if (lost.length === 0 || node.resourceType === 'test') return [];
  return [
    tell({
      messageId: 'tags-removed',
      uniqueId: node.uniqueId,
      place: placeOf(node.uniqueId, /tags/),
      data: { model: node.name, tags: `${lost.length === 1 ? 'tag' : 'tags'} ${toLine(lost.join(', '), 120)}` },
      matters: 'if a job selects by the tag, the relation is not built any more and grows old',
      safeIf: 'show that no job selects by it',
      key: lost.join(','),
    }),
  ];
}

function placeOf(uniqueId: DbtNode['uniqueId'], text: RegExp) {
  return { kind: 'text', uniqueId, in: 'code', text } as const;
}
