import type { JsonValue } from '#core/base';
import { toLine } from '#core/base';
import type { ChangedMacros, DbtNode, MacroCause, StateContext } from '#core/dbt';
import {
  configDifferences,
  contractDifferences,
  macroCausesOf,
  persistedDifferences,
  previousOf,
  refDifferences,
  relationDifferences,
  sameBody,
  sameFqn,
} from '#core/dbt';
import type { Cause } from './change.ts';

const longestValue = 60;
const mostMacros = 5;

/** Why dbt selects a modified node of head, most telling first; one phrase each, plain text on one line. */
export function causesOf(context: StateContext, macros: ChangedMacros, node: DbtNode): readonly Cause[] {
  const old = previousOf(context, node);
  const macroCauses = macroCausesFor(context, macros, node);
  if (old === undefined) return [{ kind: 'new', text: `new ${node.resourceType}` }, ...macroCauses];
  return [
    ...bodyCauses(old, node),
    ...configDifferences(context, old, node).map((key) => configCause(old, node, key)),
    ...relationDifferences(context, old, node).map((key) => relationCause(old, node, key)),
    ...macroCauses,
    ...contractDifferences(context, old, node).map(
      (item): Cause => ({ kind: 'contract', text: toLine(`contract: ${item.text}`) }),
    ),
    ...persistedDifferences(old, node).map(
      (what): Cause => ({ kind: 'persisted-description', text: toLine(`persisted description of ${what}`) }),
    ),
    ...(sameFqn(old, node) ? [] : [fqnCause(old, node)]),
    ...refDifferences(context, old, node).map((key) => versionCause(old, node, key)),
  ];
}

function bodyCauses(old: DbtNode, node: DbtNode): readonly Cause[] {
  if (sameBody(old, node)) return [];
  return [node.resourceType === 'seed' ? { kind: 'checksum', text: 'seed file' } : { kind: 'body', text: 'edited' }];
}

function configCause(old: DbtNode, node: DbtNode, key: string): Cause {
  return { kind: 'config', text: toLine(`config ${key}: ${fromTo(old.unrenderedConfig, node.unrenderedConfig, key)}`) };
}

function relationCause(old: DbtNode, node: DbtNode, key: string): Cause {
  return {
    kind: 'relation',
    text: toLine(`relation ${key}: ${fromTo(old.unrenderedConfig, node.unrenderedConfig, key)}`),
  };
}

function fqnCause(old: DbtNode, node: DbtNode): Cause {
  return { kind: 'fqn', text: toLine(`moved: ${old.fqn.join('.')} → ${node.fqn.join('.')}`) };
}

function versionCause(old: DbtNode, node: DbtNode, key: string): Cause {
  return { kind: 'version', text: toLine(`${key}: ${fromTo(old.entry, node.entry, key)}`) };
}

function macroCausesFor(context: StateContext, macros: ChangedMacros, node: DbtNode): readonly Cause[] {
  const found = macroCausesOf(macros, context.head, node);
  const shown = found
    .slice(0, mostMacros)
    .map((cause): Cause => ({ kind: 'macro', text: toLine(macroText(context, cause)) }));
  const more = found.length - shown.length;
  return more > 0 ? [...shown, { kind: 'macro', text: `${more} more macros` }] : shown;
}

function macroText(context: StateContext, cause: MacroCause): string {
  const how = cause.how === 'changed' ? '' : ` (${cause.how})`;
  const names = cause.path.map((id) => nameOf(context, id));
  const through = names.slice(0, -1);
  const way = through.length === 0 ? '' : ` through ${through.join(' → ')}`;
  return `macro ${names.at(-1) ?? ''}${how}${way}`;
}

/** The bare name of the root project's macros, `package.name` of all others. */
function nameOf(context: StateContext, id: string): string {
  const [, packageName, ...name] = id.split('.');
  const bare = name.join('.');
  return packageName === context.head.metadata.projectName || bare === '' ? bare || id : `${packageName ?? ''}.${bare}`;
}

function fromTo(
  before: { readonly [key: string]: JsonValue },
  after: { readonly [key: string]: JsonValue },
  key: string,
): string {
  return `${shown(before, key)} → ${shown(after, key)}`;
}

function shown(object: { readonly [key: string]: JsonValue }, key: string): string {
  if (!Object.hasOwn(object, key)) return 'unset';
  const value = object[key] ?? null;
  return toLine(typeof value === 'string' ? value : JSON.stringify(value), longestValue);
}
