import { grouped, plural, type Reason, sortedBy, toLine, type UniqueId } from '#core/base';
import type { Change, ModifiedNode } from '#core/change';
import { descendantsOf } from '#core/dbt';
import { nameOf } from './wording.ts';

const traced: ReadonlySet<string> = new Set(['model', 'snapshot']);
const named = 3;

const words: Readonly<Record<string, string>> = {
  'python-model': 'Python model',
  'not-compiled': 'no compiled SQL',
  'not-parsed': 'not parsed',
  'open-star': '`select *` over unknown columns',
  'too-large': 'too large',
};

function wordOf({ code, text }: Reason): string {
  return words[code] ?? toLine(text.replace(/^not analysed: /, ''), 80);
}

/**
 * How far the lineage goes in the modified models and everything downstream of them at head:
 * `resolved 1,204 of 1,210 columns of the 41 models reached; not analysed: forecast (Python model)`.
 */
export function coverageOf(change: Change): string {
  const reached = reachedModels(change).flatMap((id) => change.head.lineage.get(id) ?? []);
  const columns = reached.flatMap((node) => node.columns);
  const resolved = columns.filter(({ unresolved }) => unresolved === null).length;
  const gaps = reached.flatMap((node) => {
    const why = node.unresolved ?? node.columns.find(({ unresolved }) => unresolved !== null)?.unresolved ?? null;
    return why === null ? [] : [`${nameOf(node.uniqueId)} (${wordOf(why)})`];
  });
  const all =
    resolved === columns.length
      ? `all ${plural(columns.length, 'column')}`
      : `${grouped(resolved)} of ${plural(columns.length, 'column')}`;
  const listed = gaps.length > named ? [...gaps.slice(0, named), `${grouped(gaps.length - named)} more`] : gaps;
  const open = listed.length === 0 ? '' : `; not analysed: ${listed.join(', ')}`;
  return `resolved ${all} of the ${plural(reached.length, 'model')} reached${open}${renderedOf(change, reached)}`;
}

/** `; 12 models rendered from Jinja, not compiled by dbt (var x at its default, is_incremental() read as false)`. */
function renderedOf({ head }: Change, reached: readonly { readonly uniqueId: UniqueId }[]): string {
  const rendered = reached.flatMap(({ uniqueId }) => head.project.nodes.get(uniqueId)?.rendered ?? []);
  if (rendered.length === 0) return '';
  const assumed = [
    ...new Set(rendered.flatMap((one) => one.assumed.map((what) => `${toLine(what, 60)} at its default`))),
  ];
  const most = assumed.length > named ? [...assumed.slice(0, named), `${assumed.length - named} more`] : assumed;
  const incremental = rendered.some(({ isIncremental }) => isIncremental !== null)
    ? ['`is_incremental()` read as false']
    : [];
  const notes = [...most, ...incremental];
  const told = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `; ${plural(rendered.length, 'model')} rendered from Jinja, not compiled by dbt${told}`;
}

function reachedModels({ modified, head }: Change): readonly UniqueId[] {
  const starts = modified.filter(mayMove).map(({ uniqueId }) => uniqueId);
  const reached = new Set([
    ...modified.map(({ uniqueId }) => uniqueId),
    ...starts.flatMap((id) => descendantsOf(head.children, id)),
  ]);
  return sortedBy(
    [...reached].filter((id) => traced.has(head.project.nodes.get(id)?.resourceType ?? '')),
    (id) => id,
  );
}

function mayMove({ compiled }: ModifiedNode): boolean {
  return compiled === 'changed' || compiled === 'unknown';
}
