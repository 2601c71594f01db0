// Two SQL files in, what the change means out.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { demo, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'diff-sql-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, sql: string): string {
  const path = join(folder, name);
  writeFileSync(path, sql);
  return path;
}

async function diff(before: string, after: string, ...flags: readonly string[]): Promise<Record<string, unknown>> {
  const paths = [file('before.sql', before), file('orders_by_customer.sql', after)];
  const told = await runCli('diff-sql', '--format', 'json', ...flags, ...paths);
  return { code: told.code, ...(JSON.parse(told.out) as object) };
}

const base = `select o.id, c.name from {{ ref('orders') }} as o
left join {{ ref('customers') }} as c on o.customer_id = c.id where o.amount >= 3`;

describe('weirkeeper diff-sql', () => {
  it('proves that a refactor means the same', async () => {
    const after = `with people as (select * from {{ ref("customers") }})
      SELECT o.id, people.name FROM {{ref('orders')}} o LEFT OUTER JOIN people ON people.id = o.customer_id WHERE 3 <= o.amount`;
    expect(await diff(base, after)).toEqual({
      code: 0,
      equivalent: 'proven',
      reason: null,
      findings: [],
      counterexample: null,
      where: [],
      not_analysed: [],
    });
  });

  it('names a moved boundary as a review does', async () => {
    const told = await diff(base, base.replace('>=', '>'), '--dialect', 'duckdb');
    expect(told).toMatchObject({
      code: 1,
      findings: [{ message_id: expect.stringMatching(/^comparison-boundary\//) }],
    });
    expect(told['equivalent']).not.toBe('proven');
  });

  it('shows the rows on which the two differ', async () => {
    const paths = [file('before.sql', base), file('after.sql', base.replace('left join', 'join'))];
    const told = await runCli('diff-sql', '--dialect', 'duckdb', ...paths);
    expect(told.out).toMatch(/^disproven: they give different rows on the counterexample\n/);
    expect(told.out).toMatch(/ {2}→ base gives\n +id +name\n[^→]*→ head gives: no row\n/);
  });

  it('takes the tests of a manifest as facts', async () => {
    const sql = `select m.member_id, s.studio_name from {{ ref('dim_members') }} as m
      left join {{ ref('dim_studios') }} as s on m.home_studio_id = s.studio_id`;
    const plain = `select m.member_id from {{ ref('dim_members') }} as m`;
    const known = await diff(plain, sql, '--manifest', demo('base'));
    expect(JSON.stringify(known['findings'])).not.toContain('join-fan-out/');
    const unknown = await diff(plain, sql, '--dialect', 'duckdb');
    expect(JSON.stringify(unknown['findings'])).toContain('join-fan-out/');
  });

  it('proves nothing where Jinja that is not known differs', async () => {
    const masked = (macro: string): string => `select {{ ${macro} }} as a, b from {{ ref('t') }}`;
    expect(await diff(masked('cents("b")'), masked('cents("c")'))).toMatchObject({ equivalent: 'unknown' });
  });

  it('looks at what is not decided both ways', async () => {
    const branch = (sql: string): string =>
      `select a from {{ ref('t') }} {% if is_incremental() %} where ${sql} {% endif %}`;
    expect(await diff(branch('a >= 1'), branch('a > 1'))).toMatchObject({
      code: 1,
      where: ['the run is incremental'],
      findings: [{ message_id: expect.stringMatching(/^comparison-boundary\//) }],
    });
  });

  it('compares what it can read, and says what was masked', async () => {
    const model = (sign: string): string => `{{ config(materialized="table") }}
      select a, b {{ more_columns() }} from {{ ref('t') }}
      where c ${sign} 1 {{ filters("x") }}`;
    expect(await diff(model('>='), model('>'))).toMatchObject({
      equivalent: 'unknown',
      findings: [{ message_id: expect.stringMatching(/^comparison-boundary\//), line: 3 }],
      not_analysed: ['BEFORE:2: more_columns', 'BEFORE:3: filters', 'AFTER:2: more_columns', 'AFTER:3: filters'],
    });
  });

  it('says why it does not know, with what to do', async () => {
    const told = await diff('select a from t', 'select from from from');
    expect(told).toMatchObject({
      code: 2,
      equivalent: 'unknown',
      reason: expect.stringMatching(/^AFTER:1: does not parse: /),
    });
  });

  it('names the file that is not there', async () => {
    const told = await runCli('diff-sql', join(folder, 'none.sql'), file('one.sql', base));
    expect(told).toMatchObject({ code: 3, err: expect.stringContaining('none.sql: cannot be read') });
  });
});
