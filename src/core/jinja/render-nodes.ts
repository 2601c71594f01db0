import { sha256 } from '#core/base';
import { maskName } from '#core/sql';
import { evaluateKept, labelOf, rowsOf } from './evaluate.ts';
import { chosen, leaveOpen, noteRun, type Output, openRows, type Rows, withHoles, writtenCall } from './open-parts.ts';
import { type Frame, isSpent, longestText, lookUp, type Scope } from './state.ts';
import type { Expr, Target, TemplateNode } from './template-tree.ts';
import { touchedNames } from './touched-names.ts';
import {
  dict,
  isList,
  isUnknown,
  orElse,
  textOf,
  truthOf,
  type UnknownValue,
  undefinedValue,
  unknown,
  type Value,
} from './value.ts';

/** Renders a template's nodes into the frame, in order, until a macro returns. */
export function renderNodes(nodes: readonly TemplateNode[], scope: Scope, frame: Frame): void {
  for (const node of nodes) {
    if (frame.result !== undefined) return;
    if (isSpent(frame.state)) frame.result = unknown('more steps than are allowed');
    else renderNode(node, scope, frame);
  }
}

function renderNode(node: TemplateNode, scope: Scope, frame: Frame): void {
  switch (node.kind) {
    case 'text':
      writeText(node, frame);
      return;
    case 'output':
      write(evaluateKept(node.expression, scope, frame), node, frame);
      return;
    case 'do':
      renderDo(node.expression, scope, frame);
      return;
    case 'set':
      renderSet(node, scope, frame);
      return;
    case 'set-block':
      assign(node.target, captured(node.body, scope, frame), scope);
      return;
    case 'if':
      renderIf(node, scope, frame);
      return;
    case 'for':
      renderFor(node, scope, frame);
      return;
    case 'macro':
      scope.names.set(node.name, { kind: 'local-macro', macro: node, packageName: frame.packageName });
      return;
    case 'unsupported':
      maskUnsupported(node, { scope, frame });
  }
}

function writeText({ text, line }: Extract<TemplateNode, { kind: 'text' }>, { out, pieces }: Frame): void {
  out.push(text);
  pieces?.push({ text, line, moves: true, hole: null });
}

/** Text of a value; of an unknown one, a call of the mask's name in a template, the end of everything in a macro. */
function write(value: Value, node: Output, frame: Frame): void {
  if (frame.result !== undefined) return;
  const text = textOf(value) ?? (frame.pieces === null ? null : writtenCall(node.expression));
  if (text === null || text.length > longestText) {
    const open = isUnknown(value) ? value : unknown('a value that is no text');
    if (frame.pieces === null) mask(open, frame);
    else leaveOpen(open, node, frame);
    return;
  }
  frame.out.push(text);
  frame.pieces?.push({ text, line: node.line, moves: false, hole: null });
}

function maskUnsupported(node: Extract<TemplateNode, { kind: 'unsupported' }>, { scope, frame }: Place): void {
  const { state, pieces } = frame;
  if (node.tag !== 'expression' || pieces === null) {
    maskBlock(node, unknown(`a ${node.tag} block`), { scope, frame });
    return;
  }
  state.open?.doubts.add('an expression that is not covered');
  const hole = { identity: sha256(node.text.trim()), label: 'an expression', texts: [] };
  pieces.push({ text: '', line: node.line, moves: false, hole });
}

function mask(value: UnknownValue, frame: Frame): void {
  if (frame.masks) {
    frame.masked.push({ value, block: false });
    const name = maskName(value.label, frame.masked.length);
    frame.out.push(standsForQuery(frame.out) ? `select ${name}` : name);
  } else frame.result = value;
}

/** Whether what comes next is a whole query: at the start, as a CTE or derived table, or after UNION. */
function standsForQuery(out: readonly string[]): boolean {
  const before = endOf(out, 2_000).replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  return /(?:^|\bas\s*\(|\b(?:not\s+)?materialized\s*\(|\b(?:from|join|lateral)\s*\(|\bunion(?:\s+(?:all|distinct))?)\s*$/i.test(
    before,
  );
}

/** The last characters of texts in a row, at most `most`; the texts before them are not looked at. */
function endOf(texts: readonly string[], most: number): string {
  let end = '';
  for (let at = texts.length - 1; at >= 0 && end.length < most; at -= 1) end = `${texts[at] ?? ''}${end}`;
  return end.slice(-most);
}

/** A statement's own value is dropped; of what is unknown, only a macro makes something. */
function renderDo(expression: Expr, scope: Scope, frame: Frame): void {
  const value = evaluateKept(expression, scope, frame);
  if (!isUnknown(value) || frame.result !== undefined) return;
  noteRun(value, expression, frame);
  if (frame.masks) spoil(touchedNames([{ kind: 'do', expression }]), scope, frame);
  else frame.result = value;
}

function renderSet({ target, expression }: Extract<TemplateNode, { kind: 'set' }>, scope: Scope, frame: Frame): void {
  const value = evaluateKept(expression, scope, frame);
  if (isUnknown(value)) noteRun(value, expression, frame);
  assign(target, value, scope);
}

function assign(target: Target, value: Value, scope: Scope): void {
  if ('namespace' in target) {
    const on = lookUp(scope, target.namespace);
    if (on !== null && typeof on === 'object' && on.kind === 'namespace') on.fields.set(target.field, value);
    return;
  }
  const [first, ...more] = target.names;
  if (first === undefined) return;
  if (more.length === 0) scope.names.set(first, value);
  else {
    const parts = isList(value) && value.items.length === target.names.length ? value.items : null;
    target.names.forEach((name, at) => scope.names.set(name, orElse(parts?.[at], unknown(labelOf(value, 'a tuple')))));
  }
}

function captured(body: readonly TemplateNode[], scope: Scope, frame: Frame): Value {
  const pieces = frame.state.open === null || frame.macro !== null ? null : [];
  const inner: Frame = { ...frame, masks: false, out: [], pieces, masked: [], result: undefined };
  renderNodes(body, { names: new Map(), outer: scope }, inner);
  return orElse(inner.result, withHoles(inner) ?? inner.out.join(''));
}

function renderIf(node: Extract<TemplateNode, { kind: 'if' }>, scope: Scope, frame: Frame): void {
  for (const { test, body } of node.branches) {
    const value = evaluateKept(test, scope, frame);
    const truth = truthOf(value) ?? chosen(value, test, frame);
    if (truth === null) {
      maskBlock(node, isUnknown(value) ? value : unknown('a condition'), { scope, frame });
      return;
    }
    if (truth) {
      renderNodes(body, scope, frame);
      return;
    }
  }
  renderNodes(node.otherwise, scope, frame);
}

function renderFor(node: Extract<TemplateNode, { kind: 'for' }>, scope: Scope, frame: Frame): void {
  const over = evaluateKept(node.over, scope, frame);
  const rows = rowsOf(over, node.names) ?? openRows(over, node.names, frame);
  const kept = rows === null ? null : keptRows(rows, node, scope, frame);
  if (kept === null) {
    maskBlock(node, isUnknown(over) ? over : unknown('a loop'), { scope, frame });
    return;
  }
  if (kept.length === 0) renderNodes(node.otherwise, scope, frame);
  for (const [index, row] of kept.entries()) {
    if (frame.result !== undefined) return;
    const names = namesOf(node.names, row);
    names.set('loop', loopAt(index, kept.length));
    renderNodes(node.body, { names, outer: scope }, frame);
  }
}

function keptRows(
  rows: Rows,
  { names, filter }: Extract<TemplateNode, { kind: 'for' }>,
  scope: Scope,
  frame: Frame,
): Rows | null {
  if (filter === null) return rows;
  const truths = rows.map((row) => {
    const inner = { names: namesOf(names, row), outer: scope };
    const value = evaluateKept(filter, inner, frame);
    return truthOf(value) ?? chosen(value, filter, frame);
  });
  return truths.includes(null) ? null : rows.filter((_, at) => truths[at]);
}

function namesOf(names: readonly string[], row: readonly Value[]): Map<string, Value> {
  return new Map(names.map((name, at) => [name, orElse(row[at], undefinedValue)]));
}

function loopAt(index: number, length: number): Value {
  return dict([
    ['index', index + 1],
    ['index0', index],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
  ]);
}

interface Place {
  readonly scope: Scope;
  readonly frame: Frame;
}

/** Leaves a block out of a template, and says so; what the block would have set is unknown after it. */
function maskBlock(node: TemplateNode, value: UnknownValue, { scope, frame }: Place): void {
  if (frame.result !== undefined) return;
  if (!frame.masks) {
    frame.result = value;
    return;
  }
  frame.state.open?.doubts.add(value.label);
  const names = touchedNames([node]);
  spoil(names, scope, frame);
  // A block that writes nothing but white space and only sets variables leaves no gap in the SQL.
  if (names.writes) frame.masked.push({ value, block: true });
}

function spoil({ assigned, changed }: ReturnType<typeof touchedNames>, scope: Scope, { state }: Frame): void {
  for (const name of changed) {
    const value = lookUp(scope, name);
    if (value !== undefined && value !== null && typeof value === 'object') state.broken.add(value);
  }
  for (const name of assigned) scope.names.set(name, unknown(name));
}
