import type { UniqueId } from '#core/base';
import { grouped, toFingerprint } from '#core/base';
import type { Cause, Change } from '#core/change';
import { findFullRefreshes } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Answers } from '#core/evidence';
import { attributed } from '../attribution/attributed.ts';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { Counted } from './count.ts';
import { declaredIn } from './declared.ts';
import type { Suspicion } from './environment.ts';
import { suspicionsOf } from './environment.ts';
import type { Expectation } from './expectations.ts';
import { declarationOf, meets } from './expectations.ts';
import type { RowCountOptions } from './options.ts';

export type RowCountMessage =
  | 'row-count-changed'
  | 'relation-emptied'
  | 'rows-differ-without-cause'
  | 'rows-maybe-environment'
  | 'rows-otherwise'
  | 'rows-as-declared'
  | 'expectation-unread'
  | 'relation-filled'
  | 'relation-removed'
  | 'relation-new';

/** What explaining needs besides the counts. */
interface Means {
  readonly answers: Answers;
  readonly options: RowCountOptions;
}

/** A relation whose rows moved beyond the threshold. */
interface Move {
  readonly counted: Counted;
  readonly base: number;
  /** (head − base) / base; infinite when base is empty. */
  readonly ratio: number;
}

/**
 * One finding for each cause: a relation that moved with a modified parent and did not change itself is told with that
 * parent. What moved without any cause in the change is said to be the environment's, and does not block. What the author
 * declares is held against what was measured, whether it moved or not.
 */
export function explainMoves(
  change: Change,
  counted: readonly Counted[],
  means: Means,
): readonly Finding<RowCountMessage>[] {
  const moves = new Map(counted.flatMap((one) => movesOf(one)).map((move) => [idOf(move), move]));
  const { expectations } = declaredIn(change);
  const findings: Finding<RowCountMessage>[] = [];
  for (const one of counted) {
    const { uniqueId } = one.relation;
    const move = moves.get(uniqueId);
    const said = expectations.find(({ model }) => model === change.head.project.nodes.get(uniqueId)?.name);
    const followers = [...moves.values()].filter((other) => leaderOf(other, moves) === uniqueId);
    if (one.base === null) {
      findings.push(toFinding(change, one, { messageId: 'relation-new', cause: '', with: [], means }));
    } else if (said !== undefined) {
      const held = holdAgainst(said, { base: one.base, head: one.head });
      if (held !== null || move !== undefined) {
        const named = move === undefined ? { cause: '' } : nameMove(change, move, { moves, means });
        findings.push(
          toFinding(change, one, { ...named, messageId: held ?? 'rows-as-declared', with: followers, said, means }),
        );
      }
    } else if (move !== undefined && leaderOf(move, moves) === null) {
      findings.push(toFinding(change, one, { ...nameMove(change, move, { moves, means }), with: followers, means }));
    }
  }
  return findings;
}

/** Null when a relation that did not move was not said to. */
function holdAgainst(
  said: Expectation,
  rows: { readonly base: number; readonly head: number },
): 'rows-otherwise' | null {
  return meets(said, rows) ? null : 'rows-otherwise';
}

function movesOf(counted: Counted): readonly Move[] {
  const { base, head, relation } = counted;
  if (base === null || base === head) return [];
  const ratio = base === 0 ? Number.POSITIVE_INFINITY : (head - base) / base;
  const { percent: most, rows } = relation.threshold;
  const isBeyond = Math.abs(ratio) * 100 > most && Math.abs(head - base) > rows;
  return head === 0 || isBeyond ? [{ counted, base, ratio }] : [];
}

function idOf({ counted }: Move): UniqueId {
  return counted.relation.uniqueId;
}

/** Whether the relation's own SQL differs between the sides. */
function changedItself({ counted }: Move): boolean {
  const compiled = counted.relation.modified?.compiled;
  return compiled === 'changed' || compiled === 'unknown';
}

/** The moved modified parent with which a relation moved, followed to the first of the chain; null when it leads itself. */
function leaderOf(move: Move, moves: ReadonlyMap<UniqueId, Move>): UniqueId | null {
  let leader: UniqueId | null = null;
  let at = move;
  const met = new Set<UniqueId>([idOf(move)]);
  for (;;) {
    const follower = at;
    if (changedItself(follower)) return leader;
    const parent = follower.counted.relation.parents.find((id) => {
      const other = moves.get(id);
      return other !== undefined && !met.has(id) && isSimilar(follower, other);
    });
    const next = parent === undefined ? undefined : moves.get(parent);
    if (parent === undefined || next === undefined) return leader;
    met.add(parent);
    leader = parent;
    at = next;
  }
}

/** Moved the same way and not much farther: at most twice the parent's share. */
function isSimilar(child: Move, parent: Move): boolean {
  if (child.ratio > 0 !== parent.ratio > 0) return false;
  if (child.counted.head === 0 && parent.counted.head !== 0) return false;
  return Math.abs(child.ratio) <= 2 * Math.abs(parent.ratio) || !Number.isFinite(parent.ratio);
}

interface Named {
  readonly messageId: RowCountMessage;
  /** A phrase to end the message with; '' when the relation is its own cause. */
  readonly cause: string;
}

function nameMove(
  change: Change,
  move: Move,
  { moves, means }: { readonly moves: ReadonlyMap<UniqueId, Move>; readonly means: Means },
): Named {
  const cause = causeOf(change, move, moves);
  if (cause === null) return { messageId: 'rows-differ-without-cause', cause: '' };
  if (move.counted.head === 0) return { messageId: 'relation-emptied', cause };
  if (move.base === 0) return { messageId: 'relation-filled', cause };
  const suspicions = suspicionsOf(change, idOf(move), means);
  const isExcused = suspicions.some((one) => means.options.environment.includes(one.kind) && isEnough(one, move));
  return { messageId: isExcused ? 'rows-maybe-environment' : 'row-count-changed', cause };
}

/** Whether a suspicion is as large as what it is to explain: parents that drifted by 2 % do not double a table. */
function isEnough({ kind, drift }: Suspicion, { ratio }: Move): boolean {
  return kind !== 'parents' || (drift > 0 === ratio > 0 && Math.abs(ratio) <= 2 * Math.abs(drift));
}

/** What in the change may have moved the rows; null when nothing can have. */
function causeOf(change: Change, move: Move, moves: ReadonlyMap<UniqueId, Move>): string | null {
  const { relation } = move.counted;
  if (changedItself(move)) return '';
  if (relation.modified !== null && relation.modified.causes.some(movesRows)) return '';
  const moved = relation.parents.filter((id) => moves.has(id));
  const rewritten = relation.parents.filter((id) => isRewritten(change, id));
  const parents = moved.length > 0 ? moved : rewritten;
  return parents.length === 0 ? null : `, read from ${parents.map((id) => nameOf(change, id)).join(', ')}`;
}

/** Causes that can move rows although the compiled SQL is the same: another way of building, other seed rows. */
function movesRows({ kind, text }: Cause): boolean {
  return (
    kind === 'checksum' ||
    (kind === 'config' && /materialized|incremental|unique_key|full_refresh|strategy|snapshot/.test(text))
  );
}

function isRewritten(change: Change, uniqueId: UniqueId): boolean {
  const node = change.modified.find((one) => one.uniqueId === uniqueId);
  if (node === undefined) return false;
  return node.compiled === 'changed' || node.compiled === 'unknown' || node.resourceType === 'seed';
}

function nameOf(change: Change, uniqueId: UniqueId): string {
  return change.head.project.nodes.get(uniqueId)?.name ?? uniqueId;
}

interface Told extends Named {
  readonly with: readonly Move[];
  readonly said?: Expectation;
  readonly means: Means;
}

function toFinding(change: Change, counted: Counted, told: Told): Finding<RowCountMessage> {
  const { relation, base, head } = counted;
  const { messageId, cause, with: followers, said } = told;
  const { uniqueId } = relation;
  const node = change.head.project.nodes.get(uniqueId);
  return {
    messageId,
    data: {
      model: nameOf(change, uniqueId),
      base: base === null ? '' : grouped(base),
      head: grouped(head),
      delta: base === null || base === 0 ? '' : percent((head - base) / base),
      cause,
      ...declaredData(said),
      base_rows: base ?? -1,
      head_rows: head,
    },
    subject: uniqueId,
    place:
      relation.modified === null || node === undefined
        ? null
        : placeInPatch(change.pullRequest, [node.originalFilePath], /\S/),
    basis: 'measured',
    fingerprint: toFingerprint('row-count', messageId, uniqueId),
    matters: mattersOf(change, counted, told),
    downstream: [...new Set([...followers.map(idOf), ...descendantsOf(change.head.children, uniqueId)])],
    safeIf: safeIfOf(messageId),
    ...declarationFor(messageId, nameOf(change, uniqueId), counted),
  };
}

function declaredData(said: Expectation | undefined): Finding['data'] {
  return { declared: said?.range ?? '', because: said?.because ?? '', where: said?.where ?? '' };
}

const mostEdits = 3;

function mattersOf(
  change: Change,
  { relation, base, head, within }: Counted,
  { with: followers, means }: Told,
): string {
  const moved = followers.map(
    (move) => `${nameOf(change, idOf(move))} ${grouped(move.base)} → ${grouped(move.counted.head)}`,
  );
  const refresh = findFullRefreshes(change).find(({ uniqueId }) => uniqueId === relation.uniqueId);
  const suspicions = base === null ? [] : suspicionsOf(change, relation.uniqueId, means).map(({ text }) => text);
  const causes = attributed(change, relation.edits, { answers: means.answers, moved: head - (base ?? head) });
  return [
    ...(causes.length === 0 ? [] : [`${movedBy(base, head)}${causes.slice(0, mostEdits).join('; ')}`]),
    ...(moved.length === 0 ? [] : [`with it: ${moved.join(', ')}`]),
    ...(within === null ? [] : [`counted in the time that both sides have, by ${within}`]),
    ...(refresh === undefined ? [] : [`head may hold rows of the old SQL until a full refresh: ${refresh.because}`]),
    ...(suspicions.length === 1 && change.base.stale !== null ? suspicions : asEnvironment(suspicions)),
  ].join('; ');
}

/** `−12.4 % (−4,966): `, that of which the edits are the cause; '' where nothing moved. */
function movedBy(base: number | null, head: number): string {
  if (base === null || base === head) return '';
  const rows = `${head > base ? '+' : '−'}${grouped(Math.abs(head - base))}`;
  return base === 0 ? `${rows} rows: ` : `${share((head - base) / base, 1)} (${rows}): `;
}

function asEnvironment(suspicions: readonly string[]): readonly string[] {
  return suspicions.length === 0 ? [] : [`may be the environment: ${suspicions.join(', ')}`];
}

/** What would declare it, where a declaration would settle it. */
function declarationFor(
  messageId: RowCountMessage,
  model: string,
  { base, head }: Pick<Counted, 'base' | 'head'>,
): Pick<Finding, 'declaration'> {
  const isUndeclared = messageId === 'row-count-changed' || messageId === 'relation-emptied';
  return isUndeclared && base !== null ? { declaration: declarationOf(model, { base, head }) } : {};
}

function safeIfOf(messageId: RowCountMessage): string {
  switch (messageId) {
    case 'relation-new':
    case 'relation-filled':
    case 'rows-as-declared':
      return '';
    case 'rows-differ-without-cause':
    case 'rows-maybe-environment':
      return 'build base and head from the same data';
    case 'rows-otherwise':
      return 'correct the SQL or what is declared';
    default:
      return 'show that the key of the model is still unique and no wanted row is missing, or declare in the description why the rows should move';
  }
}

/** `+110 %`, `−0.4 %`: a decimal only where whole numbers would say nothing. */
function percent(ratio: number): string {
  return share(ratio, Math.abs(ratio) < 0.1 ? 1 : 0);
}

function share(ratio: number, digits: number): string {
  const value = ratio * 100;
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)} %`;
}
