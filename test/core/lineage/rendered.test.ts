// SQL that dbt did not compile: what is masked in it is told as not analysed, and nothing is missing for certain.
import { afterAll, describe, expect, it } from '@jest/globals';
import { withRenderedSql } from '#core/jinja';
import type { NodeLineage } from '#core/lineage';
import { aCatalog, aProject, id } from '../../support/a-project.ts';
import { reader, traceSql } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const raw = 'source.shop.raw.orders';

async function lineageOf(rawCode: string): Promise<NodeLineage | undefined> {
  const project = aProject({
    models: { m: { rawCode, parents: [raw] } },
    others: { [raw]: { entry: { source_name: 'raw' } } },
  });
  return (await traceSql(withRenderedSql(project), aCatalog({ [raw]: ['id', 'amount'] }))).get(id('m'));
}

/** `column <- sources`, or why there are none. */
function told(lineage: NodeLineage | undefined): readonly string[] {
  return (lineage?.columns ?? []).map(({ column, sources, unresolved }) =>
    unresolved === null
      ? `${column} <- ${sources.map((source) => source.column).join(', ')}`
      : `${column}: ${unresolved.text}`,
  );
}

const orders = "{{ source('raw', 'orders') }}";

describe('rendered SQL', () => {
  it.each([
    ['with nothing in doubt', `select id, amount as total from ${orders}`, ['id <- id', 'total <- amount'], true],
    [
      'with a masked value',
      `select id, {{ run_query('x') }} as other, coalesce(amount, {{ env_var('X') }}) as net from ${orders}`,
      ['id <- id', 'other: not analysed: run_query', 'net: not analysed: env_var x'],
      true,
    ],
    [
      'with a masked list of columns, which gives any column',
      `with a as (select id, {{ dbt_utils.star(1) }} from ${orders}) select id, city from a`,
      ['id <- id', 'city: not analysed: dbt_utils'],
      true,
    ],
    ['with a masked list of columns at its end', `select id, {{ graph.columns }} from ${orders}`, ['id <- id'], false],
    [
      'with a masked relation',
      `select o.id, x.city from ${orders} o join {{ var('cities') }} x on true`,
      ['id <- id', 'city: not analysed: var cities'],
      true,
    ],
    ['with a masked query', 'with a as ({{ run_query("x") }}) select id from a', ['id: not analysed: run_query'], true],
    [
      'with a block left out: no column is sure',
      `select id, amount from ${orders} {% if graph %} join x using (id) {% endif %}`,
      ['id: not analysed: graph', 'amount: not analysed: graph'],
      false,
    ],
  ])('%s', async (_, rawCode, columns, complete) => {
    const lineage = await lineageOf(rawCode);
    expect(told(lineage)).toEqual(columns);
    expect(lineage).toMatchObject({ complete, missing: [] });
  });

  it('that is in doubt reads nothing in vain', async () => {
    expect(await lineageOf(`select nobody from ${orders}`)).toMatchObject({ missing: [{ column: 'nobody' }] });
    expect(await lineageOf(`select nobody from ${orders} where {{ var('x', 1) }} = 1`)).toMatchObject({ missing: [] });
  });

  it('is none where the Jinja cannot be rendered, and that is the reason', async () => {
    const unresolved = { code: 'not-compiled', text: expect.stringContaining('its Jinja does not parse') };
    expect(await lineageOf('{% teleport %}')).toMatchObject({ unresolved });
  });
});
