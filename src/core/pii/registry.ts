import type { DbtNode } from '#core/dbt';
import type { CategoryId } from './category.ts';
import { columnOf } from './column-at.ts';
import { matchesGlob } from './glob.ts';
import type { Label } from './labels.ts';
import { readColumnLabel } from './labels.ts';

/** What a repository's policy says of columns, whatever their YAML says. */
export interface RegistryRule {
  /** `model.column` or `source.table.column`; `*` stands for any run of letters in a part. */
  readonly column: string;
  readonly pii: boolean;
  readonly category: CategoryId | null;
  readonly reason: string | null;
}

/** Gives the label that counts for a column; null when there is none. */
export type LabelReader = (node: DbtNode | undefined, column: string) => Label | null;

/**
 * Labels as the policy and the YAML have them. The policy comes first: it is the base branch's word, and a pull request
 * cannot change it for itself.
 */
export function labelReader(rules: readonly RegistryRule[]): LabelReader {
  const registered = registryReader(rules);
  return (node, column) => {
    if (node === undefined) return null;
    const own = registered(node, column);
    if (own !== null) return own;
    const entry = columnOf(node, column);
    return entry === null ? null : readColumnLabel(entry);
  };
}

/** The policy's word alone: of the rules that fit a column, the first. */
export function registryReader(rules: readonly RegistryRule[]): LabelReader {
  const index = indexed(rules);
  return (node, column) => {
    if (node === undefined || rules.length === 0) return null;
    const place = [...node.uniqueId.toLowerCase().split('.').slice(2), column.toLowerCase()];
    let first: Indexed | null = null;
    for (const shelf of shelvesFor(index, place)) {
      const found = shelf.find(({ parts }) => isAtEnd(parts, place));
      if (found !== undefined && (first === null || found.order < first.order)) first = found;
    }
    return first === null ? null : toLabel(first.rule);
  };
}

interface Indexed {
  readonly rule: RegistryRule;
  readonly order: number;
  readonly parts: readonly string[];
}

/** Rules by their column, else by their table, where these have no star: thousands of rules meet thousands of columns. */
type Index = ReadonlyMap<string, readonly Indexed[]>;

function indexed(rules: readonly RegistryRule[]): Index {
  const all = rules.map((rule, order): Indexed => ({ rule, order, parts: rule.column.toLowerCase().split('.') }));
  return Map.groupBy(all, ({ parts }) => {
    const [table = '*', column = '*'] = parts.slice(-2);
    if (!column.includes('*')) return `column ${column}`;
    return table.includes('*') ? 'any' : `table ${table}`;
  });
}

function shelvesFor(index: Index, place: readonly string[]): readonly (readonly Indexed[])[] {
  const [table = '', column = ''] = place.slice(-2);
  return [index.get(`column ${column}`), index.get(`table ${table}`), index.get('any')].filter(
    (shelf) => shelf !== undefined,
  );
}

function toLabel({ pii, category, reason }: RegistryRule): Label {
  const because = reason ?? (pii ? null : 'the policy says so');
  return { pii, types: category === null ? [] : [category], sensitivity: null, source: 'policy', reason: because };
}

function isAtEnd(parts: readonly string[], place: readonly string[]): boolean {
  const rest = place.slice(-parts.length);
  return rest.length === parts.length && parts.every((part, at) => matchesGlob(part, rest[at] ?? ''));
}
