import type { Input } from './input.ts';
import { isRefused, type Laboratory, named, quoted, type Refused, type Result } from './laboratory.ts';
import { replaceTables } from './rewrite.ts';
import type { Table } from './tables.ts';
import { asTree, objectsIn, type Tree } from './tree.ts';

/** The column that tells the worlds of many inputs apart. */
const world = 'weirkeeper_world';

function oneName(at: number): string {
  return `"memory"."main"."weirkeeper_one_${at}"`;
}

function manyName(at: number): string {
  return `"memory"."main"."weirkeeper_many_${at}"`;
}

const worlds = '"memory"."main"."weirkeeper_worlds"';

/** Catalogs, schemas and names that are DuckDB's own. */
const taken = /^(?:system|temp|information_schema|pg_catalog|duckdb_.*|pragma_.*|sqlite_.*|weirkeeper_.*)$/i;

/** Why relations cannot be made here under the names that the SQL has for them; null when they can. */
export function unmakeable(tables: readonly Table[]): string | null {
  for (const parts of tables.flatMap(({ spellings }) => spellings)) {
    if (parts.length > 3 || parts.some((part) => part === '' || part.length > 200 || taken.test(part)))
      return `it reads ${parts.join('.')}, which cannot be made up`;
  }
  return null;
}

/**
 * Makes the catalogs, schemas and tables, empty; `types` are those of each table's columns. A table that stands with the types that it
 * has in `before` is left.
 */
export async function setStage(
  lab: Laboratory,
  tables: readonly Table[],
  types: readonly (readonly string[])[],
  before: readonly (readonly string[])[] | null,
): Promise<Refused | null> {
  const statements = [`create or replace table ${worlds} ("${world}" integer)`];
  for (const parts of before === null ? tables.flatMap(({ spellings }) => spellings) : []) {
    const [schema, catalog] = [parts.at(-2), parts.at(-3)];
    if (catalog !== undefined && catalog.toLowerCase() !== 'memory')
      statements.push(`attach if not exists ':memory:' as ${named(catalog)}`);
    if (schema !== undefined) statements.push(`create schema if not exists ${parts.slice(0, -1).map(named).join('.')}`);
  }
  tables.forEach(({ columns, spellings }, at) => {
    if (before !== null && String(before[at]) === String(types[at])) return;
    const typed = columns.map(({ name }, place) => `${named(name)} ${types[at]?.[place] ?? 'VARCHAR'}`).join(', ');
    statements.push(
      `create or replace table ${oneName(at)} (${typed})`,
      `create or replace table ${manyName(at)} ("${world}" integer, ${typed})`,
      ...spellings.map(
        (parts) => `create or replace view ${parts.map(named).join('.')} as select * from ${oneName(at)}`,
      ),
    );
  });
  for (const statement of statements) {
    const done = await lab.run(statement);
    if (isRefused(done)) return done;
  }
  return null;
}

/** Fills the tables with one input, its rows in their order or turned round. */
export async function fillOne(lab: Laboratory, input: Input, turned: boolean): Promise<Refused | null> {
  for (const [at, rows] of input.entries()) {
    const inOrder = turned ? rows.toReversed() : rows;
    const statements = [`delete from ${oneName(at)}`];
    if (inOrder.length > 0)
      statements.push(
        `insert into ${oneName(at)} values ${inOrder.map((row) => `(${row.map(cellSql).join(', ')})`).join(', ')}`,
      );
    for (const statement of statements) {
      const done = await lab.run(statement);
      if (isRefused(done)) return done;
    }
  }
  return null;
}

/** Fills the tables of many worlds, numbered from 0, with an input each. */
export async function fillMany(lab: Laboratory, inputs: readonly Input[]): Promise<Refused | null> {
  const tables = inputs[0]?.length ?? 0;
  const statements = [
    `create or replace table ${worlds} as select range::integer as "${world}" from range(${inputs.length})`,
  ];
  for (let at = 0; at < tables; at += 1) {
    const rows = inputs.flatMap((input, number) =>
      (input[at] ?? []).map((row) => `(${[String(number), ...row.map(cellSql)].join(', ')})`),
    );
    statements.push(`delete from ${manyName(at)}`);
    if (rows.length > 0) statements.push(`insert into ${manyName(at)} values ${rows.join(', ')}`);
  }
  for (const statement of statements) {
    const done = await lab.run(statement);
    if (isRefused(done)) return done;
  }
  return null;
}

function cellSql(cell: string | null): string {
  return cell === null ? 'NULL' : quoted(cell);
}

/**
 * A statement that gives the rows of every world, the world's number first; refused where DuckDB cannot write or run it so.
 * It is the given statement, each relation cut down to one world's rows, run once for each world.
 */
export async function forManyWorlds(
  lab: Laboratory,
  statement: Tree,
  tables: readonly Table[],
): Promise<string | Refused> {
  const patterns: Tree[] = [];
  for (const [at, { columns }] of tables.entries()) {
    const names = columns.map(({ name }) => `m.${named(name)}`).join(', ');
    const sql = `select * from (select ${names} from ${manyName(at)} m where m."${world}" = ${worlds}."${world}") as t`;
    const tree = await lab.treeOf(sql);
    if (isRefused(tree)) return tree;
    const from = asTree(asTree(objectsIn(tree['statements'])[0]?.['node'])?.['from_table']);
    patterns.push(from ?? {});
  }
  const bySpelling = new Map(
    tables.flatMap(({ spellings }, at) => spellings.map((parts) => [parts.join('.').toLowerCase(), at] as const)),
  );
  const cut = replaceTables(statement, (parts, table) => {
    const pattern = patterns[bySpelling.get(parts.join('.').toLowerCase()) ?? -1];
    const { alias, table_name: name, column_name_alias: columnAliases, sample } = table;
    return pattern === undefined
      ? null
      : { ...pattern, alias: alias === '' ? name : alias, column_name_alias: columnAliases, sample };
  });
  const sql = await lab.sqlOf(cut);
  if (isRefused(sql)) return sql;
  const whole = `select ${worlds}."${world}", q.* from ${worlds} cross join lateral (${sql.replace(/;\s*$/, '')}) q`;
  return (await lab.check(whole)) ?? whole;
}

/** Rows of each world, of a result whose first column is the world's number. */
export function byWorld({ rows }: Result, count: number): readonly (readonly (readonly unknown[])[])[] {
  const found: (readonly unknown[])[][] = Array.from({ length: count }, () => []);
  for (const [number, ...row] of rows) found[Number(number)]?.push(row);
  return found;
}
