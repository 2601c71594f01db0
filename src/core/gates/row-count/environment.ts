import type { UniqueId } from '#core/base';
import { grouped, isJsonObject } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode, DbtProject } from '#core/dbt';
import { ancestorsOf, macrosUsedBy } from '#core/dbt';
import type { Answers, DataQuestion } from '#core/evidence';
import { newestQuestion, rowCountQuestion } from '#core/evidence';
import { relationOf, spelled } from '../data-relations.ts';
import type { Scope } from './count.ts';
import type { Environment, RowCountOptions } from './options.ts';

/** Something besides the change that may have moved rows, as one phrase. */
export interface Suspicion {
  readonly kind: Environment;
  readonly text: string;
  /** Of `parents`: by how much of base a parent that the change leaves alone differs, the farthest of them. */
  readonly drift: number;
}

/** A parent that the change cannot have touched, and that each side has a relation of its own for. */
interface Witness {
  readonly node: DbtNode;
  readonly base: DataQuestion;
  readonly head: DataQuestion;
  readonly loaded: readonly [base: DataQuestion, head: DataQuestion] | null;
}

const mostWitnesses = 100;

/** What to ask of the parents that the change leaves alone: their rows, and of sources when they were loaded last. */
export function askEnvironment(change: Change, scope: Scope): readonly DataQuestion[] {
  const witnesses = new Map<UniqueId, Witness>();
  for (const { uniqueId } of scope.relations) {
    for (const witness of witnessesOf(change, uniqueId)) witnesses.set(witness.node.uniqueId, witness);
  }
  return [...witnesses.values()]
    .slice(0, mostWitnesses)
    .flatMap(({ base, head, loaded }) => [base, head, ...(loaded ?? [])]);
}

/** What besides the change may have moved the rows of a relation. */
export function suspicionsOf(
  change: Change,
  uniqueId: UniqueId,
  { answers, options }: { readonly answers: Answers; readonly options: RowCountOptions },
): readonly Suspicion[] {
  const sides = [change.base, change.head].map(({ project }) => project.nodes.get(uniqueId));
  const inBoth = (text: (node: DbtNode) => string | null, what: RegExp): boolean =>
    sides.every((node) => node !== undefined && what.test(text(node) ?? ''));
  const always = (kind: Environment, text: string): Suspicion => ({ kind, text, drift: 0 });
  // What only head says is the change's own doing, and no excuse for it.
  return [
    ...driftOf(change, uniqueId, answers),
    ...(inBoth(({ compiledCode }) => compiledCode, clock) ? [always('clock', 'its SQL reads the clock')] : []),
    ...(inBoth(({ compiledCode }) => compiledCode, sample)
      ? [always('sample', 'its SQL takes a sample or a limit')]
      : []),
    ...(isSampled(change) ? [always('sample', 'dbt ran with --sample or --empty')] : []),
    ...(isByTarget(change, uniqueId) ? [always('target', 'its SQL depends on the target')] : []),
    ...apart(change, options.max_hours_apart).map((text) => always('times', text)),
    ...(change.base.stale === null ? [] : [always('stale', 'base was counted at an older commit')]),
  ];
}

const clock =
  /\b(current_date|current_timestamp|current_time|localtimestamp|sysdate|systimestamp)\b|\b(now|getdate|today|current_date|sysdate|current_datetime)\s*\(/i;
const sample = /\blimit\s+\d|\btablesample\b|\busing\s+sample\b|\bsample\s*\(/i;
const target = /\btarget\s*\.\s*(name|schema|profile_name|database)\b|\benv_var\s*\(/;

/** Whether on both sides its code, or a macro of a project or package that it uses, asks for the target or the environment. */
function isByTarget({ base, head }: Change, uniqueId: UniqueId): boolean {
  return [base, head].every(({ project }) => {
    const node = project.nodes.get(uniqueId);
    return (
      node !== undefined && (target.test(node.rawCode) || macrosOf(project, node).some((code) => target.test(code)))
    );
  });
}

/** dbt's own macros, and its adapters', ask for the target without the rows being others for it. */
function macrosOf(project: DbtProject, node: DbtNode): readonly string[] {
  return macrosUsedBy(project, node, (name) => /^dbt(_|$)/.test(name)).map(({ macroSql }) => macroSql);
}

function isSampled({ base, head }: Change): boolean {
  return [base, head].some(({ runResults }) => {
    const { sample: sampled, empty } = runResults?.args ?? {};
    return empty === true || (typeof sampled === 'string' && sampled !== '') || isJsonObject(sampled);
  });
}

function apart({ base, head }: Change, most: number): readonly string[] {
  const [before, after] = [base, head].map(({ runResults }) => Date.parse(runResults?.generatedAt ?? ''));
  const hours = Math.abs((after ?? Number.NaN) - (before ?? Number.NaN)) / 3_600_000;
  return hours > most ? [`base and head were built ${grouped(Math.round(hours))} h apart`] : [];
}

function driftOf(change: Change, uniqueId: UniqueId, answers: Answers): readonly Suspicion[] {
  const moved = witnessesOf(change, uniqueId).flatMap(({ node, base, head, loaded }) => {
    const [before, after] = [rows(answers, base), rows(answers, head)];
    if (before === null || after === null || before === after) return [];
    const drift = before === 0 ? Number.POSITIVE_INFINITY : (after - before) / before;
    const times = (loaded ?? []).map((question) => text(answers, question));
    const since = times[0] && times[1] && times[0] !== times[1] ? `, loaded until ${times[0]} and ${times[1]}` : '';
    return [{ node, drift, text: `${node.name} ${grouped(before)} → ${grouped(after)}${since}` }];
  });
  if (moved.length === 0) return [];
  const drift = moved.reduce((far, one) => (Math.abs(one.drift) > Math.abs(far) ? one.drift : far), 0);
  const names = moved.slice(0, 3).map((one) => one.text);
  return [
    { kind: 'parents', text: `what it reads differs although the change leaves it alone: ${names.join(', ')}`, drift },
  ];
}

function rows(answers: Answers, { key }: DataQuestion): number | null {
  const answer = answers.get(key);
  return answer?.known === true && answer.kind === 'row-count' ? answer.rows : null;
}

function text(answers: Answers, { key }: DataQuestion): string | null {
  const answer = answers.get(key);
  return answer?.known === true && answer.kind === 'newest' ? answer.text : null;
}

function witnessesOf(change: Change, uniqueId: UniqueId): readonly Witness[] {
  const changed = new Set([...change.modified, ...change.alsoModified].map((node) => node.uniqueId));
  const parents = change.head.project.nodes.get(uniqueId)?.dependsOn.nodes ?? [];
  return parents.flatMap((id) => {
    const node = change.head.project.nodes.get(id);
    const touched = changed.has(id) || ancestorsOf(change.head.project, id).some((one) => changed.has(one));
    return node === undefined || touched ? [] : (toWitness(change, node) ?? []);
  });
}

function toWitness(change: Change, node: DbtNode): Witness | null {
  const old = change.base.project.nodes.get(node.uniqueId);
  const [base, head] = [relationOf(change, 'base', old), relationOf(change, 'head', node)];
  if (base === null || head === null || base.relation === head.relation) return null;
  const column = node.entry['loaded_at_field'];
  const loaded =
    typeof column === 'string' && /^\w+$/.test(column)
      ? ([
          newestQuestion(base, spelled(change.base, node.uniqueId, column)),
          newestQuestion(head, spelled(change.head, node.uniqueId, column)),
        ] as const)
      : null;
  return {
    node,
    base: rowCountQuestion('base', node.uniqueId, base.relation, base.state),
    head: rowCountQuestion('head', node.uniqueId, head.relation, head.state),
    loaded,
  };
}
