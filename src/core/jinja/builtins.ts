import { dispatched } from './macros.ts';
import type { Given } from './methods.ts';
import { quotedName, ref, source } from './relations.ts';
import { choose, type Frame, longestList } from './state.ts';
import {
  dict,
  fromJson,
  isList,
  isUnknown,
  list,
  orElse,
  textOf,
  undefinedValue,
  unknown,
  type Value,
} from './value.ts';

type Builtin = (given: Given, frame: Frame) => Value;

/** What `api.Column.translate_type` gives, of types that it renames. Source: dbt-adapters `base/column.py`, dbt-bigquery `column.py`. */
const types: Readonly<Record<string, string>> = { STRING: 'TEXT' };
/** Until dbt 1.6. */
const olderTypes: Readonly<Record<string, string>> = {
  ...types,
  TIMESTAMP: 'TIMESTAMP',
  FLOAT: 'FLOAT',
  INTEGER: 'INT',
};
const bigqueryTypes: Readonly<Record<string, string>> = { STRING: 'STRING', FLOAT: 'FLOAT64', INTEGER: 'INT64' };
const plainTypes: ReadonlySet<string> = new Set(['postgres', 'redshift', 'snowflake', 'duckdb']);

const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['ref', (given, { state }) => ref(given, state)],
  ['source', (given, { state }) => source(given, state)],
  ['var', variable],
  ['env_var', ({ positional: [name = ''] }) => unknown(`env_var ${textOf(name) ?? ''}`)],
  ['config', () => ''],
  ['config.get', configured],
  ['config.require', configured],
  ['is_incremental', isIncremental],
  ['adapter.dispatch', dispatch],
  [
    'adapter.quote',
    ({ positional: [name] }, { state }) =>
      typeof name === 'string' ? quotedName(name, state.project.metadata.adapterType) : unknown('adapter.quote'),
  ],
  ['api.Column.translate_type', translated],
  ['api.Column.numeric_type', numericType],
  ['return', returned],
  ['log', () => ''],
  ['print', () => ''],
  ['exceptions.warn', () => ''],
  ['range', range],
  ['dict', ({ positional, named }) => (positional.length === 0 ? dict(named) : unknown('dict'))],
  [
    'namespace',
    ({ positional, named }) =>
      positional.length === 0 ? { kind: 'namespace', fields: new Map(named) } : unknown('namespace'),
  ],
  ['zip', zipped],
]);

/** Whether a name, dotted or not, is one of dbt's or Jinja's own that is known here. */
export function isBuiltin(name: string): boolean {
  return builtins.has(name);
}

export function callBuiltin(name: string, given: Given, frame: Frame): Value {
  const unclear = name === 'return' ? undefined : [...given.positional, ...given.named.values()].find(isUnknown);
  if (unclear !== undefined && !['config', 'log', 'print', 'var', 'dict', 'namespace'].includes(name)) return unclear;
  return orElse(builtins.get(name)?.(given, frame), unknown(name));
}

/** A var's value where it is known; its default is taken for granted, and noted. Manifests do not hold vars. */
function variable({ positional, named }: Given, { state }: Frame): Value {
  const [name, fallback = named.get('default')] = positional;
  if (typeof name !== 'string') return unknown('var');
  const known = state.vars.get(name);
  if (known !== undefined) {
    if (typeof known === 'object' && known?.kind === 'relation') state.relations.add(known.node.uniqueId);
    return known;
  }
  if (fallback === undefined) return unknown(`var ${name}`);
  state.assumed.add(`var ${name}`);
  // Two defaults of one var are two questions: where it is set, both are left.
  const key = `var ${name} ${textOf(fallback) ?? ''}`;
  if (state.open === null || !choose(state.open, key, `var ${name} is not its default`)) return fallback;
  return typeof fallback === 'boolean' ? !fallback : unknown(`var ${name}`);
}

function configured({ positional, named }: Given, { state }: Frame): Value {
  const [key, fallback = orElse(named.get('default'), null)] = positional;
  if (typeof key !== 'string') return unknown('config.get');
  const { config } = state.node;
  const value = Object.hasOwn(config, key) ? config[key] : undefined;
  return value === undefined || value === null ? fallback : fromJson(value);
}

function isIncremental(_: Given, { state }: Frame): Value {
  if (state.open !== null && (state.open.mayBeIncremental || state.node.materialized === 'incremental'))
    return choose(state.open, 'is_incremental', 'the run is incremental');
  if (state.node.materialized !== 'incremental') return false;
  state.isIncremental = state.incremental;
  return state.incremental;
}

function dispatch({ positional, named }: Given, { state, macro }: Frame): Value {
  const [name, namespace = orElse(named.get('macro_namespace'), null)] = positional;
  const wanted = name ?? named.get('macro_name');
  if (typeof wanted !== 'string' || (namespace !== null && typeof namespace !== 'string'))
    return unknown('adapter.dispatch');
  const found = dispatched(state.project, macro, wanted, namespace);
  return found === null ? unknown(`macro ${wanted}`) : { kind: 'macro', macro: found };
}

function translated({ positional: [type] }: Given, { state }: Frame): Value {
  const { adapterType, dbtVersion } = state.project.metadata;
  const adapter = adapterType ?? '';
  const plain = /^(?:0|1\.[0-6])\./.test(dbtVersion) ? olderTypes : types;
  const table = plainTypes.has(adapter) ? plain : adapter === 'bigquery' ? bigqueryTypes : null;
  if (table === null || typeof type !== 'string') return unknown('api.Column.translate_type');
  const upper = type.toUpperCase();
  return Object.hasOwn(table, upper) ? (table[upper] ?? type) : type;
}

function numericType({ positional: [type, precision, scale] }: Given): Value {
  const isWhole = typeof precision === 'number' && typeof scale === 'number';
  return typeof type === 'string' && isWhole ? `${type}(${precision},${scale})` : unknown('api.Column.numeric_type');
}

/** Ends the macro with a value of any kind. */
function returned({ positional: [value = null] }: Given, frame: Frame): Value {
  if (frame.masks) return unknown('return');
  if (frame.result === undefined) frame.result = value;
  return '';
}

function range({ positional }: Given): Value {
  const numbers = positional.filter((one) => typeof one === 'number');
  if (numbers.length !== positional.length || numbers.length === 0 || numbers.length > 3) return unknown('range');
  const [start = 0, end = 0, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers;
  const length = step === 0 ? Infinity : Math.max(0, Math.ceil((end - start) / step));
  return length > longestList ? unknown('range') : list(Array.from({ length }, (_, at) => start + at * step));
}

function zipped({ positional }: Given): Value {
  const lists = positional.filter(isList);
  if (lists.length !== positional.length || lists.length === 0) return unknown('zip');
  const length = Math.min(...lists.map(({ items }) => items.length));
  return list(
    Array.from({ length }, (_, at) =>
      list(
        lists.map(({ items }) => orElse(items[at], undefinedValue)),
        true,
      ),
    ),
  );
}
