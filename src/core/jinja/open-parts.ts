import { sha256 } from '#core/base';
import { choose, type Frame } from './state.ts';
import type { Expr, TemplateNode } from './template-tree.ts';
import { isUnknown, type UnknownValue, unknown, type Value } from './value.ts';

// What rendering does in open mode with what it cannot know.

/** A part of a template that writes a value. */
export type Output = Extract<TemplateNode, { kind: 'output' }>;

/** Rows of a loop, each with what its names stand for. */
export type Rows = readonly (readonly Value[])[];

/** Leaves a hole where a template writes what is not known. */
export function leaveOpen(value: UnknownValue, { expression, line }: Output, { state, pieces }: Frame): void {
  const { identity } = value;
  const label = pathOf(expression) ?? value.label;
  if (identity === null) state.open?.doubts.add(`what ${label} gives`);
  const hole = { identity: identity ?? sha256(JSON.stringify(expression)), label, texts: textsIn(expression) };
  pieces?.push({ text: '', line, moves: false, hole });
}

/** `dbt_utils.star` of a call; null of what is no call of a package's macro. */
function pathOf(expression: Expr): string | null {
  const on = expression.kind === 'call' ? expression.on : expression;
  return on.kind === 'attribute' && on.on.kind === 'name' ? `${on.on.name}.${on.name}` : null;
}

function textsIn(expression: Expr): readonly string[] {
  const texts = JSON.stringify(expression).matchAll(/"kind":"literal","value":"([^"\\]{1,100})"/g);
  return [...texts].map(([, text = '']) => text.toLowerCase());
}

/** `dbt_utils.group_by(n)`, which is only a way to write numbers; null of any other call. */
export function writtenCall(expression: Expr): string | null {
  if (expression.kind !== 'call' || expression.on.kind !== 'attribute' || expression.on.on.kind !== 'name') return null;
  const { positional, named } = expression.given;
  const count = positional[0] ?? named[0]?.[1];
  if (`${expression.on.on.name}.${expression.on.name}` !== 'dbt_utils.group_by' || count?.kind !== 'literal')
    return null;
  if (typeof count.value !== 'number' || count.value < 1 || count.value > 999) return null;
  return `group by ${Array.from({ length: count.value }, (_, at) => at + 1).join(', ')}`;
}

/** Notes what a template runs besides writing: a call of what is not known, and no var. */
export function noteRun({ identity }: UnknownValue, expression: Expr, { state, macro }: Frame): void {
  if (state.open === null || macro !== null || expression.kind !== 'call') return;
  const on = expression.on.kind === 'name' ? expression.on.name : '';
  if (['var', 'env_var', 'ref', 'source'].includes(on)) return;
  if (identity === null) state.open.doubts.add('what a statement of the template does');
  else state.open.effects.push(identity);
}

/** A text of which a part is open, as one unknown value; null where no part is. */
export function withHoles({ pieces }: Frame): Value | null {
  const [first] = pieces?.flatMap(({ hole }) => hole ?? []) ?? [];
  if (first === undefined) return null;
  const parts = pieces?.map(({ text, hole }) => hole?.identity ?? [text]);
  return unknown(first.label, null, sha256(JSON.stringify(parts)));
}

/** What an undecided condition of a template is taken for in open mode; null in a macro of a package, whose call is open as a whole. */
export function chosen(value: Value, test: Expr, frame: Frame): boolean | null {
  const { open } = frame.state;
  if (open === null || frame.macro !== null || frame.result !== undefined || !isUnknown(value)) return null;
  const { identity: found, label } = value;
  if (found === null) open.doubts.add(`a condition on ${label}`);
  return choose(open, found ?? sha256(JSON.stringify(test)), `the condition on ${label} holds`);
}

/** In open mode, one row for all of a list that is not known; null where the block is to be left out. */
export function openRows(over: Value, names: readonly string[], { state, macro }: Frame): Rows | null {
  if (state.open === null || macro !== null || !isUnknown(over)) return null;
  const { identity, label } = over;
  state.open.doubts.add(`how often the loop over ${label} runs`);
  return [names.map((_, at) => unknown(label, null, identity === null ? null : sha256(`${at} of ${identity}`)))];
}
