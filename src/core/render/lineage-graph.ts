import type { UniqueId } from '#core/base';
import type { Change, ColumnChange } from '#core/change';
import { isConsumer } from '#core/policy';
import { mermaidLabel } from './escape.ts';
import { nameOf } from './names.ts';
import { counted } from './quantities.ts';
import type { ReviewView } from './review-view.ts';

const MAX_NODES = 60;
const MAX_EDGES = 100;
const MAX_LENGTH = 5_000;
/** Models from which paths are drawn. */
const MAX_STARTS = 40;

/** A folded Mermaid graph: changed models, the path to what consumes them, changed columns on the edges. '' when it would say nothing. */
export function lineageSection(view: ReviewView): string {
  const drawn = view.change === null ? null : draw(view.change, startsOf(view, view.change));
  if (drawn === null) return '';
  const left = drawn.left > 0 ? `\n\n${counted(drawn.left, 'more path')} not drawn.` : '';
  return `<details><summary>Lineage</summary>\n\n\`\`\`mermaid\n${drawn.text}\n\`\`\`${left}\n\n</details>`;
}

interface Drawing {
  readonly text: string;
  /** Paths for which there was no room. */
  readonly left: number;
}

function draw(change: Change, starts: readonly UniqueId[]): Drawing | null {
  const inherited = change.columnChanges.filter(({ origin }) => origin === 'inherited');
  const moved = new Set(inherited.map(({ uniqueId }) => uniqueId));
  const paths = starts.flatMap((start) => pathsFrom(change, start, moved));
  // What does not fit as a whole is drawn with fewer paths, so that no line is cut.
  for (let count = Math.min(paths.length, MAX_NODES); count > 0; count = Math.floor(count * 0.75)) {
    const nodes = new Set(paths.slice(0, count).flat());
    if (nodes.size > MAX_NODES) continue;
    const edges = edgesAmong(change, nodes);
    const text = mermaid(change, { nodes: [...nodes], edges, starts: new Set(starts) });
    if (edges.length > 0 && edges.length <= MAX_EDGES && text.length <= MAX_LENGTH)
      return { text, left: paths.length - count };
  }
  return null;
}

/** Models that change in meaning, those with a finding first. */
function startsOf({ verdict }: ReviewView, change: Change): readonly UniqueId[] {
  const blamed = new Set(
    verdict.gates.flatMap(({ findings }) =>
      findings.map(({ subject }) => (typeof subject === 'string' ? subject : subject.uniqueId)),
    ),
  );
  const changed = change.modified.filter(
    ({ compiled, uniqueId }) => compiled === 'changed' || compiled === 'unknown' || blamed.has(uniqueId),
  );
  const ids = changed.map(({ uniqueId }) => uniqueId);
  return [...ids.filter((id) => blamed.has(id)), ...ids.filter((id) => !blamed.has(id))].slice(0, MAX_STARTS);
}

/** The shortest path from a model to each consumer and to each model whose columns move with it; without any, to its children. */
function pathsFrom(change: Change, start: UniqueId, moved: ReadonlySet<UniqueId>): readonly (readonly UniqueId[])[] {
  const cameFrom = new Map<UniqueId, UniqueId | null>([[start, null]]);
  for (const [next] of cameFrom) {
    for (const child of change.head.children.get(next) ?? []) {
      if (!cameFrom.has(child)) cameFrom.set(child, next);
    }
  }
  const targets = [...cameFrom.keys()].filter((id) => id !== start && (isConsumer(id) || moved.has(id)));
  const ends = targets.length > 0 ? targets : (change.head.children.get(start) ?? []).slice(0, 8);
  return ends.slice(0, MAX_NODES).map((end) => {
    const path: UniqueId[] = [];
    for (let at: UniqueId | null | undefined = end; at !== null && at !== undefined; at = cameFrom.get(at))
      path.unshift(at);
    return path;
  });
}

interface Edge {
  readonly from: UniqueId;
  readonly to: UniqueId;
  readonly columns: readonly string[];
}

function edgesAmong(change: Change, nodes: ReadonlySet<UniqueId>): readonly Edge[] {
  const byModel = Map.groupBy(change.columnChanges, ({ uniqueId }) => uniqueId);
  return [...nodes].flatMap((from) =>
    (change.head.children.get(from) ?? [])
      .filter((to) => nodes.has(to))
      .map((to) => ({
        from,
        to,
        columns: (byModel.get(from) ?? []).filter((column) => carries(column, to)).map(({ column }) => column),
      })),
  );
}

function carries({ dependents }: ColumnChange, to: UniqueId): boolean {
  return (
    dependents.columns.some(({ uniqueId }) => uniqueId === to) ||
    dependents.rowsetModels.includes(to) ||
    dependents.consumers.includes(to)
  );
}

interface Graph {
  readonly nodes: readonly UniqueId[];
  readonly edges: readonly Edge[];
  readonly starts: ReadonlySet<UniqueId>;
}

function mermaid(change: Change, { nodes, edges, starts }: Graph): string {
  const keys = new Map(nodes.map((uniqueId, index) => [uniqueId, `n${index}`]));
  const key = (uniqueId: UniqueId): string => keys.get(uniqueId) ?? 'n';
  const boxes = nodes.map((uniqueId) => {
    const label = mermaidLabel(nameOf(change, uniqueId));
    const box = isConsumer(uniqueId) ? `([${label}])` : `[${label}]`;
    return `  ${key(uniqueId)}${box}${starts.has(uniqueId) ? ':::changed' : ''}`;
  });
  const arrows = edges.map(({ from, to, columns }) => `  ${key(from)} -->${columnLabel(columns)} ${key(to)}`);
  return ['flowchart LR', ...boxes, ...arrows, '  classDef changed stroke-width:3px'].join('\n');
}

function columnLabel(changed: readonly string[]): string {
  const columns = [...new Set(changed)];
  if (columns.length === 0) return '';
  const named = columns.slice(0, 2).join(', ');
  return `|${mermaidLabel(columns.length > 2 ? `${named} +${columns.length - 2}` : named)}|`;
}
