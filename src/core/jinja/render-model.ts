import type { UniqueId } from '#core/base';
import type { DbtNode, DbtProject } from '#core/dbt';
import { parseTemplate } from './parse-template.ts';
import { relationOf } from './relations.ts';
import { renderNodes } from './render-nodes.ts';
import { type Frame, type OpenMode, type Piece, type State, wasSpent } from './state.ts';
import { isUnknown, type UnknownValue, type Value } from './value.ts';
import { newState, varsOf } from './vars.ts';

/** A node's Jinja SQL, rendered as far as a manifest alone allows. */
export type Rendering =
  | {
      readonly ok: true;
      readonly sql: string;
      /** What the calls of `maskName` in the SQL stand for, each once. */
      readonly masked: readonly string[];
      /** What blocks were left out altogether, each once: tables, columns and conditions may be missing. */
      readonly gaps: readonly string[];
      /** What was taken for granted: `var x` stands for its default. */
      readonly assumed: readonly string[];
      /** What `is_incremental()` was answered; null where it was not asked, or of no incremental model. */
      readonly isIncremental: boolean | null;
    }
  | { readonly ok: false; readonly why: string };

/**
 * Renders a model's or snapshot's Jinja without a warehouse. Pure: it sees the manifest and nothing else. `incremental` is what
 * `is_incremental()` answers in an incremental model; false, as for a build from scratch, unless said otherwise.
 */
export function renderModel(project: DbtProject, node: DbtNode, incremental = false): Rendering {
  const vars = varsOf(project);
  const attempt = (more: ReadonlyMap<string, Value>): Attempt =>
    render(newState(project, node, new Map([...vars, ...more]), { incremental }));
  const first = attempt(new Map());
  const deduced = first.rendering.ok ? deducedVar(project, node, first.rendering.masked, first.state) : null;
  if (deduced === null) return first.rendering;
  const second = attempt(deduced).rendering;
  return second.ok && second.masked.length === 0 ? second : first.rendering;
}

/** `macro dbt_utils.star (adapter.get_columns_in_relation)`. */
function textOf({ label, because }: UnknownValue): string {
  return because === null || because === label ? label : `${label} (${because})`;
}

interface Attempt {
  readonly rendering: Rendering;
  readonly state: State;
}

function render(state: State): Attempt {
  const frame = renderTemplate(state);
  return { rendering: 'why' in frame ? { ok: false, ...frame } : renderingOf(frame), state };
}

/** Renders the node's whole template, or says why not. */
function renderTemplate(state: State): Frame | { readonly why: string } {
  const { node } = state;
  const frame: Frame = {
    state,
    packageName: node.packageName,
    macro: null,
    masks: true,
    out: [],
    pieces: state.open === null ? null : [],
    masked: [],
    result: undefined,
  };
  const template = parseTemplate(node.rawCode);
  if (template === null) return { why: 'its Jinja does not parse, or uses tags that are not covered' };
  renderNodes(template, { names: new Map(), outer: null }, frame);
  const { result } = frame;
  if (wasSpent(state)) return { why: 'its Jinja takes more steps than are allowed' };
  if (result !== undefined) return { why: isUnknown(result) ? result.label : 'it returns a value' };
  return frame;
}

/** A node's Jinja SQL with its unknown parts left open. */
export type OpenRendering =
  | { readonly ok: true; readonly pieces: readonly Piece[]; readonly mode: OpenMode }
  | { readonly ok: false; readonly why: string };

/**
 * Renders a node's Jinja for comparison with another text of it. What is not known stays a hole, of an identity that is the same where
 * the value is; what is not decided is taken as `choices` say, by the keys that `asked` gives; a loop over what is not known runs once.
 */
export function renderOpen(
  project: DbtProject,
  node: DbtNode,
  { choices, mayBeIncremental }: Pick<OpenMode, 'choices' | 'mayBeIncremental'>,
): OpenRendering {
  const mode: OpenMode = { choices, mayBeIncremental, asked: new Map(), effects: [], doubts: new Set() };
  const frame = renderTemplate(newState(project, node, varsOf(project), { open: mode }));
  if ('why' in frame) return { ok: false, why: frame.why };
  const pieces = frame.pieces ?? [];
  const isEmpty = pieces.every(({ text, hole }) => hole === null && text.trim() === '');
  return isEmpty ? { ok: false, why: 'it renders to nothing' } : { ok: true, pieces, mode };
}

function renderingOf({ state, out, masked }: Frame): Rendering {
  const labels = (block: boolean): readonly string[] => [
    ...new Set(masked.filter((one) => one.block === block).map(({ value }) => textOf(value))),
  ];
  const sql = out.join('');
  if (sql.trim() === '') return { ok: false, why: 'it renders to nothing' };
  const assumed = [...state.assumed];
  const unread = state.node.dependsOn.nodes.filter((id) => !state.relations.has(id));
  // dbt asked for a relation that this rendering never came by: it went another way.
  if (unread.length > 0 && masked.length === 0) {
    const parent = unread[0]?.split('.').at(-1) ?? '';
    const cause = assumed.length > 0 ? `, so not every var is at its default: ${assumed.join(', ')}` : '';
    return { ok: false, why: `dbt found that it reads ${parent}, and its Jinja does not come to that${cause}` };
  }
  return { ok: true, sql, masked: labels(false), gaps: labels(true), assumed, isIncremental: state.isIncremental };
}

/**
 * `from {{ var('orders') }}`: where one var without a default is all that is unknown, and dbt found exactly one parent that nothing
 * else reads, the var's value is a `ref` or `source` of that parent.
 */
function deducedVar(
  project: DbtProject,
  node: DbtNode,
  masked: readonly string[],
  { relations }: State,
): ReadonlyMap<string, Value> | null {
  const [label, ...others] = masked;
  const unread = node.dependsOn.nodes.filter((id) => !relations.has(id));
  const parent: UniqueId | undefined = unread[0];
  const known = parent === undefined ? undefined : project.nodes.get(parent);
  if (
    label === undefined ||
    others.length > 0 ||
    unread.length !== 1 ||
    known === undefined ||
    !label.startsWith('var ')
  )
    return null;
  return new Map([[label.slice(4), relationOf(known, project.metadata.adapterType)]]);
}
