import { configKeywords, type DbtNode, type DbtProject } from '#core/dbt';
import { callValue } from './call.ts';
import { evaluate } from './evaluate.ts';
import { parseExpression } from './parse-expression.ts';
import type { Frame, OpenMode, State } from './state.ts';
import type { Expr } from './template-tree.ts';
import { tokensOf } from './tokens.ts';
import { truthOf, unknown, type Value } from './value.ts';

const known = new WeakMap<DbtProject, ReadonlyMap<string, Value>>();

/**
 * What a manifest tells of its project's vars, which it does not hold: a node is enabled, or disabled, by `config(enabled=…)`. Where
 * that is one var, its truth is known; where it is more and the defaults give the other answer, none of its vars is.
 */
export function varsOf(project: DbtProject): ReadonlyMap<string, Value> {
  const before = known.get(project);
  if (before !== undefined) return before;
  const vars = new Map<string, Value>();
  for (const node of project.nodes.values()) learn(project, node, { wanted: true, vars });
  for (const nodes of project.disabled.values())
    for (const node of nodes) learn(project, node, { wanted: false, vars });
  known.set(project, vars);
  return vars;
}

interface Lesson {
  readonly wanted: boolean;
  readonly vars: Map<string, Value>;
}

function learn(project: DbtProject, node: DbtNode, { wanted, vars }: Lesson): void {
  if (!/\benabled\s*=/.test(node.rawCode)) return;
  const text = configKeywords(node.rawCode).get('enabled');
  const cursor = { tokens: tokensOf(text ?? '') ?? [], at: 0, depth: 0 };
  const expression = parseExpression(cursor);
  if (expression === null || cursor.at < cursor.tokens.length) return;
  const state = newState(project, node, new Map());
  const frame: Frame = {
    state,
    packageName: node.packageName,
    macro: null,
    masks: false,
    out: [],
    pieces: null,
    masked: [],
    result: undefined,
  };
  const truth = truthOf(evaluate(expression, { names: new Map(), outer: null }, frame));
  if (truth === null || truth === wanted) return;
  const only = varName(expression);
  if (only !== null) vars.set(only, wanted);
  else for (const label of state.assumed) if (!vars.has(label.slice(4))) vars.set(label.slice(4), unknown(label));
}

function varName(expression: Expr): string | null {
  if (expression.kind !== 'call' || expression.on.kind !== 'name' || expression.on.name !== 'var') return null;
  const [first] = expression.given.positional;
  return first?.kind === 'literal' && typeof first.value === 'string' ? first.value : null;
}

/** A rendering before its first step. */
export function newState(
  project: DbtProject,
  node: DbtNode,
  vars: ReadonlyMap<string, Value>,
  { incremental = false, open = null }: { readonly incremental?: boolean; readonly open?: OpenMode | null } = {},
): State {
  return {
    ...{ project, node, vars, incremental, open, call: callValue },
    steps: 0,
    depth: 0,
    assumed: new Set(),
    isIncremental: null,
    relations: new Set(),
    broken: new WeakSet(),
  };
}
