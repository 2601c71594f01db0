import type { JsonValue, UniqueId } from '#core/base';
import { isJsonObject } from '#core/base';
import type { AnalyzedSide } from '#core/change';
import type { DbtNode } from '#core/dbt';
import { ownWords } from '../row-count/options.ts';

/** The columns by which a relation's rows are told apart, and who says so. */
export interface Key {
  readonly columns: readonly string[];
  readonly from: 'meta' | 'constraint' | 'test' | 'unique_key' | 'snapshot';
}

/**
 * The key of a node, from what is said of it, the surest first: `meta: {weirkeeper: {key: …}}`, a primary key or unique constraint, a
 * `unique` or `unique_combination_of_columns` test that looks at every row, `unique_key`, a snapshot's `dbt_scd_id`. Null when
 * nothing says.
 */
export function keyOf(side: AnalyzedSide, uniqueId: UniqueId): Key | null {
  const node = side.project.nodes.get(uniqueId);
  if (node === undefined) return null;
  const said: readonly (readonly [Key['from'], readonly string[] | null])[] = [
    ['meta', names(ownWords(node)['key'])],
    ['constraint', ofConstraints(node)],
    ['test', ofTests(side, uniqueId)],
    ['unique_key', node.resourceType === 'snapshot' ? null : names(node.config['unique_key'])],
    ['snapshot', node.resourceType === 'snapshot' ? ['dbt_scd_id'] : null],
  ];
  for (const [from, columns] of said) if (columns !== null) return { columns, from };
  return null;
}

/** A name, or a list of names; null for anything else, an expression among them. */
function names(value: JsonValue | undefined): readonly string[] | null {
  const list =
    typeof value === 'string' ? value.split(',').map((one) => one.trim()) : Array.isArray(value) ? value : [];
  const plain = list.filter((one): one is string => typeof one === 'string' && /^[A-Za-z_]\w*$/.test(one));
  return plain.length > 0 && plain.length === list.length && plain.length <= mostColumns ? plain : null;
}

const mostColumns = 12;

function ofConstraints(node: DbtNode): readonly string[] | null {
  const ownOnes = listOf(node.entry['constraints']);
  for (const type of ['primary_key', 'unique']) {
    for (const one of ownOnes) if (one['type'] === type) return names(one['columns']);
    for (const column of node.columns.values()) {
      if (listOf(column.entry['constraints']).some((one) => one['type'] === type)) return [column.name];
    }
  }
  return null;
}

function listOf(value: JsonValue | undefined) {
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : [];
}

function ofTests({ project }: AnalyzedSide, uniqueId: UniqueId): readonly string[] | null {
  const found: (readonly string[])[] = [];
  for (const { test, config } of project.nodes.values()) {
    if (test === null || test.attachedNode !== uniqueId || typeof config['where'] === 'string') continue;
    const columns =
      test.name === 'unique'
        ? names(test.columnName ?? test.kwargs['column_name'])
        : test.name === 'unique_combination_of_columns'
          ? names(test.kwargs['combination_of_columns'])
          : null;
    if (columns !== null) found.push(columns);
  }
  // The shortest key says most; of two as short, the one that comes first by name, so that it is the same every time.
  return found.sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1))[0] ?? null;
}
