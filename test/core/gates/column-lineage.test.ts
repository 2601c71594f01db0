import { afterAll, describe, expect, it } from '@jest/globals';
import { type JsonObject, type JsonValue, reason } from '#core/base';
import { type AnalyzedSide, type Change, compareColumns, findModified } from '#core/change';
import { childrenOf } from '#core/dbt';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import { traceProject } from '#core/lineage';
import { type ANode, type AProject, aCatalog, aProject, id } from '../../support/a-project.ts';
import { reader, readTrees } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const gate = gates.find((one) => one.id === 'column-lineage') as Gate;
const raw = 'source.shop.raw.orders';
type Models = NonNullable<AProject['models']>;

const stg = 'select id, amount, status from "db"."main"."orders"';
const models: Models = {
  stg: { compiledCode: stg, rawCode: stg, parents: [raw] },
  fct: { compiledCode: 'select id, amount as total from "db"."main"."stg"', parents: ['stg'] },
};

async function side(changed: Models, others: AProject['others'] = {}): Promise<AnalyzedSide> {
  const project = aProject({ models: { ...models, ...changed }, others: { [raw]: {}, ...others } });
  const catalog = aCatalog({ [raw]: ['id', 'amount', 'status', 'net'] });
  const { trees, reasons } = await readTrees(project);
  const lineage = traceProject(project, catalog, trees, reasons);
  return {
    project,
    catalog,
    runResults: null,
    artifacts: [],
    origin: '',
    stale: null,
    lineage,
    children: childrenOf(project),
  };
}

async function changeOf(head: Models, others?: AProject['others'], base: Models = {}): Promise<Change> {
  const sides = { base: await side(base, others), head: await side(head, others) };
  const found = findModified(sides.base.project, sides.head.project);
  return {
    pullRequest: null,
    ...sides,
    ...found,
    columnChanges: compareColumns({ ...sides, modified: found.modified }),
  };
}

function judge(change: Change): GateResult {
  const assistance = { level: 'unknown' as const, evidence: [], tools: [], note: null };
  return gate.judge({ change, assistance, depth: 'standard', settled: [], options: undefined }, new Map());
}

function told(result: GateResult): readonly string[] {
  if (result.outcome !== 'failed') return [result.outcome];
  return result.findings.map(({ messageId, subject }) =>
    `${messageId} ${typeof subject === 'string' ? subject : `${subject.uniqueId}.${subject.column}`}`.replace(
      'model.shop.',
      '',
    ),
  );
}

/** A model with this SQL, its file included. */
const sql = (code: string, parents: readonly string[] = [raw]): Models[string] => ({
  compiledCode: code,
  rawCode: code,
  parents,
});

const without = sql('select id, status from "db"."main"."orders"');
const renamed = sql('select id,\n  amount as value, status from "db"."main"."orders"');
const board = { 'exposure.shop.board': { parents: ['fct'] } };

describe('a column that is gone', () => {
  it.each([
    ['is still read by name', { stg: without }, {}, ['dangling-column fct.amount', 'removed-breaks stg.amount']],
    [
      'and whose reader is changed too',
      { stg: without, fct: sql('select id, 0 as total from "db"."main"."stg"', ['stg']) },
      {},
      ['removed stg.amount', 're-sourced fct.total'],
    ],
    [
      'and that no reader of its model ever used',
      { stg: sql('select id, amount from "db"."main"."orders"') },
      {},
      ['passed'],
    ],
    [
      'from a model that nothing in the project reads',
      { fct: sql('select id from "db"."main"."stg"', ['stg']) },
      {},
      ['removed-unused fct.total'],
    ],
    ['under its old name', { stg: renamed }, {}, ['dangling-column fct.amount', 'renamed-breaks stg.amount']],
    [
      'under its old name, and readers follow',
      { stg: renamed, fct: sql('select id, value as total from "db"."main"."stg"', ['stg']) },
      {},
      ['renamed stg.amount'],
    ],
    [
      'from a model that an exposure reads, which does not say what it reads of it',
      { fct: sql('select id from "db"."main"."stg"', ['stg']) },
      board,
      ['removed-exposed fct.total'],
    ],
    [
      'under its old name, from a model that an exposure reads',
      { fct: sql('select id, amount as sum_total from "db"."main"."stg"', ['stg']) },
      board,
      ['renamed-exposed fct.total'],
    ],
  ])('%s', async (_, head, others, expected) => {
    expect([...told(judge(await changeOf(head as Models, others)))].sort()).toEqual([...expected].sort());
  });

  it('from a public model may be missed by readers that nobody sees', async () => {
    const open = { access: 'public' as const };
    const base = { fct: { ...(models['fct'] as object), ...open } };
    const head = { fct: { ...(sql('select id from "db"."main"."stg"', ['stg']) as object), ...open } };
    const result = judge(await changeOf(head, {}, base));
    expect(told(result)).toEqual(['removed-exposed fct.total']);
    expect(result).toMatchObject({ findings: [{ data: { readers: 'other projects (fct is public)' } }] });
  });

  it('reaches a consumer through `select *`', async () => {
    const star = { fct: sql('select * from "db"."main"."stg"', ['stg']) };
    const result = judge(await changeOf({ ...star, stg: without }, board, star));
    expect(told(result)).toEqual(['removed-exposed stg.amount']);
    expect(result).toMatchObject({
      findings: [
        {
          data: { readers: 'exposure board' },
          downstream: [id('exposure.shop.board'), id('fct')],
          matters: expect.stringContaining('only `select *` passes it on in fct'),
          basis: 'proven',
        },
      ],
    });
  });

  it('and that a rename of its readers follows is one line', async () => {
    const follow = sql('select id, value as total from "db"."main"."stg"', ['stg']);
    expect(judge(await changeOf({ stg: renamed, fct: follow }))).toMatchObject({
      summary: '1 column renamed; resolved all 5 columns of the 2 models reached',
      findings: [{ matters: '', safeIf: '', downstream: [], movesRowsOf: [] }],
    });
  });
});

describe('the proof that a loss breaks something', () => {
  const gone = { fct: sql('select id from "db"."main"."stg"', ['stg']) };
  const generic = (name: string, kwargs: Record<string, JsonValue> = {}, columnName: string | null = null): ANode => ({
    parents: ['fct'],
    test: { name, attachedNode: id('fct'), columnName, kwargs },
  });
  const semantic = (entry: JsonObject): ANode => ({ parents: ['fct'], entry });
  it.each<[string, AProject['others'], string]>([
    [
      'a data test on the column',
      { 'test.shop.not_null_fct_total': generic('not_null', {}, 'TOTAL') },
      'data test not_null_fct_total',
    ],
    [
      'a data test of several columns',
      { 'test.shop.unique_two': generic('unique_combination_of_columns', { combination_of_columns: ['id', 'total'] }) },
      'data test unique_two',
    ],
    [
      'a relationship to the column',
      {
        'test.shop.rel': {
          parents: ['stg', 'fct'],
          test: {
            name: 'relationships',
            attachedNode: id('stg'),
            columnName: 'id',
            kwargs: { field: 'total', to: "ref('fct')" },
          },
        },
      },
      'data test rel',
    ],
    [
      'a semantic model and the metric of its measure',
      {
        'semantic_model.shop.sales': semantic({ measures: [{ name: 'revenue', expr: 'coalesce(total, 0)' }] }),
        'metric.shop.takings': {
          parents: ['semantic_model.shop.sales'],
          entry: { type_params: { input_measures: [{ name: 'revenue' }] } },
        },
        'metric.shop.other': {
          parents: ['semantic_model.shop.sales'],
          entry: { type_params: { measure: { name: 'headcount' } } },
        },
      },
      'metric takings, semantic model sales',
    ],
    [
      'a dimension that is called like the column',
      { 'semantic_model.shop.sales': semantic({ dimensions: [{ name: 'total', expr: null }] }) },
      'semantic model sales',
    ],
    [
      'an older metric of the model itself',
      { 'metric.shop.takings': { parents: ['fct'], entry: { expression: 'total', dimensions: [] } } },
      'metric takings',
    ],
    [
      'a unit test that expects the column',
      { 'unit_test.shop.fct.adds_up': { parents: ['fct'], entry: { expect: { rows: [{ id: 1, total: 2 }] } } } },
      'unit test adds_up',
    ],
    [
      'a unit test that gives the column to a reader',
      {
        'unit_test.shop.far.adds_up': {
          parents: ['stg'],
          entry: { given: [{ input: "ref('fct')", rows: [{ total: 2 }] }], expect: { rows: [] } },
        },
      },
      'unit test adds_up',
    ],
  ])('%s', async (_, others, proofs) => {
    const result = judge(await changeOf(gone, others));
    expect(result).toMatchObject({ findings: [{ messageId: 'removed-breaks', basis: 'proven', data: { proofs } }] });
  });

  it('an enforced contract that still promises the column', async () => {
    const promise = { contractEnforced: true, columns: ['id', 'total'] };
    const head = { fct: { ...(gone.fct as object), ...promise } };
    expect(judge(await changeOf(head, {}, { fct: { ...(models['fct'] as object), ...promise } }))).toMatchObject({
      findings: [{ messageId: 'removed-breaks', data: { proofs: 'the contract of fct' } }],
    });
  });

  it.each<[string, AProject['others']]>([
    ['a test of another column', { 'test.shop.t': generic('not_null', {}, 'id') }],
    [
      'a text that has the word',
      {
        'semantic_model.shop.sales': semantic({ measures: [{ name: 'm', expr: "case when id = 'total' then 1 end" }] }),
      },
    ],
    [
      'a function of that name',
      { 'semantic_model.shop.sales': semantic({ measures: [{ name: 'm', expr: 'total(id)' }] }) },
    ],
    [
      'a semantic model of another model',
      { 'semantic_model.shop.sales': { ...semantic({ dimensions: [{ name: 'total' }] }), parents: ['stg'] } },
    ],
  ])('is not %s', async (_, others) => {
    expect(told(judge(await changeOf(gone, others))).filter((line) => line.includes('breaks'))).toEqual([]);
  });
});

describe('a column that never was', () => {
  it.each([
    [
      'in a changed model, from another model',
      'select id, amount as total, channel from "db"."main"."stg"',
      ['unknown-column fct.channel'],
    ],
    [
      'in a filter',
      'select id, amount as total from "db"."main"."stg" where channel = 1',
      ['unknown-column fct.channel'],
    ],
    [
      'through a CTE',
      'with s as (select * from "db"."main"."stg") select id, amount as total from s order by s.channel',
      ['unknown-column fct.channel'],
    ],
    ['but the warehouse may have it', 'select id, amount as total from "db"."main"."stg" where _loaded_at > 1', []],
    ['from a source, whose catalog may be older', 'select id, channel as total from "db"."main"."orders"', []],
  ])('%s', async (_, code, expected) => {
    const found = told(judge(await changeOf({ fct: sql(code, ['stg', raw]) })));
    expect(found.filter((line) => line.startsWith('unknown-column'))).toEqual(expected);
  });

  it('is not this change’s doing where base read it in vain too', async () => {
    const vain = sql('select id, amount as total, channel from "db"."main"."stg"', ['stg']);
    const head = { fct: sql('select id, amount as total, channel from "db"."main"."stg" where id > 0', ['stg']) };
    expect(told(judge(await changeOf(head, {}, { fct: vain })))).toEqual(['passed']);
  });
});

describe('a column that is another one now', () => {
  it.each([
    ['from another source', 'select id, net as amount, status from "db"."main"."orders"', ['re-sourced stg.amount']],
    [
      'in another way',
      'select id, round(amount) as amount, status from "db"."main"."orders"',
      ['logic-changed stg.amount'],
    ],
  ])('%s', async (_, code, expected) => {
    const result = judge(await changeOf({ stg: sql(code) }));
    expect(told(result)).toEqual(expected);
    expect(result).toMatchObject({ findings: [{ place: { path: 'models/stg.sql', startLine: 1 } }] });
  });

  it('of another type', async () => {
    const cast = sql('select id, cast(amount as int) as amount, status from "db"."main"."orders"');
    const text = sql('select id, cast(amount as text) as amount, status from "db"."main"."orders"');
    const result = judge(await changeOf({ stg: text }, {}, { stg: cast }));
    expect(told(result)).toEqual(['retyped stg.amount']);
    expect(result).toMatchObject({ findings: [{ downstream: [id('fct')] }] });
  });

  it('reaches by value, and apart the models whose rows it moves', async () => {
    const more: Models = {
      paid: sql('select s.id from "db"."main"."stg" s where s.amount > 0', ['stg']),
      copy: sql('select * from "db"."main"."stg"', ['stg']),
    };
    const net = sql('select id, net as amount, status from "db"."main"."orders"');
    const consumers = { ...board, 'exposure.shop.list': { parents: ['paid'] } };
    expect(judge(await changeOf({ ...more, stg: net }, consumers, more))).toMatchObject({
      summary: '1 column made from other columns; resolved all 9 columns of the 4 models reached',
      findings: [
        {
          messageId: 're-sourced',
          downstream: [id('exposure.shop.board'), id('exposure.shop.list'), id('fct'), id('copy')],
          movesRowsOf: [id('paid')],
          matters: expect.stringContaining('only `select *` passes it on in copy'),
        },
      ],
    });
  });

  it('that no reader of its model uses is not told', async () => {
    const other = sql('select id, amount, upper(status) as status from "db"."main"."orders"');
    expect(told(judge(await changeOf({ stg: other })))).toEqual(['passed']);
  });

  it('is shown on the line of its name', async () => {
    const result = judge(
      await changeOf({ stg: renamed, fct: sql('select id, value as total from "db"."main"."stg"', ['stg']) }),
    );
    expect(result).toMatchObject({ findings: [{ place: { path: 'models/stg.sql', startLine: 2 } }] });
  });

  it('keeps its fingerprint when lines move', async () => {
    const fingerprints = await Promise.all(
      ['', '\n\n'].map(async (lines) => {
        const result = judge(
          await changeOf({ stg: sql(`${lines}select id, net as amount, status from "db"."main"."orders"`) }),
        );
        return result.outcome === 'failed' ? result.findings[0].fingerprint : '';
      }),
    );
    expect(new Set(fingerprints)).toEqual(new Set(['column-lineage:re-sourced:model.shop.stg:amount']));
  });
});

describe('nothing to find', () => {
  it('where only the layout changes', async () => {
    const laidOut = sql('with o as (select * from "db"."main"."orders")\nselect o.id, o.amount, o.status from o');
    expect(judge(await changeOf({ stg: laidOut }))).toEqual({
      outcome: 'passed',
      basis: 'proven',
      summary: 'resolved all 5 columns of the 2 models reached',
    });
  });

  it('where columns are added: they are counted', async () => {
    const more = sql('select id, amount, status, net, 1 as one from "db"."main"."orders"');
    expect(judge(await changeOf({ stg: more }))).toMatchObject({
      outcome: 'passed',
      summary: '2 columns added; resolved all 7 columns of the 2 models reached',
    });
  });

  it('where only the file changes and the compiled SQL is the same', async () => {
    const result = judge(await changeOf({ stg: { compiledCode: stg, rawCode: `-- why\n${stg}`, parents: [raw] } }));
    expect(told(result)).toEqual(['passed']);
  });

  it('does not apply to a change of no model', async () => {
    const change = await changeOf({});
    expect(
      gate.appliesTo({
        change,
        assistance: { level: 'unknown', evidence: [], tools: [], note: null },
        depth: 'standard',
        settled: [],
        options: undefined,
      }),
    ).toEqual(reason('nothing-modified', 'no model, seed or snapshot is modified'));
  });
});

describe('what could not be looked at', () => {
  it.each([
    [
      'a model without compiled SQL',
      { stg: { rawCode: 'select 1', parents: [raw] } },
      'not-compiled',
      'model.shop.stg',
    ],
    ['a model that does not parse', { stg: sql('select id\nfrom from t') }, 'not-parsed', '2:'],
    [
      'a Python model',
      { stg: { language: 'python' as const, rawCode: 'def model', parents: [raw] } },
      'python-model',
      'model.shop.stg',
    ],
  ])('%s', async (_, head, code, text) => {
    const result = judge(await changeOf(head));
    expect(result).toMatchObject({ outcome: 'unknown', reason: { code } });
    expect(result.outcome === 'unknown' ? result.reason.text : '').toContain(text);
  });

  it('is a star over the unknown, which may still have what seems gone', async () => {
    const result = judge(await changeOf({ stg: sql('select * from elsewhere.things') }));
    expect(result).toMatchObject({ outcome: 'failed', unknown: [{ code: 'open-star' }] });
    expect(told(result).filter((line) => line.startsWith('removed'))).toEqual([]);
  });

  it('is told beside what was found, readers that cannot be read among it', async () => {
    const python = { fct: { language: 'python' as const, parents: ['stg'] } };
    const result = judge(await changeOf({ ...python, stg: without }, {}, python));
    expect(result).toMatchObject({
      outcome: 'failed',
      summary: expect.stringMatching(
        /resolved all 2 columns of the 2 models reached; not analysed: fct \(Python model\)$/,
      ),
      findings: [{ messageId: 'removed-exposed', data: { readers: 'fct (not analysed)' } }],
      unknown: [{ code: 'python-model' }],
    });
  });
});
