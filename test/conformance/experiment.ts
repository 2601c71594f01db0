// Holds the lineage of TPC-H and TPC-DS against what DuckDB does: changing one source column's values may change only the output
// columns that the lineage names, where the column moves no rows.
//
//   npm run conformance:experiment -- [--limit N] [--tries N]
//
// The statements come from sqlglot's source, as for conformance:lineage; nothing of them is kept in the project. The tables are
// made up, so that a selective statement may give no rows: how many of the named pairs were seen to move is printed. Exit 1 on
// a column that changed without being named.
import { parseArgs } from 'node:util';
import { createSqlReader } from '#edges/sql-engines';
import { id } from '../support/a-project.ts';
import { type Claimed, observe, openLaboratory } from '../support/experiment.ts';
import { installSqlglot } from './install-sqlglot.ts';
import { type Case, sqlglotCases, traceCase } from './lineage-cases.ts';

const { values } = parseArgs({ options: { limit: { type: 'string' }, tries: { type: 'string', default: '6' } } });
const { python, sources } = installSqlglot();
const cases = sqlglotCases(python, sources).filter(({ group }) => group.startsWith('tpc'));
const reader = createSqlReader({ workers: 1, timeout: 60_000 });
let unnamed = 0;
for (const group of new Set(cases.map((one) => one.group))) {
  const own = cases.filter((one) => one.group === group).slice(0, Number(values.limit ?? cases.length));
  const db = await openLaboratory();
  const count = { ran: 0, named: 0, moved: 0, refused: 0 };
  for (const one of own) {
    const claimed = await claimedBy(one);
    if (claimed.lineage.unresolved !== null) {
      console.log(`${one.key}: ${claimed.lineage.unresolved.text}`);
      continue;
    }
    const { runs, named, unmoved, error, ...seen } = await observe(db, claimed, Number(values.tries));
    if (error !== null) {
      count.refused += 1;
      console.log(`${one.key}: DuckDB says ${error.split('\n')[0] ?? ''}`);
      continue;
    }
    if (runs > 0) count.ran += 1;
    count.named += named;
    count.moved += named - unmoved.length;
    for (const pair of seen.unnamed) console.log(`NOT NAMED ${one.key}: ${pair}`);
    unnamed += seen.unnamed.length;
  }
  console.log(
    `${group}: ${count.ran} of ${own.length} statements ran, ${count.refused} refused by DuckDB; ${count.moved} of ${count.named} named pairs seen to move`,
  );
  db.closeSync();
}
await reader.close();
console.log(`${unnamed} columns changed without being named`);
process.exitCode = unnamed > 0 ? 1 : 0;

/** The tables hold only columns whose names the statement says; the others cannot matter where there is no star. */
async function claimedBy(one: Case): Promise<Claimed> {
  const own = (await traceCase(one, reader)).get(id('the statement'))!;
  const tables = Object.entries(one.schema as Record<string, Record<string, string>>).flatMap(([name, columns]) => {
    if (!new RegExp(`\\b${name}\\b`, 'i').test(one.sql)) return [];
    const said = Object.entries(columns).filter(([column]) => own.said.includes(column.toLowerCase()));
    const kept = said.length > 0 ? said : Object.entries(columns).slice(0, 1);
    return [
      {
        uniqueId: id(`source.shop.raw.${name}`),
        relation: name,
        columns: kept.map(([column, type]) => ({ name: column, type })),
      },
    ];
  });
  return { sql: one.sql, tables, lineage: own };
}
