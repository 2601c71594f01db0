// Changes every token of compiled statements of the corpora, and asks whether the first engine's tree tells.
//
//   npm run conformance:fidelity -- [--limit 200] [--changed-only] [--show]
//
// Prints how many statements the tree holds in full and what the others are marked with (not with `--changed-only`); how many of the changed ones parse,
// are told apart, are marked, or have a change that leaves the meaning (test/support/same-meaning.ts); and each other change
// that the tree does not show. WEIRKEEPER_CORPORA names the folder of the corpora; without it, `../shared/corpora` beside the
// checkout. Exit 1 when a change is not shown.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SqlStatement } from '#core/sql';
import { parseStatement, prepareEngine } from '../../src/edges/sql-engines/parse-statement.ts';
import { compiledStatements } from '../support/compiled-statements.ts';
import { saysTheSame } from '../support/same-meaning.ts';
import { tokenMutants } from '../support/token-mutations.ts';
import { treeKey } from '../support/tree-key.ts';

/** Characters of a statement of which every token is changed; the longer ones are only read. */
const longest = 2_500;
const { values } = parseArgs({
  options: {
    limit: { type: 'string', default: '200' },
    'changed-only': { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
  },
});
const root = process.env['WEIRKEEPER_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');

if (!existsSync(root)) console.log('skipped: no corpora (../shared/corpora, or WEIRKEEPER_CORPORA)');
else process.exitCode = await run(compiledStatements(root), Number(values.limit));

async function run(statements: readonly SqlStatement[], limit: number): Promise<number> {
  await prepareEngine('polyglot');
  if (!values['changed-only']) readAll(statements);
  const short = statements.filter(({ sql }) => sql.length <= longest);
  const step = Math.max(1, Math.floor(short.length / limit));
  return change(short.filter((_, at) => at % step === 0));
}

function readAll(statements: readonly SqlStatement[]): void {
  const marks = new Map<string, number>();
  let parsed = 0;
  let whole = 0;
  for (const { sql, dialect } of statements) {
    const answer = parseStatement('polyglot', sql, dialect);
    if (!answer.ok) continue;
    parsed += 1;
    if (answer.query.lossy === undefined) whole += 1;
    for (const mark of answer.query.lossy ?? []) marks.set(mark, (marks.get(mark) ?? 0) + 1);
  }
  console.log(`${statements.length} statements, ${parsed} parsed, ${whole} of them held in full`);
  for (const [mark, count] of [...marks].sort((a, b) => b[1] - a[1])) console.log(`  ${count} marked: ${mark}`);
}

function change(statements: readonly SqlStatement[]): number {
  const count = { made: 0, parsed: 0, apart: 0, marked: 0, harmless: 0 };
  const unseen = new Map<string, number>();
  for (const { sql, dialect } of statements) {
    const before = parseStatement('polyglot', sql, dialect);
    if (!before.ok || before.query.lossy !== undefined) continue;
    const key = treeKey(before.query);
    for (const mutant of tokenMutants(sql)) {
      count.made += 1;
      const after = parseStatement('polyglot', mutant.sql, dialect);
      if (!after.ok) continue;
      count.parsed += 1;
      if (after.query.lossy !== undefined) count.marked += 1;
      else if (treeKey(after.query) !== key) count.apart += 1;
      else if (saysTheSame(mutant)) count.harmless += 1;
      else {
        unseen.set(mutant.change, (unseen.get(mutant.change) ?? 0) + 1);
        if (values.show) console.log(`${dialect}: ${mutant.change}\n${mutant.sql}\n`);
      }
    }
  }
  const { made, parsed, apart, marked, harmless } = count;
  console.log(`${statements.length} statements changed in ${made} ways, of which ${parsed} parse:`);
  console.log(`  ${apart} told apart, ${marked} marked, ${harmless} of the same meaning`);
  for (const [what, times] of [...unseen].sort((a, b) => b[1] - a[1])) console.log(`  ${times} not shown: ${what}`);
  return unseen.size === 0 ? 0 : 1;
}
