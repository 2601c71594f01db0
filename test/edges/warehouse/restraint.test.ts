import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toUniqueId } from '#core/base';
import { openWarehouse } from '#edges/warehouse';

const source = filesUnder('../../../src/edges/warehouse/').join('\n');

function filesUnder(path: string): readonly string[] {
  const root = new URL(path, import.meta.url);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.map((name) => readFileSync(new URL(name, root), 'utf8'));
}

describe('what is sent to a warehouse', () => {
  it('is these statements and no other: of a pull request’s SQL only what shows a plan can be among them', () => {
    const sent = [...source.matchAll(/\.(?:query|run|explain|exec|stream|prepare|extract)\w*(?:<[^(]*>)?\(([^,)]*)/g)];
    expect(sent.map(([, given]) => given).sort()).toEqual([
      "'begin transaction read only'",
      "'rollback'",
      "'select current_database(",
      "'set enable_external_access = false'",
      "'set lock_configuration = true'",
      '`set local statement_timeout = ${serverDeadline}`',
      "`set max_temp_directory_size = '${mostOnDisk}'`",
      '`set temp_directory = \'${folder.replaceAll("\'"',
      'explain',
      'explain',
      'query',
      'sql',
      'sql',
      'statement.sql',
    ]);
    expect(source).toContain("const query = { text: sql, values: [], queryMode: 'extended', rowMode: 'array' };");
    // Over HTTP there is one way out, and the statement goes as these members of a request.
    expect(source.match(/\bfetch\(/g)).toHaveLength(1);
    expect([...source.matchAll(/(\w+): sql\b/g)].map(([, member]) => member).sort()).toEqual([
      'body',
      'query',
      'query',
      'statement',
      'statement',
      'text',
    ]);
    // All are what the reading of a statement gave: the type has no other maker.
    expect(new Set([...source.matchAll(/\bsql: (\w+)/g)].map(([, type]) => type))).toEqual(
      new Set(['OneSelect', 'OneExplain']),
    );
    const makers = filesUnder('../../../src/').filter((text) => /\bas OneSelect\b/.test(text));
    expect(makers).toEqual([expect.stringContaining('export function toOneSelect(')]);
    const explainers = filesUnder('../../../src/').filter((text) => /\bas OneExplain\b/.test(text));
    expect(explainers).toEqual([expect.stringContaining('export function toOneExplain(')]);
  });

  it('knows nothing of compiled or raw SQL', () => {
    expect(source).not.toMatch(/compiled|rawCode|raw_code|sqlText/i);
  });
});

describe('a relation whose name is SQL', () => {
  let path: string;
  let home: string;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'weirkeeper-restraint-'));
    path = join(home, 'shop.duckdb');
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run('create table orders as select 1 as id');
    connection.closeSync();
    instance.closeSync();
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it.each([
    'orders; drop table orders',
    '"orders"; drop table orders --',
    "(select count(*) from read_csv('/etc/passwd'))",
    '"orders" where 1 in (select 1)',
    '"shop"."main"."orders"" cross join orders --"',
    "read_csv('/etc/passwd')",
    'orders/**/union/**/select/**/2',
  ])('%s is not run', async (relation) => {
    const warehouse = openWarehouse(`duckdb://${path}`);
    const question = (name: string) =>
      ({
        kind: 'row-count',
        key: 'k',
        side: 'head',
        relation: name,
        node: toUniqueId('model.shop.orders'),
      }) as unknown as Parameters<typeof warehouse.answer>[0];
    try {
      expect(await warehouse.answer(question(relation))).toMatchObject({ known: false });
      expect(await warehouse.answer(question('"shop"."main"."orders"'))).toMatchObject({ known: true, rows: 1 });
    } finally {
      await warehouse.close();
    }
  });
});
