// The same code, compiled on two days: what dbt fills in is no change of the model.
import { afterAll, describe, expect, it } from '@jest/globals';
import { compareModels, findAll } from '#core/rules';
import { aManifest, aModel, byId, type Json, toProject } from '../../support/manifests.ts';
import { reader } from '../../support/read-sql.ts';
import { readChange } from '../../support/rules.ts';

afterAll(() => reader.close());

function compiledOn(day: string, raw: string, compiled: string) {
  // Another tag of queries on each day, so that the model is modified where its code is the same.
  const config = { materialized: 'table', query_tag: day };
  const model = aModel('m', { raw_code: raw, compiled_code: compiled, config, unrendered_config: config });
  return toProject(aManifest({ metadata: { generated_at: `${day}T23:10:00Z` }, nodes: byId(model) }));
}

interface Sql {
  readonly raw?: string;
  readonly compiled: string;
}

async function compared(before: Sql, after: Sql) {
  const raw = 'select id from t where at <= {{ today }}';
  const base = compiledOn('2026-03-01', before.raw ?? raw, before.compiled);
  const head = compiledOn('2026-05-24', after.raw ?? `${raw} -- edited`, after.compiled);
  const change = await readChange(base, head);
  const { equal, filledIn } = compareModels(change);
  return {
    is: equal.size > 0 ? 'equal' : filledIn.size > 0 ? 'filled in' : 'changed',
    found: findAll(change).map(({ rule, finding }) => `${rule.id}/${finding.messageId}`),
  };
}

const upTo = (day: string, more = ''): Json & Sql => ({ compiled: `select id from t where at <= '${day}'${more}` });

describe('a date that dbt fills in', () => {
  it.each<[string, Sql, Sql]>([
    ['the day of compilation', upTo('2026-03-01'), upTo('2026-05-24')],
    ['the day after, in one time zone', upTo('2026-03-02'), upTo('2026-05-24')],
    ['a week before it', upTo('2026-02-22'), upTo('2026-05-17')],
    ['a count of days beside it', upTo('2026-03-01', ' and n <= 1800'), upTo('2026-05-24', ' and n <= 1884')],
  ])('is no change: %s', async (_, before, after) => {
    expect(await compared(before, after)).toEqual({ is: 'filled in', found: [] });
  });

  it.each<[string, Sql, Sql]>([
    ['it moved by another number of days', upTo('2026-03-01'), upTo('2026-06-30')],
    [
      'the code writes it',
      { ...upTo('2026-03-01'), raw: "where at <= '2026-03-01'" },
      { ...upTo('2026-05-24'), raw: "where at <= '2026-05-24'" },
    ],
    [
      'a number grew alone',
      { compiled: 'select id from t where n <= 1800' },
      { compiled: 'select id from t where n <= 1884' },
    ],
  ])('is one where %s', async (_, before, after) => {
    const { is, found } = await compared(before, after);
    expect(is).toBe('changed');
    expect(found.length).toBeGreaterThan(0);
  });

  it('does not hide the edit beside it', async () => {
    const { found } = await compared(upTo('2026-03-01'), upTo('2026-05-24', ' and n > 1'));
    expect(found).toEqual(['filter-changed/added']);
  });
});

describe('what the warehouse answers while dbt compiles', () => {
  const asking = "{% set first = run_query('select min(at) from t') %} select id from t where at > {{ first }}";
  it('is no change of the model whose code is the same', async () => {
    const sql = (day: string, raw: string): Sql => ({ raw, compiled: `select id from t where at > '${day}'` });
    expect(await compared(sql('2020-01-01', asking), sql('2021-06-01', asking))).toEqual({
      is: 'filled in',
      found: [],
    });
    const edited = await compared(sql('2020-01-01', asking), sql('2021-06-01', `${asking} and true`));
    expect(edited.is).toBe('changed');
  });
});
