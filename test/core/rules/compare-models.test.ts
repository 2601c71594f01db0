// What is proven of a change as a whole, where the SQL of one model alone does not tell.
import { afterAll, describe, expect, it } from '@jest/globals';
import { compareModels } from '#core/rules';
import { type ANode, aProject, id } from '../../support/a-project.ts';
import { reader } from '../../support/read-sql.ts';
import { readChange } from '../../support/rules.ts';

afterAll(() => reader.close());

type Models = Readonly<Record<string, ANode>>;

const raw = { 'source.shop.raw.orders': { columns: ['id', 'customer_id', 'amount'] } };

async function isProven(base: Models, head: Models, model = 'customers'): Promise<boolean> {
  const [before, after] = [base, head].map((models) => aProject({ adapter: 'duckdb', models, others: raw }));
  return compareModels(await readChange(before!, after!)).equal.has(id(model));
}

const orders = 'source.shop.raw.orders';
const grouped = 'select customer_id, sum(amount) as total from "db"."main"."orders" group by customer_id';
const whole: Models = {
  customers: {
    compiledCode: `with totals as (${grouped}) select customer_id, total from totals where total > 0`,
    parents: [orders],
  },
};
const moved = (model: ANode): Models => ({
  int_totals: { compiledCode: grouped, parents: [orders], ...model },
  customers: {
    compiledCode: 'select customer_id, total from "db"."main"."int_totals" where total > 0',
    parents: ['int_totals'],
  },
});

describe('a CTE that becomes a model of its own', () => {
  it('leaves what the model means, and so does the way back', async () => {
    expect(await isProven(whole, moved({}))).toBe(true);
    expect(await isProven(moved({ materialized: 'table' }), whole)).toBe(true);
  });

  it('may be moved in two steps', async () => {
    const steps: Models = {
      stg_orders: { compiledCode: 'select customer_id, amount from "db"."main"."orders"', parents: [orders] },
      ...moved({ compiledCode: grouped.replace('orders', 'stg_orders'), parents: ['stg_orders'] }),
    };
    expect(await isProven(whole, steps)).toBe(true);
  });

  it.each([
    ['keeps rows of earlier runs', { materialized: 'incremental' }],
    ['casts to a contract', { contractEnforced: true }],
    ['is changed by a hook', { config: { 'post-hook': [{ sql: 'delete from x' }] } }],
    ['means something else', { compiledCode: grouped.replace('sum', 'max') }],
  ] satisfies [string, ANode][])('is not proven where the model %s', async (_, model) => {
    expect(await isProven(whole, moved(model))).toBe(false);
  });

  it('is not proven where both sides read the model', async () => {
    const both: Models = { ...moved({}), customers: { ...whole['customers'], parents: [orders, 'int_totals'] } };
    expect(await isProven(both, moved({ compiledCode: `${grouped} -- as before` }))).toBe(false);
  });
});
