// Where our answer and dbt's are known to differ, and why; as narrow as each is.
import type { IndirectSelection, Selector } from '#core/dbt';

export interface Question {
  readonly select?: string;
  readonly exclude?: string;
  readonly mode?: IndirectSelection;
}

export interface Mismatch {
  readonly question: Question;
  /** What only one of both selects; empty where only one of both fails. */
  readonly ids: readonly string[];
  readonly text: string;
}

/** Head values that JSON does not carry: dbt sees a difference, of this one node and with this flag, that no manifest shows. */
const unseen: ReadonlyMap<string, { readonly node: string; readonly flag: boolean; readonly why: string }> = new Map([
  ['K30', { node: 'model.p.leaf', flag: true, why: 'an unquoted YAML date in meta' }],
  ['K31', { node: 'model.p.leaf', flag: true, why: 'an unquoted YAML date as `begin`' }],
  ['K32', { node: 'model.p.jin', flag: false, why: 'a tuple in a Jinja config()' }],
]);

/**
 * What the newest wheel of dbt 2, preview.196, does otherwise than the source that followed it. What is followed is the
 * source: its own list of changes names each, but for those of `latest_version` and `deprecation_date`.
 */
const ofPreview: readonly {
  readonly cases: readonly string[];
  readonly asked: RegExp;
  readonly ids: RegExp;
  readonly why: string;
}[] = [
  {
    cases: ['T05', 'T08', 'T09', 'T11'],
    asked: /^state:modified(?:\.configs)?$/,
    ids: /^test\./,
    why: 'config of data tests, another since preview.198',
  },
  {
    cases: ['F05'],
    asked: /^state:modified(?:\.configs)?$/,
    ids: /^function\./,
    why: 'config of functions, as it is written since preview.201',
  },
  {
    cases: ['M10', 'B01', 'V16', 'Q02', 'Q04'],
    asked: /^@/,
    ids: /\w/,
    why: '@ of nodes without children',
  },
  {
    cases: ['V12', 'V14'],
    asked: /^state:modified$/,
    ids: /^model\.p\.(?:ver|leaf)/,
    why: 'latest_version and deprecation_date, compared since',
  },
];

/**
 * Why a mismatch was to be expected; null when it was not. The node itself differs, by itself where it is asked whether it
 * or its config is modified, with its neighbours alone where a graph operator brings them along.
 */
export function reasonFor(
  name: string,
  { question, ids }: Mismatch,
  select: Selector,
  { moreUnrendered, isPreview }: { readonly moreUnrendered: boolean; readonly isPreview: boolean },
): string | null {
  const asked = question.select ?? '';
  if (isPreview) {
    const found = ofPreview.find(({ cases, asked: pattern }) => cases.includes(name) && pattern.test(asked));
    return found !== undefined && ids.length > 0 && ids.every((id) => found.ids.test(id)) ? found.why : null;
  }
  const known = unseen.get(name);
  if (known?.flag !== moreUnrendered || !ids.includes(known.node)) return null;
  if (/^state:(?:modified|unmodified|modified\.configs)$/.test(asked) && question.mode === 'empty')
    return ids.length === 1 ? known.why : null;
  const around = select({ select: `@${known.node.split('.').at(-1) ?? ''}` });
  const family = new Set(around.ok ? around.value.map(String) : []);
  return ids.every((id) => family.has(id)) ? known.why : null;
}
