import { z } from 'zod';
import { isNonEmpty, plural, reason } from '#core/base';
import type { Change } from '#core/change';
import { findBrokenContracts, findRetypedAliases } from './contract/broken-contracts.ts';
import { defineGate } from './gate.ts';

/** Contracts that no longer hold, by the rules of the dbt that wrote head. */
export const contract = defineGate({
  id: 'contract',
  title: 'Model contracts',
  page: {
    what: 'Compares the enforced contract of every model on both sides by the rules of the dbt that wrote the head manifest. Breaking are: a column removed or renamed; a column of another type (since dbt 1.11 its size, precision and case do not count); an enforced constraint removed from a column or from the model; a table that becomes a view although it has constraints; the contract switched off; the model deleted, renamed or disabled before its deprecation date. dbt 2 sees no more of a contract than whether it is enforced; it is judged here by the rules of dbt 1.12. A model without versions is judged like one with versions, although dbt only warns of it. Columns and constraints that are added break nobody and are not reported; nor are constraints that the warehouse does not enforce.',
    why: 'A contract is a promise to people who are not reading the pull request. Of a model without versions dbt only logs a warning, which nobody sees; of one with versions it stops the whole command, and slim CI then builds nothing.',
    howToFix:
      'Keep the column, its type and its constraint; or add a new version of the model, keep the old one, and give it a deprecation date so that its readers can move.',
    howToWaive:
      'Waive by policy, on the base branch: set the message to `warn` or `note` under `findings`. For one pull request, GitHub’s own bypass of a required check is the way.',
  },
  messages: {
    'contract-broken': { text: 'the contract of {model} is broken: {items}', cost: 'block' },
    'contract-retyped-alias': {
      text: 'dbt calls the contract of {model} broken, but {adapter} knows both names as one type: {items}',
      cost: 'warn',
    },
  },
  options: z.strictObject({}),
  appliesTo: ({ change }) =>
    contractedIn(change) > 0 ? 'yes' : reason('no-contract', 'no model of base has an enforced contract'),
  judge({ change }) {
    const findings = [...findBrokenContracts(change), ...findRetypedAliases(change)];
    if (isNonEmpty(findings)) {
      const summary = `${plural(findings.length, 'contract')} broken of ${contractedIn(change)}`;
      return { outcome: 'failed', summary, findings, unknown: [] };
    }
    return { outcome: 'passed', basis: 'proven', summary: `${plural(contractedIn(change), 'contract')} kept` };
  },
});

function contractedIn({ base }: Change): number {
  return [...base.project.nodes.values()].filter((node) => node.contractEnforced).length;
}
