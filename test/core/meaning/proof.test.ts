// The proof of equality held against DuckDB: what is proven gives the same rows, and rewriting a query leaves it proven.

import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareQueries, type PlanContext } from '#core/meaning';
import type { Query } from '#core/sql';
import { openLaboratory } from '../../support/experiment.ts';
import { mutated, shapes, styles, tables, toSql, toTables } from '../../support/query-shapes.ts';
import { reader } from '../../support/read-sql.ts';

const columns: Readonly<Record<string, readonly string[]>> = { t: ['id', 'k', 'v', 's'], u: ['k', 'w', 's'] };
const context: PlanContext = {
  dialect: 'duckdb',
  relation: (name) => {
    const last = name.at(-1)?.name ?? '';
    return { uniqueId: null, name: last, columns: columns[last] ?? null };
  },
};

let db: DuckDBConnection;
beforeAll(async () => {
  db = await openLaboratory();
});
afterAll(async () => {
  db.closeSync();
  await reader.close();
});

async function read(...statements: readonly string[]): Promise<readonly Query[]> {
  const answers = await reader.read(statements.map((sql, at) => ({ key: String(at), sql, dialect: 'duckdb' })));
  return statements.map((sql, at) => {
    const answer = answers.get(String(at));
    if (answer?.ok !== true) throw new Error(`not read: ${sql}`);
    return answer.query;
  });
}

async function isProven(before: string, after: string): Promise<boolean> {
  const [base, head] = await read(before, after);
  const found = compareQueries({ query: base!, context }, { query: head!, context });
  expect(found.unread).toBeNull();
  expect(found.edits.length === 0).toBe(found.proven);
  return found.proven;
}

/** The rows of a query as a bag, columns by name. */
async function rowsOf(sql: string): Promise<readonly string[]> {
  const rows = (await db.runAndReadAll(sql)).getRowObjectsJson();
  return rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
}

async function fill(rows: Parameters<typeof toTables>[0]): Promise<void> {
  for (const statement of toTables(rows)) await db.run(statement);
}

/** Time for as many runs as are asked for. */
const patience = (count: number): number => 60_000 + count * 500;
const runs = Number(process.env['WEIRKEEPER_PROOF_RUNS'] ?? 50);

describe('the proof of equality', () => {
  it(
    'proves a query equal to itself written in another style, and DuckDB agrees',
    async () => {
      await fc.assert(
        fc.asyncProperty(shapes, styles, styles, tables, async (shape, one, other, rows) => {
          const [before, after] = [toSql(shape, one), toSql(shape, other)];
          await fill(rows);
          expect({ before, after, rows: await rowsOf(after) }).toEqual({ before, after, rows: await rowsOf(before) });
          expect({ before, after, proven: await isProven(before, after) }).toEqual({ before, after, proven: true });
        }),
        { numRuns: runs },
      );
    },
    patience(runs),
  );

  it(
    'proves no query equal to another that DuckDB tells apart',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          shapes,
          shapes,
          fc.nat(20),
          styles,
          styles,
          fc.array(tables, { minLength: 4, maxLength: 4 }),
          async (shape, other, what, one, two, data) => {
            const [before, after] = [toSql(shape, one), toSql(mutated(shape, other, what), two)];
            if (!(await isProven(before, after))) return;
            for (const rows of data) {
              await fill(rows);
              expect({ before, after, rows: await rowsOf(after) }).toEqual({
                before,
                after,
                rows: await rowsOf(before),
              });
            }
          },
        ),
        { numRuns: runs },
      );
    },
    patience(runs),
  );
});
