import type { Plan, Scan } from './plan.ts';
import { quotedRelation, toCount } from './plan.ts';
import type { Branch } from './text-tree.ts';
import { allBelow, readTree } from './text-tree.ts';

/**
 * The plan that Redshift's `EXPLAIN` gives, a line a row; null where it is not of its form. A nested loop without a filter is a join without a
 * condition. Blocks that a filter excludes are skipped, so only a scan without one reads all of a relation, which is told without its schema.
 */
export function readRedshiftPlan(rows: readonly (readonly unknown[])[]): Plan | null {
  const root = readTree(
    rows.map(([line]) => String(line)),
    /^\s*->\s+/,
  );
  const cost = root === null ? null : numberIn(root.text, /\(cost=[\d.]+\.\.([\d.]+) /);
  if (root === null || cost === null) return null;
  const nodes = allBelow(root);
  return {
    cost,
    bytes: null,
    rows: rowsOf(root),
    crossProducts: nodes.filter(isCrossProduct).length,
    scans: nodes.flatMap(toScan),
  };
}

function numberIn(text: string, form: RegExp): number | null {
  return toCount(form.exec(text)?.[1]);
}

function rowsOf({ text }: Branch): number {
  return numberIn(text, / rows=(\d+) /) ?? 0;
}

function isCrossProduct({ text, details, children }: Branch): boolean {
  const isFiltered = details.some((detail) => /^(Join Filter|Filter):/.test(detail));
  return /^(XN )?Nested Loop\b/.test(text) && !isFiltered && children.every((child) => rowsOf(child) > 1);
}

function toScan(branch: Branch): readonly Scan[] {
  const [, quoted, plain = ''] = /^(?:XN )?Seq Scan on (?:"((?:[^"]|"")+)"|([^\s("]+))/.exec(branch.text) ?? [];
  const name = quoted?.replaceAll('""', '"') ?? plain;
  if (name === '' || branch.details.some((detail) => detail.startsWith('Filter:'))) return [];
  return [{ relation: quotedRelation([name]), rows: rowsOf(branch), bytes: null, filtered: false }];
}
