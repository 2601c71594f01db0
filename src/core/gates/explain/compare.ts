import type { Reason, UniqueId } from '#core/base';
import { reason } from '#core/base';
import type { AnalyzedSide, Change } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { QuestionOf, Side } from '#core/evidence';
import { planQuestion } from '#core/evidence';
import { relationOf } from '../data-relations.ts';

/** A model whose SQL the change changed, with the plans that are asked for; `base` is null of a new one. */
export interface Planned {
  readonly uniqueId: UniqueId;
  readonly base: QuestionOf<'plan'> | null;
  readonly head: QuestionOf<'plan'>;
}

export interface Plans {
  readonly planned: readonly Planned[];
  /** Models whose SQL changed but cannot be sent, each with why. */
  readonly unread: readonly { readonly uniqueId: UniqueId; readonly cause: Reason }[];
  /** How many more there are than may be asked for. */
  readonly beyond: number;
}

/** What there is to plan: models and snapshots whose compiled SQL changed, and new ones. */
export function plansOf(change: Change, most: number): Plans {
  const planned: Planned[] = [];
  const unread: Plans['unread'][number][] = [];
  for (const { uniqueId, compiled } of change.modified) {
    const node = change.head.project.nodes.get(uniqueId);
    if (compiled !== 'changed' || !isPlannable(node)) continue;
    const found = toPlanned(change, node);
    if ('code' in found) unread.push({ uniqueId, cause: found });
    else planned.push(found);
  }
  return { planned: planned.slice(0, most), unread, beyond: Math.max(0, planned.length - most) };
}

function isPlannable(node: DbtNode | undefined): node is DbtNode {
  const isOne = node?.resourceType === 'model' || node?.resourceType === 'snapshot';
  return isOne && node.materialized !== 'ephemeral' && node.language === 'sql';
}

function toPlanned(change: Change, node: DbtNode): Planned | Reason {
  const { uniqueId } = node;
  const head = questionOn(change, 'head', uniqueId);
  if ('code' in head) return head;
  if (!change.base.project.nodes.has(uniqueId)) return { uniqueId, base: null, head };
  const base = questionOn(change, 'base', uniqueId);
  return 'code' in base ? base : { uniqueId, base, head };
}

/** A side's SQL is sent only where dbt itself compiled it and an engine has read it as one query. */
function questionOn(change: Change, side: Side, uniqueId: UniqueId): QuestionOf<'plan'> | Reason {
  const own: AnalyzedSide = change[side];
  const node = own.project.nodes.get(uniqueId);
  const of = relationOf(change, side, node);
  if (node?.compiledCode == null || node.rendered !== undefined || of === null) {
    return reason('no-compiled-sql', `${side}’s manifest holds no compiled SQL`, 'run `dbt compile` before the upload');
  }
  if (!own.trees.has(uniqueId))
    return reason('sql-unread', `${side}’s SQL was not read as one query, so it was not sent`);
  return planQuestion(of, node.compiledCode);
}
