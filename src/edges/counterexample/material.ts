import type { Types } from './choose-types.ts';
import type { FoundConstant } from './constants.ts';
import type { Material } from './input.ts';
import type { Syntax } from './syntax.ts';
import type { Table } from './tables.ts';
import { namesLinkedTo } from './types.ts';
import { type Pool, poolOf } from './values.ts';

/** What inputs of these tables are made of, by what the two sides say of their columns. */
export function materialOf(
  tables: readonly Table[],
  types: Types,
  sides: readonly Syntax[],
  constants: readonly FoundConstant[],
): Material {
  const groupIds = new Map<string, number>();
  const groupOf = (name: string, type: string): number => {
    const key = `${[...namesLinkedTo(name, sides)].sort().join(',')} ${familyOf(type)}`;
    if (!groupIds.has(key)) groupIds.set(key, groupIds.size);
    return groupIds.get(key) ?? 0;
  };
  const typed = tables.map(({ columns }, at) =>
    columns.map(({ name }, place) => ({ name: name.toLowerCase(), type: types[at]?.[place] ?? 'VARCHAR' })),
  );
  return {
    tables,
    pools: typed.map((columns) => columns.map(({ name, type }) => poolFor(name, type, sides, constants))),
    groups: typed.map((columns) => columns.map(({ name, type }) => groupOf(name, type))),
  };
}

function poolFor(name: string, type: string, sides: readonly Syntax[], constants: readonly FoundConstant[]): Pool {
  const alike = namesLinkedTo(name, sides);
  const own = constants.filter(({ columns }) => columns.some((column) => alike.has(column)));
  const pool = poolOf(type, own);
  if (type !== 'VARCHAR') return pool;
  // Text that is cast must be such that it can be: an error is no output.
  const casts = sides.flatMap((side) =>
    side.uses.filter(({ column, by }) => alike.has(column) && castTo(by) !== null).map(({ by }) => castTo(by) ?? ''),
  );
  const [cast] = casts;
  return cast === undefined ? pool : poolOf(cast, own);
}

function castTo(by: string): string | null {
  const [, type] = /^cast:(.+)$/.exec(by) ?? [];
  return type === undefined || type === 'VARCHAR' ? null : type;
}

/** Columns of one family can hold one text. */
function familyOf(type: string): string {
  if (/INT|DECIMAL|DOUBLE|FLOAT/.test(type)) return 'number';
  return type.startsWith('TIMESTAMP') ? 'timestamp' : type;
}
