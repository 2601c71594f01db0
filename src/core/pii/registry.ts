import type { DbtNode } from '#core/dbt';
import type { CategoryId } from './category.ts';
import { columnOf } from './column-at.ts';
import type { DataContract, PatternLabel } from './data-contract.ts';
import { contractLabels } from './data-contract.ts';
import { matchesGlob } from './glob.ts';
import type { Label } from './labels.ts';
import { columnLabels, hookLabel } from './labels.ts';
import { hookTexts } from './protection.ts';

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

/** Gives everything that is said of a column, what counts first. */
export type LabelsReader = (node: DbtNode | undefined, column: string) => readonly Label[];

/**
 * Labels as the policy, the YAML, hooks and data contracts have them, in this order. The policy comes first: it is the base
 * branch's word, and a pull request cannot change it for itself. A contract comes last: dbt's own files stand nearer to the column.
 */
export function labelsReader(rules: readonly RegistryRule[], contracts: readonly DataContract[]): LabelsReader {
  const registered = patternReader(rules.map((rule) => ({ column: rule.column, label: toLabel(rule) })));
  const contracted = patternReader(contracts.flatMap(contractLabels));
  return (node, column) => {
    if (node === undefined) return [];
    const entry = columnOf(node, column);
    return [
      registered(node, column),
      ...(entry === null ? [] : columnLabels(entry)),
      hookLabel(hookTexts(node), column),
      contracted(node, column),
    ].filter((label) => label !== null);
  };
}

/** The first of the labels that `labelsReader` gives. */
export function labelReader(rules: readonly RegistryRule[], contracts: readonly DataContract[] = []): LabelReader {
  const labelsOf = labelsReader(rules, contracts);
  return (node, column) => labelsOf(node, column)[0] ?? null;
}

/** Of the patterns that fit a column, the first. */
function patternReader(rules: readonly PatternLabel[]): (node: DbtNode, column: string) => Label | null {
  if (rules.length === 0) return () => null;
  const index = indexed(rules);
  return (node, column) => {
    const place = [...node.uniqueId.toLowerCase().split('.').slice(2), column.toLowerCase()];
    let first: Indexed | null = null;
    for (const shelf of shelvesFor(index, place)) {
      const found = shelf.find(({ parts }) => isAtEnd(parts, place));
      if (found !== undefined && (first === null || found.order < first.order)) first = found;
    }
    return first?.label ?? null;
  };
}

interface Indexed {
  readonly label: Label;
  readonly order: number;
  readonly parts: readonly string[];
}

/** Rules by their column, else by their table, where these have no star: thousands of rules meet thousands of columns. */
type Index = ReadonlyMap<string, readonly Indexed[]>;

function indexed(rules: readonly PatternLabel[]): Index {
  const all = rules.map(
    ({ column, label }, order): Indexed => ({ label, order, parts: column.toLowerCase().split('.') }),
  );
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
