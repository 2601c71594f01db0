import type { Plan, Scan } from './plan.ts';
import { quotedRelation, sumOf, toCount } from './plan.ts';
import type { Branch } from './text-tree.ts';
import { allBelow, readTree } from './text-tree.ts';

const heading = '== Optimized Logical Plan ==';
const units: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
};

/**
 * The optimized plan that Spark's and Databricks' `EXPLAIN COST` gives, text in one cell; null where it is not of its form. Bytes are those of
 * the relations that it reads; Spark tells rows where statistics were made, and no cost.
 */
export function readSparkPlan([row]: readonly (readonly unknown[])[]): Plan | null {
  const [, after] = String(row?.[0]).split(heading);
  const lines = (after ?? '').split('\n').filter((line) => line.trim() !== '');
  const end = lines.findIndex((line) => line.startsWith('=='));
  const root = readTree(end === -1 ? lines : lines.slice(0, end), /^[\s:]*[:+]- /);
  if (root === null) return null;
  const nodes = allBelow(root);
  return {
    cost: null,
    bytes: sumOf(nodes.filter(isRelation).map(bytesOf)),
    rows: rowsOf(root),
    crossProducts: nodes.filter(isCrossProduct).length,
    scans: scansIn(root, false),
  };
}

function isRelation({ text }: Branch): boolean {
  return /^Relation\b/.test(text);
}

/** Where nothing is known of a size Spark takes it for the largest number that there is; its unit is none of these. */
function bytesOf({ text }: Branch): number | null {
  const [, size = '', unit = ''] = /Statistics\(sizeInBytes=([\d.E+]+) (\w+)/.exec(text) ?? [];
  const factor = units[unit];
  return factor === undefined ? null : toCount(Number(size) * factor);
}

function rowsOf({ text }: Branch): number | null {
  return toCount(/Statistics\([^)]*rowCount=([\d.E+]+)/.exec(text)?.[1]);
}

function isCrossProduct({ text, children }: Branch): boolean {
  const [, kind, condition] = /^Join (Cross|Inner|LeftOuter|RightOuter|FullOuter)(, \(|, [^S])?/.exec(text) ?? [];
  return kind !== undefined && condition === undefined && children.every((child) => !isOneRow(child));
}

/** An aggregate that groups by nothing is written with one list, of others the second is what they give. */
function isOneRow(branch: Branch): boolean {
  const { text, children } = branch;
  if (rowsOf(branch) === 1 || /^(OneRowRelation|Aggregate \[(?!.*\], \[))/.test(text)) return true;
  const [only, ...more] = text.startsWith('Project ') ? children : [];
  return only !== undefined && more.length === 0 && isOneRow(only);
}

/** Below a filter files may be skipped, so only others are read from end to end. */
function scansIn(branch: Branch, filtered: boolean): readonly Scan[] {
  const [, written = ''] = /^Relation ([\w.`$-]+)\[/.exec(branch.text) ?? [];
  const names = written.replaceAll('`', '').split('.').slice(-2);
  if (!filtered && written !== '')
    return [{ relation: quotedRelation(names), rows: rowsOf(branch), bytes: bytesOf(branch), filtered: false }];
  const isFilter = branch.text.startsWith('Filter ');
  return branch.children.flatMap((child) =>
    scansIn(child, isFilter || (filtered && branch.text.startsWith('Project '))),
  );
}
