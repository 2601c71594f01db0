import { afterAll, describe, expect, it } from '@jest/globals';
import { type AnalyzedSide, type ColumnChange, compareColumns, findModified, type ModifiedNode } from '#core/change';
import { childrenOf } from '#core/dbt';
import { type AProject, aCatalog, aProject, id } from '../../support/a-project.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const raw = 'source.shop.raw.orders';
const stgSql = 'select id, amount, status from "db"."main"."orders"';

interface SideWords {
  readonly stg?: string;
  readonly fct?: string;
  readonly all?: string;
  readonly columns?: readonly string[];
  readonly types?: Readonly<Record<string, readonly string[]>>;
  readonly adapter?: string;
  readonly more?: AProject['models'];
  readonly others?: AProject['others'];
}

/** orders → stg → fct (by name) and all (by star), with an exposure on fct. */
async function side(words: SideWords = {}): Promise<AnalyzedSide> {
  const project = aProject({
    adapter: words.adapter ?? 'postgres',
    models: {
      stg: { compiledCode: words.stg ?? stgSql, parents: [raw] },
      fct: {
        compiledCode: words.fct ?? 'select id, sum(amount) as total from "db"."main"."stg" where status = 1 group by 1',
        parents: ['stg'],
      },
      all: { compiledCode: words.all ?? 'select * from "db"."main"."stg"', parents: ['stg'] },
      ...words.more,
    },
    others: { [raw]: {}, 'exposure.shop.board': { parents: ['fct'] }, ...words.others },
  });
  const catalog = aCatalog({ [raw]: words.columns ?? ['id', 'amount', 'status', 'net', 'fee'], ...words.types });
  return {
    project,
    catalog,
    runResults: null,
    artifacts: [],
    origin: 'directory target/',
    stale: null,
    lineage: await traceSql(project, catalog),
    children: childrenOf(project),
  };
}

async function compare(
  base: SideWords,
  head: SideWords,
  modified?: readonly string[],
): Promise<readonly ColumnChange[]> {
  const sides = { base: await side(base), head: await side(head) };
  const found = findModified(sides.base.project, sides.head.project).modified;
  const given = modified?.map(
    (name): ModifiedNode => ({
      uniqueId: id(name),
      resourceType: 'model',
      selectors: [],
      causes: [],
      compiled: 'changed',
      label: 'edited',
    }),
  );
  return compareColumns({ ...sides, modified: given ?? found });
}

const told = (changes: readonly ColumnChange[]): readonly string[] =>
  changes.map(
    ({ origin, kind, uniqueId, column, before, after }) =>
      `${origin} ${kind} ${uniqueId.split('.').at(-1) ?? ''}.${column}${before === '' && after === '' ? '' : ` ${before} → ${after}`}`,
  );

describe('column changes', () => {
  it.each([
    [
      'a column that is gone',
      'select id, amount from "db"."main"."orders"',
      ['inherited removed all.status', 'own removed stg.status'],
    ],
    [
      'a column that is called differently',
      'select id, amount as value, status from "db"."main"."orders"',
      ['inherited renamed all.amount amount → value', 'own renamed stg.amount amount → value'],
    ],
    [
      'a column made from another one',
      'select id, net as amount, status from "db"."main"."orders"',
      ['own re-sourced stg.amount orders.amount → orders.net'],
    ],
    [
      'a column made from one more',
      'select id, amount - fee as amount, status from "db"."main"."orders"',
      ['own re-sourced stg.amount orders.amount → orders.amount, orders.fee'],
    ],
    [
      'a column that is now a constant',
      'select id, 0 as amount, status from "db"."main"."orders"',
      ['own re-sourced stg.amount orders.amount → a constant'],
    ],
    [
      'a column made in another way',
      'select id, amount / 100 as amount, status from "db"."main"."orders"',
      ['own logic-changed stg.amount'],
    ],
    [
      'a new column',
      'select id, amount, status, fee from "db"."main"."orders"',
      ['inherited added all.fee', 'own added stg.fee'],
    ],
    [
      'two columns that could be one another',
      'select id, status, amount as x, amount as y from "db"."main"."orders"',
      [
        'inherited removed all.amount',
        'inherited added all.x',
        'inherited added all.y',
        'own removed stg.amount',
        'own added stg.x',
        'own added stg.y',
      ],
    ],
    ['a constant under another name', 'select id, amount, status from "db"."main"."orders" where fee > 0', []],
    [
      'another layout, aliases and CTEs',
      'with o as (select * from "db"."main"."orders") select\n o.id, o.amount, o.status from o',
      [],
    ],
    ['another order of columns', 'select status, amount, id from "db"."main"."orders"', []],
    ['another case of names', 'select ID, Amount, STATUS from "db"."main"."orders"', []],
  ])('%s', async (_, stg, expected) => {
    expect(told(await compare({}, { stg }, ['stg']))).toEqual(expected);
  });

  it('say nothing of a rename upstream where a child follows it', async () => {
    const changes = await compare(
      {},
      {
        stg: 'select id, amount as value, status from "db"."main"."orders"',
        fct: 'select id, sum(value) as total from "db"."main"."stg" where status = 1 group by 1',
      },
    );
    expect(told(changes).filter((line) => line.includes('fct'))).toEqual([]);
  });

  it('claim nothing of a node whose SQL is the same, though its columns move with its parents', async () => {
    const changes = await compare(
      {},
      { stg: 'select id, status from "db"."main"."orders"' },
      ['stg', 'all'].slice(0, 1),
    );
    expect(told(changes)).toEqual(['inherited removed all.amount', 'own removed stg.amount']);
  });

  it('tell types by the catalog, else by casts, and not across adapters', async () => {
    const types = (type: string): NonNullable<SideWords['types']> => ({
      stg: ['id integer', `amount ${type}`, 'status text'],
    });
    const old = { types: types('integer') };
    expect(told(await compare(old, { types: types('numeric(18,2)') }))).toEqual([
      'inherited retyped all.amount integer → numeric(18,2)',
      'inherited retyped stg.amount integer → numeric(18,2)',
    ]);
    expect(told(await compare(old, { types: types('NUMERIC'), adapter: 'duckdb' }))).toEqual([]);
    const cast = (type: string): SideWords => ({
      stg: `select id, amount::${type} as amount, status from "db"."main"."orders"`,
    });
    expect(told(await compare(cast('int'), cast('bigint'), ['stg']))).toEqual([
      'inherited retyped all.amount int → bigint',
      'own logic-changed stg.amount',
      'own retyped stg.amount int → bigint',
    ]);
  });

  it('follow nodes that moved to another package', async () => {
    const moved = 'source.orders_package.raw.orders';
    const head = await side({ others: { [moved]: {} } });
    const nodes = new Map([...head.project.nodes].filter(([uniqueId]) => uniqueId !== raw));
    const stg = nodes.get(id('stg'));
    if (stg !== undefined) nodes.set(id('stg'), { ...stg, dependsOn: { nodes: [id(moved)], macros: [] } });
    const project = { ...head.project, nodes };
    const catalog = aCatalog({ [moved]: ['id', 'amount', 'status', 'net', 'fee'] });
    const lineage = await traceSql(project, catalog);
    const modified: ModifiedNode = {
      uniqueId: id('stg'),
      resourceType: 'model',
      selectors: [],
      causes: [],
      compiled: 'changed',
      label: 'edited',
    };
    const changes = compareColumns({
      base: await side(),
      head: { ...head, project, catalog, lineage },
      modified: [modified],
    });
    expect(told(changes)).toEqual([]);
  });

  it('claim nothing where a side was not analysed, and no loss where it may have more columns than are known', async () => {
    expect(told(await compare({}, { stg: 'select nonsense from from' }, ['stg']))).toEqual([]);
    const open = 'select * from elsewhere.things';
    const things = ['amount', 'id', 'status'];
    expect(told(await compare({}, { stg: open }, ['stg']))).toEqual(
      things.map((name) => `own re-sourced stg.${name} orders.${name} → things.${name}`),
    );
    expect(told(await compare({ stg: open }, {}, ['stg']))).toEqual(
      things.map((name) => `own re-sourced stg.${name} things.${name} → orders.${name}`),
    );
  });
});

describe('what depends on a column', () => {
  it('is found through other columns, in rows and behind models', async () => {
    const changes = await compare(
      {
        more: { far: { compiledCode: 'select total * 2 as twice from "db"."main"."fct"', parents: ['fct'] } },
        others: { 'metric.shop.revenue': { parents: ['far'] } },
      },
      { stg: 'select id, status from "db"."main"."orders"' },
      ['stg'],
    );
    const { dependents } = changes.find(({ uniqueId }) => uniqueId === id('stg')) as ColumnChange;
    expect(dependents.columns).toEqual([
      { uniqueId: id('all'), column: 'amount' },
      { uniqueId: id('fct'), column: 'total' },
      { uniqueId: id('far'), column: 'twice' },
    ]);
    expect(dependents.rowsetModels).toEqual([]);
    expect(dependents.consumers).toEqual([id('exposure.shop.board'), id('metric.shop.revenue')]);
  });

  it('counts models whose rows it moves', async () => {
    const changes = await compare({}, { stg: 'select id, amount from "db"."main"."orders"' }, ['stg']);
    const { dependents } = changes.find(({ uniqueId }) => uniqueId === id('stg')) as ColumnChange;
    expect(dependents.columns).toEqual([{ uniqueId: id('all'), column: 'status' }]);
    expect(dependents.rowsetModels).toEqual([id('fct')]);
  });
});

describe('a model taken out of the way', () => {
  const viaAll = 'select id, upper(amount) as amount from "db"."main"."all"';
  const direct = 'select id, upper(amount) as amount from "db"."main"."stg"';
  const ofLast = (changes: readonly ColumnChange[]): readonly string[] =>
    told(changes).filter((line) => line.includes(' last.'));
  const last = (sql: string, parent: string): SideWords['more'] => ({ last: { compiledCode: sql, parents: [parent] } });

  it('is no other source when it handed its columns on as it got them', async () => {
    const changes = await compare({ more: last(viaAll, 'all') }, { more: last(direct, 'stg') }, ['last']);
    expect(ofLast(changes)).toEqual([]);
  });

  it('is told when the expression changes with it', async () => {
    const head = { more: last(direct.replace('upper', 'lower'), 'stg') };
    expect(ofLast(await compare({ more: last(viaAll, 'all') }, head, ['last']))).toEqual([
      'own logic-changed last.amount',
    ]);
  });

  it('is another source when its rows were its own', async () => {
    const all = 'select * from "db"."main"."stg" where status = 1';
    const changes = await compare({ all, more: last(viaAll, 'all') }, { all, more: last(direct, 'stg') }, ['last']);
    expect(ofLast(changes)).toEqual([
      'own re-sourced last.amount all.amount → stg.amount',
      'own re-sourced last.id all.id → stg.id',
    ]);
  });
});
