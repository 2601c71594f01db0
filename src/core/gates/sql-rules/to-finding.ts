import { plural, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { listed } from '../state/listed.ts';
import { placeOf } from './place.ts';
import type { Found } from './run.ts';

/** Findings of the gate, at most `most` of one rule; what is over is counted in one more. */
export function toFindings(change: Change, found: readonly Found[], most: number): readonly Finding[] {
  const byRule = Map.groupBy(found, ({ rule }) => rule.id);
  return [...byRule.values()].flatMap((ones) => {
    const shown = ones.slice(0, most).map((one) => toFinding(change, one));
    const rest = ones.slice(most);
    const [first] = rest;
    return first === undefined ? shown : [...shown, moreOf(change, rest, first)];
  });
}

function toFinding(change: Change, { rule, finding, severity }: Found): Finding {
  const { messageId, uniqueId, columns, data, key, basis, matters, safeIf, yaml } = finding;
  const [column, ...others] = columns;
  return {
    messageId: `${rule.id}/${messageId}`,
    severity,
    data,
    subject: column !== undefined && others.length === 0 ? { uniqueId, column } : uniqueId,
    place: placeOf(change, finding),
    basis,
    fingerprint: toFingerprint('sql-rules', rule.id, messageId, uniqueId, key),
    matters,
    ...reachOf(change, finding),
    safeIf,
    ...(yaml === undefined ? {} : { yaml }),
  };
}

/** Where the columns are known that move, what is made of them; else everything below the model. */
function reachOf(change: Change, { uniqueId, columns }: Found['finding']): Pick<Finding, 'downstream' | 'movesRowsOf'> {
  const side = change.head.project.nodes.has(uniqueId) ? change.head : change.base;
  const moved = new Set(columns.map((name) => name.toLowerCase()));
  const known = change.columnChanges.filter((one) => one.uniqueId === uniqueId && moved.has(one.column.toLowerCase()));
  if (moved.size === 0 || known.length < moved.size) return { downstream: descendantsOf(side.children, uniqueId) };
  const models = new Set(known.flatMap(({ dependents }) => dependents.columns.map((one) => one.uniqueId)));
  const consumers = new Set(known.flatMap(({ dependents }) => dependents.consumers));
  const rows = new Set(known.flatMap(({ dependents }) => dependents.rowsetModels));
  return {
    downstream: [...models, ...consumers],
    movesRowsOf: [...rows].filter((id) => !models.has(id)),
  };
}

function moreOf(change: Change, rest: readonly Found[], { rule, finding, severity }: Found): Finding {
  const name = (one: Found): string =>
    change.head.project.nodes.get(one.finding.uniqueId)?.name ?? one.finding.uniqueId;
  const names = [...new Set(rest.map(name))];
  return {
    messageId: 'more-of-a-rule',
    severity,
    data: { rule: rule.title, findings: plural(rest.length, 'more finding'), models: listed(names) },
    subject: finding.uniqueId,
    place: null,
    basis: rest.every((one) => one.finding.basis === 'proven') ? 'proven' : 'heuristic',
    fingerprint: toFingerprint('sql-rules', 'more-of-a-rule', rule.id),
    matters: '',
    downstream: [],
    safeIf: '',
  };
}
