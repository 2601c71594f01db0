/** A line of a plan that is drawn as a tree, with what stands below it. */
export interface Branch {
  readonly text: string;
  /** Lines of its own, further in and without an arrow: `Filter: (id > 7)`. */
  readonly details: readonly string[];
  readonly children: readonly Branch[];
}

interface Open {
  readonly depth: number;
  readonly text: string;
  readonly details: string[];
  readonly children: Open[];
}

const mostLines = 20_000;

/**
 * A plan's lines as trees, by how far in each begins. `arrow` finds what stands before a node's text; a line without one is a detail of the
 * node above it, the first line apart.
 */
export function readTree(lines: readonly string[], arrow: RegExp): Branch | null {
  const open: Open[] = [];
  const [first, ...others] = lines.slice(0, mostLines).map((line) => ({ line, before: arrow.exec(line)?.[0] ?? null }));
  if (first === undefined) return null;
  const root = toOpen(first.line, first.before);
  open.push(root);
  for (const { line, before } of others) {
    if (before === null) {
      open.at(-1)?.details.push(line.trim());
      continue;
    }
    const node = toOpen(line, before);
    while (open.length > 1 && (open.at(-1)?.depth ?? 0) >= node.depth) open.pop();
    open.at(-1)?.children.push(node);
    open.push(node);
  }
  return root;
}

function toOpen(line: string, before: string | null): Open {
  const depth = before?.length ?? 0;
  return { depth, text: line.slice(depth), details: [], children: [] };
}

/** A node and all below it. */
export function allBelow(branch: Branch): readonly Branch[] {
  return [branch, ...branch.children.flatMap(allBelow)];
}
