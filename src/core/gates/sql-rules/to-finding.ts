import type { UniqueId } from '#core/base';
import { plural, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Answers } from '#core/evidence';
import { maskWords } from '#core/sql';
import type { Finding } from '../gate.ts';
import { listed } from '../state/listed.ts';
import { counterexampleOf, isSearched } from './counterexamples.ts';
import { drawTogether } from './draw-together.ts';
import type { Found } from './found.ts';
import { placeOf } from './place.ts';

interface Judged {
  readonly change: Change;
  readonly answers: Answers;
}

/** Findings of the gate, at most `most` of one rule; what is over is counted in one more. */
export function toFindings({ change, answers }: Judged, found: readonly Found[], most: number): readonly Finding[] {
  const first = firstOfModel(found);
  const byRule = Map.groupBy(drawTogether(change, found), ({ rule }) => rule.id);
  return [...byRule.values()].flatMap((ones) => {
    const shown = ones.slice(0, most).map((one) => {
      const isFirst = first.get(one.finding.uniqueId) === nameOf(one);
      return executed({ ...toFinding(change, one), ...(isFirst ? counterexampleOf(answers, one) : {}) }, one, found);
    });
    const rest = ones.slice(most);
    const [over] = rest;
    return over === undefined ? shown : [...shown, moreOf(change, rest, over)];
  });
}

/** The worst finding about the SQL of each model, by `nameOf`: with it, rows are shown. */
function firstOfModel(found: readonly Found[]): ReadonlyMap<UniqueId, string> {
  const first = new Map<UniqueId, string>();
  for (const one of found) {
    if (isSearched(one) && !first.has(one.finding.uniqueId)) first.set(one.finding.uniqueId, nameOf(one));
  }
  return first;
}

function nameOf({ rule, finding }: Found): string {
  return [rule.id, finding.messageId, finding.uniqueId, finding.key].join('\n');
}

/** Rows on which the sides differ prove a guess, where nothing else of the model's SQL was told. */
function executed(finding: Finding, { finding: { uniqueId }, rule }: Found, all: readonly Found[]): Finding {
  const { counterexample, basis } = finding;
  if (basis !== 'heuristic' || counterexample === undefined || typeof counterexample === 'string') return finding;
  const others = all.filter((one) => one.finding.uniqueId === uniqueId && one.finding.edits.length > 0);
  return others.every((one) => one.rule === rule) ? { ...finding, basis: 'measured' } : finding;
}

function toFinding(change: Change, { rule, finding, severity, alike = [] }: Found): Finding {
  const { messageId, uniqueId, columns, data, key, basis, matters, safeIf, yaml } = finding;
  const [column, ...others] = columns;
  return {
    messageId: `${rule.id}/${messageId}`,
    severity,
    data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, inWords(value)])),
    subject: column !== undefined && others.length === 0 ? { uniqueId, column } : uniqueId,
    place: placeOf(change, finding),
    basis,
    fingerprint: toFingerprint('sql-rules', rule.id, messageId, uniqueId, key),
    matters: maskWords(matters),
    ...withReachOf(change, alike, reachOf(change, finding)),
    safeIf: maskWords(safeIf),
    ...(yaml === undefined ? {} : { yaml }),
  };
}

/** What was masked in SQL is told as the call that it stands for. */
function inWords(value: string | number): string | number {
  return typeof value === 'number' ? value : maskWords(value);
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

/** What the other nodes of the same cause reach, too. */
function withReachOf(change: Change, alike: readonly UniqueId[], own: Pick<Finding, 'downstream' | 'movesRowsOf'>) {
  if (alike.length === 0) return own;
  const below = alike.flatMap((id) => descendantsOf(change.head.children, id));
  return { ...own, downstream: [...new Set([...own.downstream, ...below])] };
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
