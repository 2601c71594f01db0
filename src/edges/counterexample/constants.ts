import { isRefused, type Laboratory, type Result } from './laboratory.ts';
import type { ComparedValue, Syntax } from './syntax.ts';
import { asTree, objectsIn, type Tree } from './tree.ts';
import type { Constant } from './values.ts';

/** A constant with the columns that it is compared with, and the type that such a column is likely to have. */
export interface FoundConstant extends Constant {
  readonly columns: readonly string[];
  readonly type: string;
}

const most = 80;

/** What the constants of the two sides come to, each once. What cannot be reckoned alone is left out. */
export async function constantsOf(lab: Laboratory, sides: readonly Syntax[]): Promise<readonly FoundConstant[]> {
  const compared = sides.flatMap((side) => side.compared).slice(0, most);
  const results =
    (await reckon(lab, compared)) ??
    (await Promise.all(compared.map((one) => reckon(lab, [one])))).map((one) => one?.[0]);
  const found = new Map<string, FoundConstant>();
  compared.forEach(({ columns, factors, pattern }, at) => {
    const result = results[at];
    if (result === undefined) return;
    const constant = { columns, factors, pattern, ...result };
    found.set(JSON.stringify(constant), constant);
  });
  return [...found.values()];
}

interface Reckoned {
  readonly text: string;
  readonly type: string;
}

async function reckon(
  lab: Laboratory,
  values: readonly ComparedValue[],
): Promise<readonly (Reckoned | undefined)[] | null> {
  if (values.length === 0) return [];
  const frame = await lab.treeOf('select 1');
  if (isRefused(frame)) return null;
  const statement = objectsIn(frame['statements'])[0] ?? {};
  const node = {
    ...asTree(statement['node']),
    select_list: values.map(({ value }): Tree => ({ ...value, alias: '' })),
  };
  const sql = await lab.sqlOf({ ...frame, statements: [{ ...statement, node }] });
  const result = isRefused(sql) ? sql : await lab.run(sql);
  return isRefused(result) ? null : values.map((_, at) => reckonedAt(result, at));
}

function reckonedAt({ rows, types }: Result, at: number): Reckoned | undefined {
  const value = rows[0]?.[at];
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  return { text, type: likelyType(text, types[at] ?? '') };
}

function likelyType(text: string, type: string): string {
  if (/^(?:TINY|SMALL|BIG|HUGE)?INT/.test(type)) return 'INTEGER';
  if (/^(?:DECIMAL|DOUBLE|FLOAT)/.test(type)) return 'DECIMAL(18,4)';
  if (type === 'VARCHAR' && /^\d{4}-\d\d-\d\d$/.test(text)) return 'DATE';
  if (type === 'VARCHAR' && /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(text)) return 'TIMESTAMP';
  return type.startsWith('TIMESTAMP') ? 'TIMESTAMP' : type;
}
