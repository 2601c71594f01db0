import type { DbtMacro } from '#core/dbt';
import { callBuiltin } from './builtins.ts';
import { evaluate } from './evaluate.ts';
import { macroTree } from './macros.ts';
import { callMethod, type Given } from './methods.ts';
import { renderNodes } from './render-nodes.ts';
import { type Frame, isSpent, type Scope } from './state.ts';
import type { MacroNode } from './template-tree.ts';
import { dict, isUnknown, kindOf, list, orElse, undefinedValue, unknown, type Value } from './value.ts';

/** Macros may call macros this deep. */
const deepest = 40;

/** Calls what an expression gave. A macro in which anything is unknown is unknown as a whole. */
export function callValue(callee: Value, given: Given, frame: Frame): Value {
  if (callee === null || typeof callee !== 'object') return unknown('a call');
  switch (callee.kind) {
    case 'unknown':
      return callee;
    case 'method':
      return isUnknown(callee.on) ? callee.on : callMethod(callee.on, callee.name, given);
    case 'builtin':
      return callBuiltin(callee.name, given, frame);
    case 'macro':
      return callMacro(callee.macro, given, frame);
    case 'local-macro':
      return runMacro(callee.macro, given, {
        frame,
        packageName: callee.packageName,
        macro: frame.macro,
        label: `macro ${callee.macro.name}`,
      });
    default:
      return unknown(`a call of ${kindOf(callee)}`);
  }
}

function callMacro(macro: DbtMacro, given: Given, frame: Frame): Value {
  const isOwn = macro.packageName === frame.state.node.packageName;
  const label = `macro ${isOwn ? '' : `${macro.packageName}.`}${macro.name}`;
  const tree = macroTree(macro);
  return tree === null
    ? unknown(label)
    : runMacro(tree, given, { frame, packageName: macro.packageName, macro, label });
}

interface Call {
  readonly frame: Frame;
  readonly packageName: string;
  readonly macro: DbtMacro | null;
  readonly label: string;
}

function runMacro(tree: MacroNode, given: Given, { frame, packageName, macro, label }: Call): Value {
  const { state } = frame;
  if (state.depth >= deepest || isSpent(state)) return unknown(label);
  const inner: Frame = {
    state,
    packageName,
    macro,
    masks: false,
    out: [],
    pieces: null,
    masked: [],
    result: undefined,
  };
  const scope: Scope = { names: new Map(), outer: null };
  if (!bind(tree, given, scope, inner)) return unknown(label);
  state.depth++;
  renderNodes(tree.body, scope, inner);
  state.depth--;
  const result = orElse(inner.result, inner.out.join(''));
  return isUnknown(result) ? unknown(label, result.because ?? result.label) : result;
}

/** Fills a macro's parameters; false where the arguments do not fit. */
function bind({ parameters }: MacroNode, { positional, named }: Given, { names, outer }: Scope, frame: Frame): boolean {
  const left = new Map(named);
  for (const [at, { name, fallback }] of parameters.entries()) {
    const given = positional[at] === undefined ? left.get(name) : positional[at];
    const value = given === undefined && fallback !== null ? evaluate(fallback, { names, outer }, frame) : given;
    left.delete(name);
    names.set(name, orElse(value, undefinedValue));
  }
  names.set('varargs', list(positional.slice(parameters.length), true));
  names.set('kwargs', dict(left));
  return frame.result === undefined;
}
