import type { Expr, TemplateNode } from './template-tree.ts';

/** What nodes do besides writing text, without being rendered. */
export interface Touched {
  /** Variables that they may set. */
  readonly assigned: ReadonlySet<string>;
  /** Variables whose value they may change: fields that they set, what methods are called on, what macros are given. */
  readonly changed: ReadonlySet<string>;
  /** Whether they may write anything but white space. */
  readonly writes: boolean;
}

interface Found {
  readonly assigned: Set<string>;
  readonly changed: Set<string>;
  writes: boolean;
}

/** Everything that a block may set, change or write, whichever way it goes. */
export function touchedNames(nodes: readonly TemplateNode[]): Touched {
  const found: Found = { assigned: new Set(), changed: new Set(), writes: false };
  const pending = [...nodes];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) pending.push(...visit(node, found));
  return found;
}

// eslint-disable-next-line complexity -- one case a kind
function visit(node: TemplateNode, found: Found): readonly TemplateNode[] {
  switch (node.kind) {
    case 'text':
      found.writes ||= node.text.trim() !== '';
      return [];
    case 'output':
      found.writes = true;
      change(node.expression, found);
      return [];
    case 'do':
      change(node.expression, found);
      return [];
    case 'set':
    case 'set-block':
      if ('namespace' in node.target) found.changed.add(node.target.namespace);
      else for (const name of node.target.names) found.assigned.add(name);
      if (node.kind === 'set') change(node.expression, found);
      // A block's text goes into the variable and is no output; what it changes inside is changed.
      else for (const name of touchedNames(node.body).changed) found.changed.add(name);
      return [];
    case 'if':
      for (const { test } of node.branches) change(test, found);
      return [...node.branches.flatMap(({ body }) => body), ...node.otherwise];
    case 'for':
      change(node.over, found);
      return [...node.body, ...node.otherwise];
    case 'macro':
      found.assigned.add(node.name);
      return [];
    case 'unsupported':
      found.writes = true;
      return node.body;
  }
}

function change(expression: Expr, found: Found): void {
  const pending: Expr[] = [expression];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    const parts = partsOf(one);
    const roots = one.kind === 'call' ? parts.map(rootOf) : [];
    for (const root of roots) if (root !== null) found.changed.add(root);
    pending.push(...parts);
  }
}

function rootOf(expression: Expr): string | null {
  let at = expression;
  while (at.kind === 'attribute' || at.kind === 'item') at = at.on;
  return at.kind === 'name' ? at.name : null;
}

// eslint-disable-next-line complexity -- one case a kind
function partsOf(expression: Expr): readonly Expr[] {
  switch (expression.kind) {
    case 'call':
    case 'filter':
    case 'test':
      return [expression.on, ...expression.given.positional, ...expression.given.named.map(([, value]) => value)];
    case 'binary':
      return [expression.left, expression.right];
    case 'choice':
      return [expression.test, expression.then, ...(expression.otherwise === null ? [] : [expression.otherwise])];
    case 'list':
      return expression.items;
    case 'dict':
      return expression.pairs.flat();
    case 'item':
      return [expression.on, expression.key];
    case 'attribute':
    case 'unary':
    case 'slice':
      return [expression.on];
    default:
      return [];
  }
}
