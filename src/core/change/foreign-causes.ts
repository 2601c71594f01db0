import type { JsonValue } from '#core/base';
import { isJsonObject, jsonEqual } from '#core/base';
import type { DbtNode, RunResults, StateContext } from '#core/dbt';
import { configKeywords, inferMoreUnrendered, isComputed } from '#core/dbt';
import type { Cause } from './change.ts';

/** Says where a difference comes from when the project's code did not make it; undefined when the code did. */
export type Foreign = Cause['foreign'];

/** How base and head were written, as far as it makes the same project look different. */
export interface Writers {
  /** Whether two releases of dbt wrote the manifests. */
  readonly versionsDiffer: boolean;
  /** Whether one keeps the source text of config values and the other what they rendered to. */
  readonly flagsDiffer: boolean;
  /** `dbt 1.11.3 against 1.12.0`, for the reader. */
  readonly text: string;
}

/** What sets the two manifests apart. `runResults` are head's. */
export function writersOf({ base, head }: StateContext, runResults: RunResults | null): Writers {
  const [before, after] = [base.metadata.dbtVersion, head.metadata.dbtVersion];
  return {
    versionsDiffer: before !== after,
    flagsDiffer: inferMoreUnrendered(base, null).on !== inferMoreUnrendered(head, runResults).on,
    text: before === after ? 'another flag' : `dbt ${before} against ${after}`,
  };
}

/**
 * Whether a config key differs for another reason than its text: keys that a newer dbt began to write, values that one
 * side keeps as source text, the base that dbt 1.12 rewrites, a computed value that renders to something else.
 */
export function configForeign(context: StateContext, writers: Writers, pair: Pair, key: string): Foreign {
  const { old, node } = pair;
  const [before, after] = [own(old.unrenderedConfig, key), own(node.unrenderedConfig, key)];
  const [was, is] = [old, node].map(({ rawCode }) => configKeywords(rawCode).get(key));
  const sameInFile = is !== undefined && was === is;
  if (writers.flagsDiffer && (sameInFile || isSourceText(before) !== isSourceText(after))) return engine(writers);
  if (context.upgradesBaseConfig && sameInFile) return engine(writers);
  if (writers.versionsDiffer && sameButForForm(before, after)) return engine(writers);
  if (sameInFile && isComputed(is)) return { by: 'environment', because: is };
  return undefined;
}

/** A source's database or schema that is written as it was and renders to something else. */
export function sourceForeign({ old, node }: Pair, key: string): Foreign {
  const written = `unrendered_${key}`;
  const [before, after] = [old.entry[written] ?? null, node.entry[written] ?? null];
  if (node.resourceType !== 'source' || before === null || !jsonEqual(before, after)) return undefined;
  return { by: 'environment', because: typeof after === 'string' ? after : key };
}

/** A field that two releases write in another form: empty objects and nulls that appear, upper and lower case. */
export function fieldForeign(writers: Writers, before: JsonValue | undefined, after: JsonValue | undefined): Foreign {
  return writers.versionsDiffer && sameButForForm(before, after) ? engine(writers) : undefined;
}

/** A date without zone is read in the zone of the machine that parses it: the same date elsewhere is another instant. */
export function dateForeign(before: JsonValue | undefined, after: JsonValue | undefined): Foreign {
  const [was, is] = [before, after].map((date) => (typeof date === 'string' ? date.replace(zone, '') : null));
  return was !== null && was === is ? { by: 'engine', because: 'another time zone of the machine' } : undefined;
}

/** A contract whose checksum differs without any column, type or constraint that does. */
export function contractForeign(writers: Writers, kind: string): Foreign {
  return kind === 'other' && writers.versionsDiffer ? engine(writers) : undefined;
}

/** Macros of dbt and of its adapter come with the installed packages: no pull request to a project edits them. */
export function macroForeign({ head }: StateContext, writers: Writers, macro: string): Foreign {
  const adapter = head.metadata.adapterType ?? '';
  const installed = ['dbt', `dbt_${adapter}`, ...(builtOn.get(adapter) ?? [])];
  if (!installed.includes(macro.split('.')[1] ?? '')) return undefined;
  return { by: 'engine', because: writers.versionsDiffer ? writers.text : 'another release of dbt or of its adapter' };
}

export interface Pair {
  readonly old: DbtNode;
  readonly node: DbtNode;
}

const zone = /(?:z|[+-]\d\d:?\d\d)$/i;

/** Adapters that bring another adapter's macros along. */
const builtOn: ReadonlyMap<string, readonly string[]> = new Map([
  ['redshift', ['dbt_postgres']],
  ['databricks', ['dbt_spark']],
]);

function engine({ text }: Writers): Foreign {
  return { by: 'engine', because: text };
}

function own(object: { readonly [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isSourceText(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value.includes('{{');
}

function sameButForForm(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  return jsonEqual(bare(before ?? null), bare(after ?? null));
}

/** A value without what is empty, and with texts of letters alone in lower case. */
function bare(value: JsonValue): JsonValue {
  if (typeof value === 'string') return /^[A-Za-z]+$/.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map(bare);
    return items.length === 0 ? null : items;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value)
    .map(([key, inner]) => [key, bare(inner)] as const)
    .filter(([, inner]) => inner !== null);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
