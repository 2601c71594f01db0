// A changed model that joins an unchanged one: the SQL of the unchanged one decides whether the join may repeat rows.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ProjectSide } from '#core/change';
import { findAll } from '#core/rules';
import { analyzeSides, type LineagePorts, noLineageCache } from '#review';
import { type ANode, aCatalog, aProject, id } from '../support/a-project.ts';
import { reader } from '../support/read-sql.ts';
import { aTest } from '../support/sql-changes.ts';

afterAll(() => reader.close());

const raw = 'source.shop.raw.orders';
const orders = '"db"."main"."orders"';
const catalog = aCatalog({ [raw]: ['id integer', 'customer_id integer', 'amount integer', 'at timestamp'] });

function sideOf(models: Readonly<Record<string, ANode>>, others: Readonly<Record<string, ANode>> = {}): ProjectSide {
  const project = aProject({ adapter: 'postgres', models, others: { [raw]: {}, ...others } });
  return { project, catalog, runResults: null, artifacts: [], origin: 'a spec', stale: null };
}

/** Ports that keep the SQL that engines were asked for. */
function ports(): LineagePorts & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    sqlReader: {
      read(statements) {
        asked.push(...statements.map(({ sql }) => sql));
        return reader.read(statements);
      },
    },
    lineageCache: noLineageCache,
  };
}

const before = `select o.id, o.amount from ${orders} o`;
const joining = (name: string): string =>
  `select o.id, o.amount, t.total from ${orders} o left join "db"."main"."${name}" t on t.customer_id = o.customer_id`;

function asRefs(sql: string): string {
  return sql.replaceAll(/"db"\."main"\."(\w+)"/g, "{{ ref('$1') }}");
}

/** What the rules say of `m` when it joins the model `joined`, which nobody changed. */
async function toldOf(
  joined: string,
  unchanged: Readonly<Record<string, ANode>>,
  others: Readonly<Record<string, ANode>> = {},
  head = joining(joined),
) {
  const m = (sql: string): ANode => ({ compiledCode: sql, rawCode: asRefs(sql), parents: [raw, joined] });
  const sides = {
    pullRequest: null,
    base: sideOf({ ...unchanged, m: m(before) }, others),
    head: sideOf({ ...unchanged, m: m(head) }, others),
  };
  const warm = ports();
  await analyzeSides({ ...sides, head: sides.base }, warm);
  warm.asked.length = 0;
  const { change } = await analyzeSides(sides, warm);
  const found = findAll(change).map(({ rule, finding }) => `${rule.id}/${finding.messageId}`);
  return { found, asked: warm.asked };
}

const totals = `select customer_id, sum(amount) as total from ${orders} group by customer_id`;
const latest = `select * from (select customer_id, amount as total, row_number() over (partition by customer_id order by at desc) as n from ${orders}) t where n = 1`;

describe('a join to a model that nobody changed', () => {
  it.each<[string, string, Readonly<Record<string, ANode>>]>([
    ['is grouped by the column', 'totals', { totals: { compiledCode: totals, parents: [raw] } }],
    ['keeps one row for each', 'latest', { latest: { compiledCode: latest, parents: [raw] } }],
    [
      'selects distinct rows of it alone',
      'ids',
      { ids: { compiledCode: `select distinct customer_id, 1 as total from ${orders}`, parents: [raw] } },
    ],
    [
      'hands on the rows of one that is, two steps up',
      'last',
      {
        totals: { compiledCode: totals, parents: [raw] },
        middle: { compiledCode: 'select * from "db"."main"."totals"', parents: ['totals'] },
        last: {
          compiledCode: 'select customer_id, total from "db"."main"."middle" where total > 0',
          parents: ['middle'],
        },
      },
    ],
  ])('is silent where it %s', async (_, joined, unchanged) => {
    expect((await toldOf(joined, unchanged)).found).toEqual([]);
  });

  it.each<[string, ANode]>([
    ['has a row for each order', { compiledCode: `select customer_id, amount as total from ${orders}` }],
    ['keeps rows of earlier runs', { compiledCode: totals, materialized: 'incremental' }],
    [
      'has rows written by a hook',
      {
        compiledCode: totals,
        config: { 'post-hook': [{ sql: 'insert into {{ this }} select 1, 2', transaction: true }] },
      },
    ],
    ['cannot be read', { compiledCode: 'select from where (' }],
    ['was not compiled', {}],
  ])('is told where it %s', async (_, node) => {
    expect((await toldOf('joined', { joined: { ...node, parents: [raw] } })).found).toEqual(['join-fan-out/no-key']);
  });

  it('is not read where nothing was found, nor where the rule that found something asks nothing of it', async () => {
    const unchanged = { totals: { compiledCode: totals, parents: [raw] } };
    const unique = { 'test.shop.t': aTest('unique', 'totals', { column_name: 'customer_id' }) };
    expect((await toldOf('totals', unchanged)).asked).toContain(totals);
    expect((await toldOf('totals', unchanged, unique)).asked).not.toContain(totals);
    const filtered = await toldOf('totals', unchanged, {}, `${before} where o.amount > 1`);
    expect(filtered.found).toEqual(['filter-changed/added']);
    expect(filtered.asked).not.toContain(totals);
  });

  it('goes by the text of a key as by the key', async () => {
    const plain = { plain: { compiledCode: `select customer_id, amount as total from ${orders}`, parents: [raw] } };
    const unique = { 'test.shop.t': aTest('unique', 'plain', { column_name: 'customer_id' }) };
    const asText = joining('plain').replace(
      't.customer_id = o.customer_id',
      'cast(t.customer_id as text) = cast(o.customer_id as text)',
    );
    expect((await toldOf('plain', plain, {}, asText)).found).toEqual(['join-fan-out/no-key']);
    expect((await toldOf('plain', plain, unique, asText)).found).toEqual([]);
  });

  it('is silent where the join goes by the same columns, written otherwise', async () => {
    const plain = { plain: { compiledCode: `select customer_id, amount as total from ${orders}`, parents: [raw] } };
    const m = (sql: string): ANode => ({ compiledCode: sql, rawCode: asRefs(sql), parents: [raw, 'plain'] });
    const found = async (after: string): Promise<readonly string[]> => {
      const head = sideOf({ ...plain, m: m(joining('plain').replace('t.customer_id = o.customer_id', after)) });
      const base = sideOf({ ...plain, m: m(joining('plain')) });
      const { change } = await analyzeSides({ pullRequest: null, base, head }, ports());
      return findAll(change).flatMap(({ rule }) => (rule.id === 'join-fan-out' ? [rule.id] : []));
    };
    expect(await found('cast(t.customer_id as text) = cast(o.customer_id as text)')).toEqual([]);
    expect(await found('t.total = o.amount')).toEqual(['join-fan-out']);
  });

  it('is told last where the join only asks for more and its test is gone', async () => {
    const plain = { plain: { compiledCode: `select customer_id, amount as total from ${orders}`, parents: [raw] } };
    const m = (sql: string): ANode => ({ compiledCode: sql, rawCode: asRefs(sql), parents: [raw, 'plain'] });
    const unique = { 'test.shop.t': aTest('unique', 'plain', { column_name: 'customer_id' }) };
    const base = sideOf({ ...plain, m: m(joining('plain')) }, unique);
    const head = sideOf({ ...plain, m: m(`${joining('plain')} and t.total = o.amount`) });
    const { change } = await analyzeSides({ pullRequest: null, base, head }, ports());
    const found = findAll(change).filter(({ rule }) => rule.id === 'join-fan-out');
    expect(found.map(({ finding: { messageId, severity, data } }) => [messageId, severity, data['before']])).toEqual([
      ['untested', 'S4', 'unique test on plain.customer_id'],
    ]);
  });

  it('is silent where the joined model was changed by the same pull request, and is grouped', async () => {
    const of = (name: string, sql: string, parents: readonly string[]): Readonly<Record<string, ANode>> => ({
      [name]: { compiledCode: sql, rawCode: asRefs(sql), parents },
    });
    const base = sideOf({
      ...of('totals', `select customer_id, amount as total from ${orders}`, [raw]),
      ...of('m', before, [raw]),
    });
    const head = sideOf({ ...of('totals', totals, [raw]), ...of('m', joining('totals'), [raw, 'totals']) });
    const { change } = await analyzeSides({ pullRequest: null, base, head }, ports());
    const found = findAll(change).filter(({ finding }) => finding.uniqueId === id('m'));
    expect(found.map(({ rule }) => rule.id)).toEqual([]);
  });
});
