// Compares our column lineage with sqlglot's on the same statements in one run: sqlglot's own cases, TPC-H, TPC-DS, and every
// compiled model of the corpora with its catalog.
//
//   npm run conformance:lineage -- [--limit N]
//
// sqlglot comes from PyPI into the cache (WEIRKEEPER_CACHE, else the folder for temporary files): its newest version, and the
// source of the same version for the cases. Nothing of it is kept in the project. A difference is known when
// lineage-differences.json has an entry for it; exit 1 on one that is not.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSqlReader } from '#edges/sql-engines';
import { installSqlglot } from './install-sqlglot.ts';
import type { Case } from './lineage-cases.ts';
import { corpusCases, ourAnswers, sqlglotCases } from './lineage-cases.ts';
import { askSqlglot } from './sqlglot-answers.ts';

interface Reviewed {
  /** `<group>:<hash of dialect and SQL>:<column>`, or `<group>:*` for a kind of difference that `pattern` describes. */
  readonly id: string;
  readonly fault: 'sqlglot' | 'ours' | 'reading';
  readonly reason: string;
}

interface Count {
  statements: number;
  compared: number;
  equal: number;
  known: Record<Reviewed['fault'], number>;
  unknown: number;
  onlyOurs: number;
  onlyTheirs: number;
  neither: number;
}

const { values } = parseArgs({ options: { limit: { type: 'string' }, show: { type: 'boolean', default: false } } });
const listPath = join(import.meta.dirname, 'lineage-differences.json');
const reviewed = new Map(
  (JSON.parse(readFileSync(listPath, 'utf8')) as readonly Reviewed[]).map((entry) => [entry.id, entry]),
);
const sqlglot = installSqlglot();
const reader = createSqlReader({ timeout: 60_000 });
const cases = [...sqlglotCases(sqlglot.python, sqlglot.sources), ...corpusCases()].slice(
  0,
  Number(values.limit ?? Number.MAX_SAFE_INTEGER),
);
const ours = await ourAnswers(cases, reader);
await reader.close();
const theirs = await askSqlglot(cases, sqlglot, true);
const counts = new Map<string, Count>();
for (const one of cases) compare(one);
print();

function compare(one: Case): void {
  const count = counts.get(one.group) ?? {
    ...{ statements: 0, compared: 0, equal: 0, unknown: 0, onlyOurs: 0, onlyTheirs: 0, neither: 0 },
    known: { sqlglot: 0, ours: 0, reading: 0 },
  };
  counts.set(one.group, count);
  count.statements += 1;
  const theirAnswer = theirs.get(one.key);
  const ourAnswer = ours.get(one.key) ?? new Map<string, readonly string[] | null>();
  const theirColumns = new Map(Object.entries(theirAnswer?.columns ?? {}));
  const hash = createHash('sha256').update(`${one.dialect}\n${one.sql}`).digest('hex').slice(0, 12);
  for (const column of new Set([...ourAnswer.keys(), ...theirColumns.keys()])) {
    const mine = ourAnswer.get(column) ?? null;
    const other = theirColumns.get(column);
    const answered = other?.every((leaf) => leaf !== '?' && !leaf.endsWith('.*')) === true;
    if (mine === null || !answered) {
      count[mine !== null ? 'onlyOurs' : answered ? 'onlyTheirs' : 'neither'] += 1;
      if (values.show && mine === null && answered)
        console.log(`only sqlglot ${one.group}:${hash}:${column} (${one.key})\n  sqlglot ${other.join(' ')}`);
      continue;
    }
    count.compared += 1;
    if (mine.join() === other.join()) {
      count.equal += 1;
      continue;
    }
    const entry = reviewed.get(`${one.group}:${hash}:${column}`);
    if (entry !== undefined) count.known[entry.fault] += 1;
    else count.unknown += 1;
    if (entry === undefined || values.show)
      console.log(
        `${entry === undefined ? 'NOT REVIEWED' : entry.fault} ${one.group}:${hash}:${column} (${one.key})\n  ours    ${mine.join(' ')}\n  sqlglot ${other.join(' ')}`,
      );
  }
}

function print(): void {
  console.log(`sqlglot ${sqlglot.version}`);
  console.log(
    'group     statements  compared  equal  differing: by sqlglot, by us, by reading, not reviewed  only ours  only sqlglot  neither',
  );
  for (const [group, count] of counts) {
    const share = ((100 * count.equal) / Math.max(1, count.compared)).toFixed(2);
    console.log(
      `${group.padEnd(8)}  ${count.statements}  ${count.compared}  ${count.equal} (${share} %)  ${count.known.sqlglot}, ${count.known.ours}, ${count.known.reading}, ${count.unknown}  ${count.onlyOurs}  ${count.onlyTheirs}  ${count.neither}`,
    );
  }
  if ([...counts.values()].some((count) => count.unknown > 0)) process.exitCode = 1;
}
