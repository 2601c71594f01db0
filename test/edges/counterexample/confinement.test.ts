import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toUniqueId } from '#core/base';
import { type Answer, counterexampleQuestion, tellCounterexample } from '#core/evidence';
import type { Dialect } from '#core/sql';
import { counterexampleSource } from '#edges/counterexample';
import { createTranslator } from '#edges/sql-engines';
import { isRefused, type Laboratory, openLaboratory } from '../../../src/edges/counterexample/laboratory.ts';
import { customers, orders } from '../../support/example-relations.ts';

const started: (number | undefined)[] = [];
const translator = createTranslator();
const source = counterexampleSource({ ...translator, onStart: (pid) => started.push(pid) });

afterAll(async () => {
  await source.close();
  await translator.close();
});

function ask(base: string, head: string, dialect: Dialect = 'duckdb', milliseconds = 60_000): Promise<Answer> {
  const question = { uniqueId: toUniqueId('model.shop.m'), dialect, base, head, relations: [orders, customers] };
  return source.answer(counterexampleQuestion(question), { milliseconds });
}

/** What people are told. */
async function told(...question: Parameters<typeof ask>): Promise<string> {
  const answer = await ask(...question);
  if (answer.known && answer.kind !== 'counterexample') throw new TypeError(answer.kind);
  return `${answer.known ? '' : 'not executed: '}${tellCounterexample(answer)}`;
}

describe('a search in a process of its own', () => {
  it('tells the rows and both outputs', async () => {
    expect(await told('select id from orders where amount >= 7', 'select id from orders where amount > 7')).toBe(
      'on orders (id 1, amount 7): base gives (id 1), head gives no row',
    );
  });

  it('translates what another dialect says', async () => {
    const sql = (join_: string): string =>
      `select iff(o.status = 'x', 1, 0) as x, dateadd(day, 1, o.created_at) as later, nvl(c.name, 'none') as name from orders o ${join_} join customers c on o.customer_id = c.id`;
    expect(await told(sql('left'), sql('inner'), 'snowflake')).toContain('head gives no row');
  });

  it('says why where it cannot be translated', async () => {
    expect(await told('select from where', 'select 1 as x', 'snowflake')).toMatch(/^not executed: /);
  });

  it('goes on with a new process after one that had to be killed', async () => {
    const forever = 'select count(*) as n from range(100000000000) r where r.range % 7 = 3';
    const before = started.length;
    expect(await told(forever, 'select count(*) as n from orders', 'duckdb', 300)).toMatch(/^not executed: /);
    // Text that one value fills the memory with, outside of what DuckDB counts.
    const huge = "select length(repeat(repeat('x', 1000000), 10000)) as n from (select 1) t";
    expect(await told(huge, 'select count(*) as n from orders')).toMatch(/^not executed: /);
    expect(await told('select id from orders', 'select id from orders where amount > 7')).toContain(
      'head gives no row',
    );
    expect(started.length).toBeLessThanOrEqual(before + 3);
  });

  it('takes an expression nested more deeply than DuckDB does', async () => {
    const within = (open: string): string => `select ${open.repeat(5_000)}1${')'.repeat(5_000)} as n`;
    expect(await told(within('abs('), 'select 1 as n')).toMatch(/^not executed: /);
    // Parentheses alone are none to DuckDB, and the two are the same.
    expect(await told(within('('), 'select 1 as n')).toBe('no counterexample was found in 1 made-up input');
    expect(await told('select id from orders', 'select id from orders where amount > 7')).toContain(
      'head gives no row',
    );
  });
});

describe('DuckDB, when it is given hostile SQL', () => {
  let lab: Laboratory;
  const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-confinement-'));
  const file = join(folder, 'secret.csv');

  beforeAll(async () => {
    writeFileSync(file, 'a,b\n1,2\n');
    lab = await openLaboratory('duckdb');
  });
  afterAll(() => {
    lab.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    (): string => `select * from read_csv('${file}')`,
    (): string => `select * from '${file}'`,
    (): string => `select * from read_text('${file}')`,
    (): string => `select * from read_parquet('${file}')`,
    (): string => `select * from glob('${folder}/*')`,
    (): string => `select * from sniff_csv('${file}')`,
    (): string => `copy (select 1) to '${folder}/out.csv'`,
    (): string => `export database '${folder}'`,
    (): string => `attach '${folder}/other.duckdb' as other`,
    (): string => `select getenv('HOME')`,
    (): string => 'install httpfs',
    (): string => `load '${folder}/x.duckdb_extension'`,
    (): string => "select * from read_csv('https://example.org/x.csv')",
    (): string => 'set enable_external_access = true',
    (): string => "set memory_limit = '100GB'",
    (): string => `set temp_directory = '${folder}'`,
    (): string => `pragma enable_profiling = 'json'`,
    (): string => `set log_query_path = '${folder}/log'`,
  ])('reaches nothing outside (%#)', async (sql) => {
    expect(isRefused(await lab.run(sql()))).toBe(true);
    expect(readdirSync(folder)).toEqual(['secret.csv']);
  });
});
