import { escapePattern } from '#core/base';
import type { DbtNode } from '#core/dbt';
import type { CategoryId } from './category.ts';
import { columnOf } from './column-at.ts';
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
  const compiled = rules.map((rule) => ({ rule, parts: rule.column.toLowerCase().split('.').map(toPattern) }));
  return (node, column) => {
    if (node === undefined) return null;
    const place = [...node.uniqueId.toLowerCase().split('.').slice(2), column.toLowerCase()];
    const found = compiled.find(({ parts }) => isAtEnd(parts, place));
    if (found !== undefined) return toLabel(found.rule);
    const entry = columnOf(node, column);
    return entry === null ? null : readColumnLabel(entry);
  };
}

function toLabel({ pii, category, reason }: RegistryRule): Label {
  const because = reason ?? (pii ? null : 'the policy says so');
  return { pii, types: category === null ? [] : [category], sensitivity: null, source: 'policy', reason: because };
}

function isAtEnd(parts: readonly RegExp[], place: readonly string[]): boolean {
  const rest = place.slice(-parts.length);
  return rest.length === parts.length && parts.every((part, at) => part.test(rest[at] ?? ''));
}

function toPattern(part: string): RegExp {
  return new RegExp(`^${part.split('*').map(escapePattern).join('.*')}$`, 'u');
}
