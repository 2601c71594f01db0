import type { JsonValue } from '#core/base';
import { toLine } from '#core/base';
import type { ChangedMacros, ContractItem, DbtNode, MacroCause, StateContext } from '#core/dbt';
import { differencesOf, isModifiedWhenNew, macroCausesOf, previousOf } from '#core/dbt';
import type { Cause } from './change.ts';
import { fieldCause } from './field-causes.ts';
import type { Foreign, Pair, Writers } from './foreign-causes.ts';
import { configForeign, contractForeign, dateForeign, macroForeign, sourceForeign } from './foreign-causes.ts';

const longestValue = 60;
const mostMacros = 5;

/** What the causes of every node are found with. */
export interface CauseContext {
  readonly state: StateContext;
  readonly macros: ChangedMacros;
  readonly writers: Writers;
}

/**
 * Why dbt selects a node of head as modified, most telling first; one phrase each, plain text on one line. None where
 * dbt does not select it, at least one where it does: only what this dbt compares is named.
 */
export function causesOf(context: CauseContext, node: DbtNode): readonly Cause[] {
  const { state } = context;
  const old = previousOf(state, node);
  const macros = macroCausesFor(context, node);
  if (old === undefined) {
    if (!isModifiedWhenNew(state, node)) return macros;
    return [{ kind: 'new', text: `new ${node.resourceType.replaceAll('_', ' ')}` }, ...macros];
  }
  const pair = { old, node };
  const differences = differencesOf(state, old, node);
  return [
    ...(differences.body ? [bodyCause(node)] : []),
    ...differences.configs.map((key) => configCause(context, pair, key)),
    ...differences.relation.map((key) => relationCause(context, pair, key)),
    ...macros,
    ...differences.contract.map((item) => contractCause(context, item)),
    ...differences.persisted.map(
      (what): Cause => ({
        kind: 'persisted-description',
        text: toLine(`persisted description of ${what}`),
        item: what,
      }),
    ),
    ...differences.fields.map((field) => fieldCause(context.writers, pair, field)),
    ...(differences.fqn ? [fqnCause(pair)] : []),
    ...differences.version.map((key) => versionCause(pair, key)),
  ];
}

function bodyCause({ resourceType }: DbtNode): Cause {
  return resourceType === 'seed' ? { kind: 'checksum', text: 'seed file' } : { kind: 'body', text: 'edited' };
}

function configCause({ state, writers }: CauseContext, pair: Pair, key: string): Cause {
  const { old, node } = pair;
  const rendered = node.resourceType === 'semantic_model' || node.resourceType === 'saved_query';
  const [before, after] = rendered ? [old.config, node.config] : [old.unrenderedConfig, node.unrenderedConfig];
  const foreign = configForeign(state, writers, pair, key);
  return differing('config', `config ${key}`, { key, before, after, foreign });
}

function relationCause({ state, writers }: CauseContext, pair: Pair, key: string): Cause {
  const { old, node } = pair;
  const isSource = node.resourceType === 'source';
  const foreign = isSource ? sourceForeign(pair, key) : configForeign(state, writers, pair, key);
  const [before, after] = isSource ? [old.entry, node.entry] : [old.unrenderedConfig, node.unrenderedConfig];
  return differing('relation', `relation ${key}`, { key, before, after, foreign });
}

function contractCause({ writers }: CauseContext, item: ContractItem): Cause {
  const foreign = contractForeign(writers, item.kind);
  return { kind: 'contract', text: toLine(`contract: ${item.text}`), item: item.kind, ...asForeign(foreign) };
}

function fqnCause({ old, node }: Pair): Cause {
  const [before, after] = [old.fqn.join('.'), node.fqn.join('.')];
  return { kind: 'fqn', text: toLine(`moved: ${before} → ${after}`), item: 'fqn', before, after };
}

function versionCause({ old, node }: Pair, key: string): Cause {
  const [before, after] = [old.entry, node.entry];
  const foreign = key === 'deprecation_date' ? dateForeign(before[key], after[key]) : undefined;
  return differing('version', key, { key, before, after, foreign });
}

function macroCausesFor({ state, macros, writers }: CauseContext, node: DbtNode): readonly Cause[] {
  const found = macroCausesOf(macros, state.head, node);
  const shown = found.slice(0, mostMacros).map(
    (cause): Cause => ({
      kind: 'macro',
      text: toLine(macroText(state, cause)),
      item: cause.uniqueId,
      path: cause.path,
      ...asForeign(macroForeign(state, writers, cause.uniqueId)),
    }),
  );
  const rest = found.slice(mostMacros);
  if (rest.length === 0) return shown;
  const isForeign = rest.every(({ uniqueId }) => macroForeign(state, writers, uniqueId) !== undefined);
  const foreign = isForeign ? macroForeign(state, writers, rest[0]?.uniqueId ?? '') : undefined;
  return [...shown, { kind: 'macro', text: `${rest.length} more macros`, ...asForeign(foreign) }];
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

interface Values {
  readonly key: string;
  readonly before: { readonly [key: string]: JsonValue };
  readonly after: { readonly [key: string]: JsonValue };
  readonly foreign: Foreign;
}

function differing(kind: Cause['kind'], what: string, { key, before, after, foreign }: Values): Cause {
  const [was, is] = [shown(before, key), shown(after, key)];
  const text = toLine(`${what}: ${was} → ${is}`);
  return { kind, text, item: key, before: was, after: is, ...asForeign(foreign) };
}

function asForeign(foreign: Foreign): Pick<Cause, 'foreign'> {
  return foreign === undefined ? {} : { foreign };
}

function shown(object: { readonly [key: string]: JsonValue }, key: string): string {
  if (!Object.hasOwn(object, key)) return 'unset';
  const value = object[key] ?? null;
  return toLine(typeof value === 'string' ? value : JSON.stringify(value), longestValue);
}
