// A model that dbt did not compile (`dbt parse`): Jinja of both sides in, what the gate `sql-rules` says out.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Change } from '#core/change';
import { gates } from '#core/gates';
import { withRenderedSql } from '#core/jinja';
import { compareModels } from '#core/rules';
import { analyzeSides, noLineageCache } from '#review';
import { type ANode, aCatalog, aProject, id } from '../support/a-project.ts';
import { reader } from '../support/read-sql.ts';

afterAll(() => reader.close());

const raw = 'source.shop.raw.orders';
const orders = "{{ source('raw', 'orders') }}";
const [gate] = gates.filter((one) => one.id === 'sql-rules');

async function changeOf(before: ANode, after: ANode): Promise<Change> {
  const [base, head] = [before, after].map((node) => {
    const models = { m: { parents: [raw], causes: [], ...node } };
    const others = { [raw]: { entry: { source_name: 'raw' } } };
    const project = withRenderedSql(aProject({ adapter: 'postgres', models, others }));
    const catalog = aCatalog({ [raw]: ['id integer', 'amount integer', 'status text'] });
    return { project, catalog, runResults: null, artifacts: [], origin: 'a spec', stale: null };
  });
  const sides = { pullRequest: null, base: base!, head: head! };
  return (await analyzeSides(sides, { sqlReader: reader, lineageCache: noLineageCache })).change;
}

async function told(before: string, after: string) {
  const change = await changeOf({ rawCode: before }, { rawCode: after });
  const settings = { change, assistance: { level: 'none', tools: [], evidence: [] }, depth: 'standard' } as const;
  const asked = gate!.ask({ ...settings, options: {}, settled: [] } as never);
  const result = gate!.judge({ ...settings, options: {}, settled: [] } as never, new Map());
  return { change, asked, result, findings: result.outcome === 'failed' ? result.findings : [] };
}

const star = "{{ dbt_utils.star(ref('m')) }}";
const inPart = {
  code: 'not-compiled',
  text: 'analysed in part, dbt did not compile it: model.shop.m',
  remedy: 'upload the artifacts of dbt compile or dbt build',
};

describe('a model that dbt did not compile', () => {
  it('is compared as far as its Jinja is known, and told as a guess with its line', async () => {
    const { result, findings, asked } = await told(
      `select id,\n${star}\nfrom ${orders}\nwhere status = 'paid'`,
      `select id,\n${star}\nfrom ${orders}\nwhere status <> 'void'`,
    );
    expect(findings).toMatchObject([
      {
        messageId: 'comparison-boundary/values',
        basis: 'heuristic',
        place: { startLine: 4 },
        data: { after: "orders.status <> 'void'" },
      },
    ]);
    const summary = '1 changed model compared; 1 model analysed in part; 1 finding';
    expect(result).toMatchObject({ summary, unknown: [inPart] });
    expect(asked).toEqual([]);
  });

  it('is never proven to mean the same', async () => {
    const { change, result } = await told(
      `select id, ${star} from ${orders} where status = 'paid' and id > 0`,
      `select id, ${star} from ${orders} where id > 0 and status = 'paid'`,
    );
    expect(compareModels(change.open ?? change).equal.size).toBe(0);
    expect(result).toEqual({ outcome: 'unknown', reason: inPart });
  });

  it.each([
    [
      'one macro took the place of another',
      `select id, {{ a() }} as x from ${orders}`,
      `select id, {{ b() }} as x from ${orders}`,
    ],
    [
      'a macro makes the filter now',
      `select id from ${orders} where status = 'paid'`,
      `select id from ${orders} {{ only_paid() }}`,
    ],
    [
      'a macro makes the columns that are read',
      `with a as (select cast(amount as bigint) as amount, {{ one() }} from ${orders}) select amount * 2 as twice from a`,
      `with a as (select {{ two() }}, {{ one() }} from ${orders}) select amount * 2 as twice from a`,
    ],
    [
      'a relation that a var gave is named now',
      `select o.id, x.city from ${orders} o left join (select * from {{ var('cities') }}) x on x.id = o.id`,
      `select o.id, x.city from ${orders} o left join cities x on x.id = o.id`,
    ],
    [
      'a macro makes CTEs that nothing else reads',
      `select id from ${orders}`,
      `with {{ ctes() }} select id from ${orders}`,
    ],
    [
      'a macro makes the relation whose columns are all given out',
      `select * from {{ orders() }}`,
      `select * from ${orders}`,
    ],
  ])('is silent of what nobody read: %s', async (_, before, after) => {
    const { findings, result } = await told(before, after);
    expect(findings).toEqual([]);
    expect(result.outcome).toBe('unknown');
  });

  it('names what was masked as the call that it is', async () => {
    const { findings } = await told(
      `select id from ${orders} where amount > {{ var('least') }}`,
      `select id from ${orders} where amount >= {{ var('least') }}`,
    );
    expect(findings).toMatchObject([{ messageId: 'comparison-boundary/boundary', basis: 'heuristic' }]);
    expect(JSON.stringify(findings)).toContain('{{ var_least }}');
    expect(JSON.stringify(findings)).not.toContain('weirkeeper_masked');
  });

  it('is left to what dbt compiled where a side has that', async () => {
    const compiled = `select id from "db"."raw"."orders" where amount > 0`;
    const change = await changeOf(
      { rawCode: compiled, compiledCode: compiled },
      { rawCode: `select id, ${star} from ${orders}` },
    );
    expect(change.open).toBeUndefined();
    const { input } = compareModels(change);
    expect(input.models).toEqual([]);
    expect(compareModels(change).unread).toMatchObject([{ uniqueId: id('m'), cause: { code: 'not-compiled' } }]);
  });
});
