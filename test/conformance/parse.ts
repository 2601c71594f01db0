// Parses every compiled statement of the corpora with every engine, and compares how the engines read it.
//
//   npm run conformance:parse
//
// Prints, per dialect: the statements, what each engine alone parses, what the reader parses and by which engine; each
// statement that nobody parses, and each that two engines read differently in tables, output columns or set operations,
// by group. WEIRKEEPER_CORPORA names the folder of the corpora; without it, `../shared/corpora` beside the checkout.
// Exit 1 when less than 99.9 % is parsed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Dialect, differencesOf, type SqlStatement } from '#core/sql';
import { createSqlReader } from '#edges/sql-engines';
import { type EngineName, engineOrder, enginesFor } from '../../src/edges/sql-engines/engines.ts';
import { parseStatement, prepareEngine } from '../../src/edges/sql-engines/parse-statement.ts';
import { compiledStatements } from '../support/compiled-statements.ts';

const goal = 0.999;
const root = process.env['WEIRKEEPER_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');

if (!existsSync(root)) console.log('skipped: no corpora (../shared/corpora, or WEIRKEEPER_CORPORA)');
else process.exitCode = await run(compiledStatements(root));

interface Row {
  statements: number;
  parsed: number;
  readonly alone: Map<EngineName, number>;
  readonly answered: Map<string, number>;
  compared: number;
  differing: number;
}

async function run(statements: readonly SqlStatement[]): Promise<number> {
  const reader = createSqlReader();
  const answers = await reader.read(statements);
  await reader.close();
  await prepareEngine('sqlparser-ts');
  const rows = new Map<Dialect, Row>();
  const unread: string[] = [];
  const differing: string[] = [];
  for (const statement of statements) {
    const row = rows.get(statement.dialect) ?? newRow();
    rows.set(statement.dialect, row);
    row.statements += 1;
    const answer = answers.get(statement.key);
    if (answer?.ok === true) {
      row.parsed += 1;
      row.answered.set(answer.engine, (row.answered.get(answer.engine) ?? 0) + 1);
    } else if (answer !== undefined) unread.push(`${statement.key}: ${answer.reason.text}`);
    compareEngines(statement, row, differing);
  }
  return report(rows, unread, differing);
}

function newRow(): Row {
  return { statements: 0, parsed: 0, alone: new Map(), answered: new Map(), compared: 0, differing: 0 };
}

function compareEngines({ key, sql, dialect }: SqlStatement, row: Row, differing: string[]): void {
  const able = new Set(enginesFor(sql, dialect));
  const trees = engineOrder.flatMap((engine) => {
    const answer = able.has(engine) ? parseStatement(engine, sql, dialect) : null;
    if (answer?.ok !== true) return [];
    row.alone.set(engine, (row.alone.get(engine) ?? 0) + 1);
    return [{ engine, query: answer.query }];
  });
  const [first, ...others] = trees;
  if (first === undefined) return;
  for (const other of others) {
    const found = differencesOf(first.query, other.query);
    row.compared += 1;
    if (found.length === 0) continue;
    row.differing += 1;
    differing.push(`${first.engine} and ${other.engine}, ${dialect}, ${found.join(' and ')}: ${key}`);
  }
}

function report(rows: ReadonlyMap<Dialect, Row>, unread: readonly string[], differing: readonly string[]): number {
  console.log(
    [
      'dialect',
      'statements',
      ...engineOrder.map((name) => `${name} %`),
      'all %',
      'answered by',
      'compared',
      'differ',
    ].join(' | '),
  );
  for (const [dialect, row] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const share = (count: number): string => ((100 * count) / row.statements).toFixed(2);
    const alone = engineOrder.map((engine) => share(row.alone.get(engine) ?? 0));
    const by = [...row.answered].map(([engine, count]) => `${engine} ${count}`).join(', ');
    console.log([dialect, row.statements, ...alone, share(row.parsed), by, row.compared, row.differing].join(' | '));
  }
  const total = [...rows.values()].reduce((sum, row) => sum + row.statements, 0);
  const parsed = total - unread.length;
  console.log(`parsed: ${parsed} of ${total} (${((100 * parsed) / total).toFixed(3)} %)`);
  for (const line of unread) console.log(`not parsed: ${line}`);
  for (const line of differing) console.log(`read differently by ${line}`);
  return parsed / total >= goal ? 0 : 1;
}
