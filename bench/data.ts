// How long rows, keys and values of 20 changed models take on two builds of 50 million rows, and what our own process keeps.
// DuckDB works inside our process: its time and memory are counted with ours. Exit 1 when a goal is missed.
// usage: npm run bench:data [-- --rows 50000000]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { toUniqueId } from '#core/base';
import type { DataQuestion } from '#core/evidence';
import { columnProfileQuestion, keyDiffQuestion, rowCountQuestion } from '#core/evidence';
import { openWarehouse } from '#edges/warehouse';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '50000000' } } });
const models = 20;
const goals = { seconds: 30, megabytes: 500 };
const each = Math.floor(Number(values.rows) / models);
const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-bench-data-'));
const file = join(folder, 'shop.duckdb');

async function build(): Promise<void> {
  const instance = await DuckDBInstance.create(file, { memory_limit: '4GB', threads: '2' });
  const connection = await instance.connect();
  for (const side of ['base', 'head']) {
    await connection.run(`create schema ${side}`);
    const shift = side === 'head' ? 1_000 : 0;
    for (let model = 0; model < models; model += 1) {
      await connection.run(
        `create table ${side}.m${model} as select i + ${shift} as id, case when i % 50 = 0 then null else 'user' || (i % 100000) end as email, (i * 7919 % 100000) / 100.0 as amount from range(${each}) r(i)`,
      );
    }
  }
  connection.closeSync();
  instance.closeSync();
}

function questions(): readonly DataQuestion[] {
  return Array.from({ length: models }, (_, model) => {
    const uniqueId = toUniqueId(`model.shop.m${model}`);
    const of = (side: 'base' | 'head') => ({ side, uniqueId, relation: `"shop"."${side}"."m${model}"` });
    const columns = ['email', 'amount'].map((name) => ({ name, quoted: true }));
    const both = { uniqueId, base: of('base').relation, head: of('head').relation };
    return [
      rowCountQuestion('base', uniqueId, both.base),
      rowCountQuestion('head', uniqueId, both.head),
      keyDiffQuestion(both, [{ name: 'id', quoted: true }]),
      columnProfileQuestion(of('base'), columns),
      columnProfileQuestion(of('head'), columns),
    ];
  }).flat();
}

await build();
const before = process.memoryUsage().rss;
const warehouse = openWarehouse(file, { deadlineMilliseconds: 300_000 });
const [started, cpuBefore] = [performance.now(), process.cpuUsage()];
let most = before;
const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 100);
const answers = await Promise.all(questions().map((question) => warehouse.answer(question)));
clearInterval(timer);
const seconds = (performance.now() - started) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
await warehouse.close();
rmSync(folder, { recursive: true });
const known = answers.filter((answer) => answer.known).length;
console.log(
  [
    `${models} models, ${models * each} rows a side: ${known} of ${answers.length} questions answered in ${seconds.toFixed(1)} s (goal ${goals.seconds})`,
    `${((user + system) / 1e6).toFixed(1)} s of CPU`,
    `resident memory ${(before / 1e6).toFixed(0)} MB before, at most ${(most / 1e6).toFixed(0)} MB (goal ${goals.megabytes})`,
  ].join('; '),
);
const reached = known === answers.length && seconds <= goals.seconds && most <= goals.megabytes * 1e6;
process.exitCode = reached ? 0 : 1;
