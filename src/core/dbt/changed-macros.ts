import type { JsonValue, UniqueId } from '#core/base';
import { compareText, isJsonObject } from '#core/base';
import { behaves } from './behaviours.ts';
import type { DbtNode, DbtProject } from './project.ts';
import type { StateContext } from './state-context.ts';

/** A macro that differs between base and head, and how a node comes to it. */
export interface MacroCause {
  readonly uniqueId: string;
  readonly how: 'changed' | 'added' | 'removed';
  /** `unique_id`s from the macro that the node calls to the one that differs, both included. */
  readonly path: readonly string[];
}

/** Which macros differ, and which macros of head call one of them, directly or through others. */
export interface ChangedMacros {
  readonly changed: ReadonlyMap<string, MacroCause['how']>;
  readonly tainted: ReadonlySet<string>;
}

/**
 * Compares every macro of both manifests byte for byte: the project's, its packages', dbt's and the adapter's. For dbt 2
 * white space around a macro does not count, nor does one that only a side has, and only the node's own list is followed.
 * Source: dbt `StateSelectorMethod._macros_modified`, `recursively_check_macros_modified` (head's edges only); dbt 2
 * `check_modified_macros`.
 */
export function findChangedMacros({
  base,
  head,
  engine,
}: Pick<StateContext, 'base' | 'head' | 'engine'>): ChangedMacros {
  const isFlat = behaves(engine, 'flatMacros');
  const changed = new Map<string, MacroCause['how']>();
  for (const [id, macro] of head.macros) {
    const old = base.macros.get(id);
    if (old === undefined) changed.set(id, 'added');
    else if (isFlat ? old.macroSql.trim() !== macro.macroSql.trim() : old.macroSql !== macro.macroSql)
      changed.set(id, 'changed');
  }
  for (const id of base.macros.keys()) {
    if (!head.macros.has(id)) changed.set(id, 'removed');
  }
  if (!isFlat) return { changed, tainted: callersOf(head, changed.keys()) };
  return { changed, tainted: new Set([...changed].flatMap(([id, how]) => (how === 'changed' ? [id] : []))) };
}

/** Whether a node of head uses a macro that differs. */
export function usesChangedMacro(macros: ChangedMacros, node: DbtNode): boolean {
  return node.dependsOn.macros.some((id) => macros.tainted.has(id));
}

/**
 * The first node with a null among the macros that it lists, unless one before it has changed; null where there is none.
 * dbt 1 fails there: by accident before 1.11, with an error since.
 */
export function findBlindNode(context: StateContext): UniqueId | null {
  if (behaves(context.engine, 'flatMacros')) return null;
  let tainted: ReadonlySet<string> | null = null;
  for (const { uniqueId, entry } of context.head.nodes.values()) {
    const dependsOn = entry['depends_on'];
    const listed = isJsonObject(dependsOn) ? dependsOn['macros'] : null;
    const gone = Array.isArray(listed) ? (listed as readonly JsonValue[]).indexOf(null) : -1;
    if (gone === -1) continue;
    const macros = (tainted ??= findChangedMacros(context).tainted);
    if (!(listed as readonly string[]).slice(0, gone).some((id) => macros.has(id))) return uniqueId;
  }
  return null;
}

/** The macros that differ and that the node uses, nearest first, then by id, each with the shortest way to it. */
export function macroCausesOf(macros: ChangedMacros, head: DbtProject, node: DbtNode): readonly MacroCause[] {
  const causes: MacroCause[] = [];
  const seen = new Set<string>();
  let layer: readonly (readonly string[])[] = [...node.dependsOn.macros].sort(compareText).map((id) => [id]);
  while (layer.length > 0) {
    const following: (readonly string[])[] = [];
    for (const path of layer) {
      const id = path.at(-1) ?? '';
      if (seen.has(id) || !macros.tainted.has(id)) continue;
      seen.add(id);
      const how = macros.changed.get(id);
      if (how !== undefined) causes.push({ uniqueId: id, how, path });
      const next = head.macros.get(id)?.dependsOnMacros ?? [];
      following.push(...[...next].sort(compareText).map((called) => [...path, called]));
    }
    layer = following;
  }
  return causes;
}

/** `targets` and every macro that calls one of them. */
function callersOf(head: DbtProject, targets: Iterable<string>): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  for (const [id, macro] of head.macros) {
    for (const called of macro.dependsOnMacros) {
      const known = callers.get(called);
      if (known === undefined) callers.set(called, [id]);
      else known.push(id);
    }
  }
  const tainted = new Set(targets);
  const pending = [...tainted];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const caller of callers.get(id) ?? []) {
      if (tainted.has(caller)) continue;
      tainted.add(caller);
      pending.push(caller);
    }
  }
  return tainted;
}
