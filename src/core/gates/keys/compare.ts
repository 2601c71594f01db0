import type { Reason, UniqueId } from '#core/base';
import { plural, reason } from '#core/base';
import type { Change } from '#core/change';
import type { Answer, Answers, QuestionOf } from '#core/evidence';
import { keyDiffQuestion, keyProfileQuestion, unanswered } from '#core/evidence';
import { isRelation, relationOf, relationsOf, spelled, wasNotBuilt } from '../data-relations.ts';
import type { Key } from './find-key.ts';
import { keyOf } from './find-key.ts';

/** A modified relation whose key is known, with what is asked of it. */
export interface Keyed {
  readonly uniqueId: UniqueId;
  readonly key: Key;
  readonly question: QuestionOf<'key-diff'> | QuestionOf<'key-profile'>;
}

/** What there is to compare by key, and what has none. */
export interface Keys {
  readonly keyed: readonly Keyed[];
  readonly keyless: readonly UniqueId[];
  /** How many more have a key and are not compared. */
  readonly beyond: number;
}

/** Modified relations by whether a key is known of them: base's word first, since a change may take the test away. */
export function keysOf(change: Change, most: number): Keys {
  const keyed: Keyed[] = [];
  const keyless: UniqueId[] = [];
  for (const { uniqueId } of change.modified) {
    if (!isRelation(change.head.project.nodes.get(uniqueId)) || wasNotBuilt(change, uniqueId)) continue;
    const found = keyedBy(change, uniqueId);
    if (found === null) keyless.push(uniqueId);
    else keyed.push(found);
  }
  return { keyed: keyed.slice(0, most), keyless, beyond: Math.max(0, keyed.length - most) };
}

/** The key of a relation on both sides, with its question; null when none is known, or there is nothing to ask of. */
export function keyedBy(change: Change, uniqueId: UniqueId): Keyed | null {
  const { base, head } = change;
  const isNew = !isRelation(base.project.nodes.get(uniqueId));
  const key = (isNew ? null : keyOf(base, uniqueId)) ?? keyOf(head, uniqueId);
  if (key === null) return null;
  const columns = key.columns.map((name) => spelled(isNew ? head : base, uniqueId, name));
  if (isNew) {
    const of = relationOf(change, 'head', head.project.nodes.get(uniqueId));
    return of === null ? null : { uniqueId, key, question: keyProfileQuestion(of, columns) };
  }
  const both = relationsOf(change, uniqueId);
  return both === null ? null : { uniqueId, key, question: keyDiffQuestion(both, columns) };
}

/** Why relations beyond the policy's number are not compared; none where all are. */
export function beyondReasons(beyond: number): readonly Reason[] {
  if (beyond === 0) return [];
  const text = `${plural(beyond, 'more relation')} not compared`;
  return [reason('too-many-relations', text, 'raise `max_relations` in the policy')];
}

/** Figures by relation, and why there are none of the rest. */
export function readFigures(
  asked: readonly {
    readonly uniqueId: UniqueId;
    readonly question: {
      readonly key: string;
      readonly kind: 'key-diff' | 'key-profile' | 'column-profile' | 'value-match';
    };
  }[],
  answers: Answers,
): {
  readonly figures: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly missing: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[];
} {
  const figures = new Map<string, Readonly<Record<string, number>>>();
  const missing: { readonly uniqueId: UniqueId; readonly cause: Reason }[] = [];
  for (const { uniqueId, question } of asked) {
    const answer: Answer = answers.get(question.key) ?? unanswered(question.kind);
    if (!answer.known) missing.push({ uniqueId, cause: answer.reason });
    else if ('figures' in answer) figures.set(question.key, answer.figures);
  }
  return { figures, missing };
}
