import { z } from 'zod';
import { isNonEmpty, plural } from '#core/base';
import type { Change } from '#core/change';
import { defineGate } from './gate.ts';
import { findBaseFaults } from './state/base-faults.ts';
import { findInventedReferences, findRemovedParents } from './state/dangling.ts';
import { findEditedPolicy } from './state/edited-policy.ts';
import { findForeignNodes } from './state/foreign-nodes.ts';
import { findNeededRefreshes } from './state/full-refreshes.ts';
import { findMovedSources } from './state/moved-sources.ts';
import { findUnseen } from './state/unseen.ts';

/** What is `state:modified`, and whether the comparison stands on firm ground. */
export const state = defineGate({
  id: 'state',
  title: 'Modified nodes',
  page: {
    what: "Compares the base and the head manifest exactly as dbt's `state:modified` does and says why each node is selected: its code, config, relation, a macro it uses, its contract, a persisted description, or that it is new. Each carries a label: `edited`; `macro`; `var or environment`, where the text is the same and renders to something else; `engine noise`, where only two releases or flags of dbt write it differently; `stale base`, where no changed file of the pull request leads to it. Where the changed files are not all known, nothing is called stale. It also reports what dbt does not see: SQL that a var or the environment changes, macros that build or name every relation, descriptions that are gone; references to what does not exist; and a base that does not fit the head.",
    why: 'Everything else in a review is about the modified models. If the base is stale or of another project, hundreds of models look modified and the real change is lost among them; and what dbt does not select, slim CI does not build.',
    howToFix:
      'For a dangling reference: remove or repoint what still uses the model. For a stale base: let the default branch upload its dbt artifacts on every push.',
    howToWaive:
      'Waive by policy, on the base branch: set the message to `warn` or `note` under `findings`. For one pull request, GitHub’s own bypass of a required check is the way.',
  },
  messages: {
    'removed-node-still-used': { text: '{node} is gone, but {dependents} still depend on it', cost: 'block' },
    'points-at-nothing': { text: '{node} refers to what does not exist: {names}', cost: 'block' },
    'full-refresh-needed': { text: '{model} needs a full refresh: {because}', cost: 'note' },
    'sql-changed-unseen': {
      text: 'the compiled SQL of {nodes} differs although dbt does not call them modified',
      cost: 'note',
    },
    'materialization-macro-changed': {
      text: '{macro} ({how}) builds every {materialized}: {count} nodes, none of them modified for dbt',
      cost: 'warn',
    },
    'naming-macro-changed': {
      text: '{macro} ({how}) names relations: {count} have another name than at base, and dbt calls none of them modified for it',
      cost: 'warn',
    },
    'docs-lost': { text: 'descriptions are gone: {names}', cost: 'note' },
    'base-stale': { text: 'base is not the commit this pull request starts from: {reason}', cost: 'warn' },
    'head-stale': { text: 'head is not the commit under review: {reason}', cost: 'warn' },
    'adapter-differs': {
      text: 'base was built for {base}, head for {head}: differences may come from that',
      cost: 'warn',
    },
    'project-differs': { text: 'base is of project {base}, head of project {head}', cost: 'warn' },
    'dbt-differs': {
      text: 'base was written by {base}, head by {head}: config differences may come from that',
      cost: 'note',
    },
    'not-in-this-pull-request': {
      text: '{nodes} differ from base although this pull request touches none of the files involved: is the base older than the branch?',
      cost: 'note',
    },
    'policy-edited': {
      text: '`{path}` is edited here: this review still follows the base branch’s, and the new one holds after the merge',
      cost: 'warn',
    },
    'source-moved': { text: '{sources} now read another database or schema than at base', cost: 'note' },
  },
  options: z.strictObject({}),
  appliesTo: () => 'yes',
  judge({ change }) {
    const findings = [
      ...findRemovedParents(change),
      ...findInventedReferences(change),
      ...findNeededRefreshes(change),
      ...findUnseen(change),
      ...findBaseFaults(change),
      ...findForeignNodes(change),
      ...findMovedSources(change),
      ...findEditedPolicy(change),
    ];
    const summary = summarize(change);
    if (isNonEmpty(findings)) return { outcome: 'failed', summary, findings, unknown: [] };
    return { outcome: 'passed', basis: 'proven', summary };
  },
});

/** `3 models, 1 seed modified; 2 new; 1 removed`. */
function summarize(change: Change): string {
  const isNew = (selectors: readonly string[]): boolean => selectors.includes('state:new');
  const modified = change.modified.filter((node) => !isNew(node.selectors));
  const fresh = change.modified.length - modified.length;
  const counts = (['model', 'seed', 'snapshot'] as const)
    .map((type) => ({ type, count: modified.filter((node) => node.resourceType === type).length }))
    .filter(({ count }) => count > 0)
    .map(({ type, count }) => plural(count, type));
  const parts = [
    ...(counts.length > 0 ? [`${counts.join(', ')} modified`] : []),
    ...(fresh > 0 ? [`${fresh} new`] : []),
    ...(change.removed.length > 0 ? [`${change.removed.length} removed`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'nothing modified';
}
