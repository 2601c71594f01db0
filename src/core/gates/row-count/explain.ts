import type { UniqueId } from '#core/base';
import { grouped, toFingerprint } from '#core/base';
import type { Cause, Change } from '#core/change';
import { descendantsOf } from '#core/dbt';
import type { Finding } from '../gate.ts';
import { placeInPatch } from '../place-in-patch.ts';
import type { Counted } from './count.ts';

export type RowCountMessage =
  | 'row-count-changed'
  | 'relation-emptied'
  | 'rows-differ-without-cause'
  | 'relation-filled'
  | 'relation-new';

/** A relation whose rows moved beyond the threshold. */
interface Move {
  readonly counted: Counted;
  readonly base: number;
  /** (head − base) / base; infinite when base is empty. */
  readonly ratio: number;
}

/**
 * One finding for each cause: a relation that moved with a modified parent and did not change itself is told with that
 * parent. What moved without any cause in the change is said to be the environment's, and does not block.
 */
export function explainMoves(
  change: Change,
  counted: readonly Counted[],
  thresholdPercent: number,
): readonly Finding<RowCountMessage>[] {
  const moves = new Map(counted.flatMap((one) => movesOf(one, thresholdPercent)).map((move) => [idOf(move), move]));
  const findings: Finding<RowCountMessage>[] = [];
  for (const one of counted) {
    const move = moves.get(one.relation.uniqueId);
    if (one.base === null) findings.push(toFinding(change, one, { messageId: 'relation-new', cause: '', with: [] }));
    if (move === undefined || leaderOf(move, moves) !== null) continue;
    const followers = [...moves.values()].filter((other) => leaderOf(other, moves) === idOf(move));
    findings.push(toFinding(change, one, { ...nameMove(change, move, moves), with: followers }));
  }
  return findings;
}

function movesOf(counted: Counted, thresholdPercent: number): readonly Move[] {
  const { base, head } = counted;
  if (base === null || base === head) return [];
  const ratio = base === 0 ? Number.POSITIVE_INFINITY : (head - base) / base;
  const emptied = head === 0;
  return emptied || Math.abs(ratio) * 100 > thresholdPercent ? [{ counted, base, ratio }] : [];
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

function nameMove(change: Change, move: Move, moves: ReadonlyMap<UniqueId, Move>): Named {
  const cause = causeOf(change, move, moves);
  if (cause === null) return { messageId: 'rows-differ-without-cause', cause: '' };
  if (move.counted.head === 0) return { messageId: 'relation-emptied', cause };
  return { messageId: move.base === 0 ? 'relation-filled' : 'row-count-changed', cause };
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

function toFinding(
  change: Change,
  { relation, base, head }: Counted,
  { messageId, cause, with: followers }: Named & { readonly with: readonly Move[] },
): Finding<RowCountMessage> {
  const { uniqueId } = relation;
  const node = change.head.project.nodes.get(uniqueId);
  const moved = followers.map(
    (move) => `${nameOf(change, idOf(move))} ${grouped(move.base)} → ${grouped(move.counted.head)}`,
  );
  const stale = change.base.stale === null ? [] : ['base was counted at an older commit'];
  return {
    messageId,
    data: {
      model: nameOf(change, uniqueId),
      base: base === null ? '' : grouped(base),
      head: grouped(head),
      delta: base === null || base === 0 ? '' : percent((head - base) / base),
      cause,
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
    matters: [...(moved.length === 0 ? [] : [`with it: ${moved.join(', ')}`]), ...stale].join('; '),
    downstream: [...new Set([...followers.map(idOf), ...descendantsOf(change.head.children, uniqueId)])],
    safeIf: safeIfOf(messageId),
  };
}

function safeIfOf(messageId: RowCountMessage): string {
  if (messageId === 'relation-new' || messageId === 'relation-filled') return '';
  if (messageId === 'rows-differ-without-cause') return 'build base and head from the same data';
  return 'show that the key of the model is still unique and no wanted row is missing, or say why the rows should move';
}

/** `+110 %`, `−0.4 %`: a decimal only where whole numbers would say nothing. */
function percent(ratio: number): string {
  const value = ratio * 100;
  const digits = Math.abs(value) < 10 ? 1 : 0;
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)} %`;
}
