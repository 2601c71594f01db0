import { afterAll, describe, expect, it } from '@jest/globals';
import type { Change } from '#core/change';
import { gates } from '#core/gates';
import { aPullRequest, foundBy, judge } from '../../support/changes.ts';
import type { Json } from '../../support/manifests.ts';
import { aModel } from '../../support/manifests.ts';
import { reader } from '../../support/read-sql.ts';
import { aTest, readChange, shopOf } from '../../support/rules.ts';

afterAll(() => reader.close());

const gate = gates.find(({ id }) => id === 'sql-rules')!;

function sqlModel(name: string, sql: string, parts: Json = {}): Json {
  return aModel(name, { raw_code: sql, compiled_code: sql, ...parts });
}

async function change(before: readonly Json[], after: readonly Json[], parts: Partial<Change> = {}): Promise<Change> {
  return await readChange(shopOf(...before), shopOf(...after), parts);
}

describe('the gate sql-rules', () => {
  it('counts models that are proven to mean the same, and says nothing else', async () => {
    const before = [sqlModel('a', 'select x from t where x > 1 and y = 2'), sqlModel('b', 'select x from t')];
    const after = [
      sqlModel('a', 'with u as (select * from t) select u.x from u where u.y = 2 and u.x > 1'),
      sqlModel('b', 'select x from t as z'),
    ];
    expect(judge(gate, await change(before, after))).toEqual({
      outcome: 'passed',
      basis: 'proven',
      summary: '2 of 2 changed models proven to mean the same; no rule has anything to say',
    });
  });

  it('says of what could not be read that it was not analysed, and is not green', async () => {
    const result = judge(gate, await change([sqlModel('a', 'select 1')], [sqlModel('a', 'select from where (')]));
    expect(result).toMatchObject({
      outcome: 'unknown',
      reason: { text: expect.stringMatching(/^not analysed, .*model\.shop\.a/) },
    });
  });

  it('tells the same of several models once, with all that they reach', async () => {
    const view = (name: string, config: Json): Json =>
      sqlModel(name, 'select 1', { config, unrendered_config: config });
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const reader_ = aModel('board', {
      resource_type: 'exposure',
      unique_id: 'exposure.shop.board',
      depends_on: { nodes: ['model.shop.f'], macros: [] },
    });
    const all = (config: Json): readonly Json[] => [...names.map((name) => view(name, config)), reader_];
    const result = judge(
      gate,
      await change(all({ materialized: 'table', cluster_by: 'day' }), all({ materialized: 'table' })),
    );
    expect(foundBy(result)).toEqual(['materialization-changed/layout-removed model.shop.a']);
    expect(result.outcome === 'failed' && result.findings[0]).toMatchObject({
      severity: 'S3',
      data: { model: 'a, b, c and 3 more' },
      downstream: ['exposure.shop.board'],
    });
  });

  it('tells once what was edited alike in several models, joins and columns', async () => {
    const names = ['a', 'b', 'c'];
    const all = (sql: (name: string) => string): readonly Json[] => names.map((name) => sqlModel(name, sql(name)));
    const told = async (
      before: (name: string) => string,
      after: (name: string) => string,
    ): Promise<readonly string[]> => {
      const result = judge(gate, await change(all(before), all(after)));
      if (result.outcome !== 'failed') return [];
      return result.findings.map(({ messageId, matters }) => `${messageId}: ${matters}`);
    };
    const filtered = (name: string): string => `select id from raw_${name} where active`;
    expect(await told((name) => `select id from raw_${name}`, filtered)).toEqual([
      'filter-changed/added: as soon as a row does not meet it; likewise in b, c',
    ]);
    const joined = (more: string) => (name: string) =>
      `select o.id from raw_${name} o left join l on l.o = o.id${more.replaceAll('x', 'l')} left join m on m.o = o.id${more.replaceAll('x', 'm')}`;
    expect(await told(joined(''), joined(' and x.tenant = o.tenant'))).toEqual([
      'filter-changed/join-added: as soon as rows that met differ in it; likewise in 1 more place of it, and in b, c',
    ]);
    const summed = (scale: string) => (name: string) =>
      `select x${scale} as x, y${scale} as y, z${scale} as z from raw_${name}`;
    expect(await told(summed(''), summed(' * 100'))).toEqual([
      expect.stringMatching(/^unit-change\/.*; likewise `y`, `z`, and in b, c$/),
    ]);
  });

  it('tells once of a layer that was taken out, from three models on', async () => {
    const all = (names: readonly string[], from: (name: string) => string): readonly Json[] =>
      names.map((name) => sqlModel(name, `select id from ${from(name)}`));
    const told = async (...names: readonly string[]): Promise<readonly string[]> =>
      foundBy(
        judge(
          gate,
          await change(
            all(names, (name) => `tmp_${name}`),
            all(names, (name) => `raw_${name}`),
          ),
        ),
      );
    expect(await told('a', 'b')).toHaveLength(2);
    expect(await told('a', 'b', 'c')).toEqual(['reference-repointed/repointed model.shop.a']);
  });

  it('tells five findings of a rule and counts the rest; the policy may set both', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const all = (materialized: string): readonly Json[] =>
      names.map((name) =>
        sqlModel(name, 'select 1', {
          config: { materialized, unique_key: name },
          unrendered_config: { materialized, unique_key: name },
        }),
      );
    const made = await change(all('table'), all('incremental'));
    const told = foundBy(judge(gate, made)).filter((finding) => !finding.startsWith('incremental-not-rebuilt'));
    expect(told.filter((finding) => finding.startsWith('incremental-key-nullable'))).toHaveLength(5);
    expect(told).toContain('more-of-a-rule model.shop.f');
    const options = { rules: { 'incremental-key-nullable': 'off' } };
    expect(foundBy(judge(gate, made, options)).some((finding) => finding.includes('nullable'))).toBe(false);
  });

  it('shows the line of the code, and the severity that the policy sets', async () => {
    const block = (sign: string): Json => {
      const config = { materialized: 'incremental', unique_key: 'id' };
      const raw = `select id, at\nfrom t\n{% if is_incremental() %}\nwhere at ${sign} (select max(at) from {{ this }})\n{% endif %}`;
      return aModel('m', { raw_code: raw, compiled_code: 'select id, at from t', config, unrendered_config: config });
    };
    const patch =
      '@@ -3,3 +3,3 @@\n {% if is_incremental() %}\n-where at >= (select max(at) from {{ this }})\n+where at > (select max(at) from {{ this }})\n {% endif %}';
    const pullRequest = {
      ...aPullRequest(),
      changedFiles: [{ path: 'dbt/models/m.sql', previousPath: null, status: 'modified', patch } as const],
    };
    const made = await change([block('>=')], [block('>')], { pullRequest });
    const result = judge(gate, made, { rules: { 'incremental-filter': 'S1' } });
    expect(result.outcome === 'failed' && result.findings[0]).toMatchObject({
      messageId: 'incremental-filter/boundary',
      severity: 'S1',
      basis: 'proven',
      place: { path: 'dbt/models/m.sql', startLine: 4 },
    });
  });

  it('sees a test that is gone although no node is modified', async () => {
    const model = aModel('m', { columns: { id: { name: 'id' } } });
    const made = await change([model, aTest('unique', { column_name: 'id' })], [model]);
    expect(made.modified).toEqual([]);
    expect(foundBy(judge(gate, made))).toEqual(['test-weakened/removed model.shop.m']);
  });

  it('has a page for each rule, with an example that fires and one that does not', async () => {
    const { rules } = await import('#core/rules');
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, page, messages } of rules) {
      expect(`${id} ${page.silent.length > 0 && Object.keys(messages).length > 0}`).toBe(`${id} true`);
      for (const message of Object.keys(messages)) expect(gate.messages).toHaveProperty([`${id}/${message}`]);
    }
  });
});
