import { afterAll, describe, expect, it } from '@jest/globals';
import { rules } from '#core/rules';
import { reader } from '../../support/read-sql.ts';
import { findIn } from '../../support/rule-examples.ts';

afterAll(() => reader.close());

describe('the examples on the pages of the rules on SQL', () => {
  const pages = rules.flatMap((rule) => {
    const { fires, alsoFires = [], silent } = rule.page;
    const isSql = (one: typeof fires) => one.kind === 'sql';
    return [{ id: rule.id, rule, fires: [fires, ...alsoFires].filter(isSql), silent: silent.filter(isSql) }];
  });

  it.each(pages.flatMap(({ id, rule, fires }) => fires.map((example) => ({ id, rule, example }))))(
    '$id tells: $example.title $example.after',
    async ({ rule, example }) => {
      expect((await findIn(rule, example)).length).toBeGreaterThan(0);
    },
  );

  it.each(pages.flatMap(({ id, rule, silent }) => silent.map((example) => ({ id, rule, example }))))(
    '$id is silent: $example.title $example.after',
    async ({ rule, example }) => {
      expect(await findIn(rule, example)).toEqual([]);
    },
  );
});
