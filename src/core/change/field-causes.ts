import type { JsonValue } from '#core/base';
import { toLine } from '#core/base';
import { fieldOf } from '#core/dbt';
import type { Cause } from './change.ts';
import type { Pair, Writers } from './foreign-causes.ts';
import { fieldForeign } from './foreign-causes.ts';

/** A field of the entry itself that differs: of sources, exposures, metrics, semantic models, saved queries, unit tests, functions. */
export function fieldCause(writers: Writers, { old, node }: Pair, field: string): Cause {
  if (field === 'checksum') return { kind: 'checksum', text: 'definition or fixture of the unit test', item: field };
  const [was, is] = [fieldOf(old, field), fieldOf(node, field)];
  const foreign = fieldForeign(writers, was, is);
  const [before, after] = [toLine(toText(was), 60), toLine(toText(is), 60)];
  const isText = typeof was === 'string' && typeof is === 'string' && field !== 'description';
  const name = (field.split('.').at(-1) ?? field).replaceAll('_', ' ');
  const text = field === 'depends_on.nodes' ? 'reads other nodes' : isText ? `${name}: ${before} → ${after}` : name;
  const item = field === 'depends_on.nodes' ? 'depends_on' : field;
  return { kind: 'field', text: toLine(text), item, before, after, ...(foreign === undefined ? {} : { foreign }) };
}

function toText(value: JsonValue): string {
  if (value === null) return 'unset';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return [...value].sort().join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
