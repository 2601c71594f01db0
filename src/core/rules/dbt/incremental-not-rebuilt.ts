import type { UniqueId } from '#core/base';
import { findFullRefreshes } from '#core/change';
import { isKnownInPart } from '../compare-models.ts';
import type { RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { modifiedPairs } from './config-changes.ts';

type Message = 'becomes-incremental' | 'old-rows-stay';

/** A table that will not be what a full build of the new code gives. */
export const incrementalNotRebuilt = defineRule({
  id: 'incremental-not-rebuilt',
  title: 'Old rows keep the old logic',
  severity: 'S2',
  page: {
    what: 'A model that was built as a whole and is incremental now; and, as a note, an incremental model whose SQL means something else. Silent where the SQL is proven to mean the same, where only ORDER BY differs, where the model has `full_refresh: true`, and of new columns, for which the gate `state` asks for a full refresh already.',
    why: 'An incremental run touches only the rows that its filter lets through. All others stay as the old code made them, so the table holds two definitions of one number, split at the day of the merge. CI builds from nothing and sees only the new one.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'sql',
      before: "{{ config(materialized='table') }}",
      after: "{{ config(materialized='incremental', unique_key='order_id') }}",
    },
    silent: [
      {
        kind: 'dbt',
        title: 'A view becomes a table: both are built as a whole.',
        language: 'sql',
        before: "{{ config(materialized='view') }}",
        after: "{{ config(materialized='table') }}",
      },
    ],
    safeIf:
      'Build the model with `--full-refresh` after the merge; for a model that becomes incremental, show that its filter lets late and changed rows through.',
    waive: 'A model with `full_refresh: true` is built anew on every run and is never told.',
  },
  messages: {
    'becomes-incremental': '`{model}` was a {before} and is incremental now',
    'old-rows-stay':
      '`{model}` is incremental and its SQL means something else: rows that are there keep the old meaning',
  },
  find(input) {
    const { change } = input;
    const refreshed = new Set(findFullRefreshes(change).map(({ uniqueId }) => uniqueId));
    return modifiedPairs(change).flatMap(({ old, node }): readonly RuleFinding<Message>[] => {
      if (node.materialized !== 'incremental' || node.config['full_refresh'] === true) return [];
      if (node.resourceType !== 'model') return [];
      if (old.materialized !== 'incremental') {
        return [
          tell({
            messageId: 'becomes-incremental',
            uniqueId: node.uniqueId,
            data: { model: node.name, before: old.materialized },
            place: { kind: 'text', uniqueId: node.uniqueId, in: 'code', text: /incremental/ },
            matters:
              'if a row changes or arrives after later ones were loaded, and the filter of incremental runs leaves it out',
            safeIf: 'show that the filter reaches back as far as rows change, or keep it a table',
          }),
        ];
      }
      if (refreshed.has(node.uniqueId) || !meansElse(input, node.uniqueId)) return [];
      return [
        tell({
          messageId: 'old-rows-stay',
          severity: 'S3',
          uniqueId: node.uniqueId,
          data: { model: node.name },
          basis: isKnownInPart(input.change, node.uniqueId) ? 'heuristic' : 'proven',
          matters: 'if the change is meant for all rows',
          safeIf: 'build it with --full-refresh after the merge',
        }),
      ];
    });
  },
});

function meansElse({ models }: RuleInput, uniqueId: UniqueId): boolean {
  return models.some((model) => model.uniqueId === uniqueId);
}
