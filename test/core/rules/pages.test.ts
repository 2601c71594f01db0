import { afterAll, describe, expect, it } from '@jest/globals';
import { rules } from '#core/rules';
import { reader } from '../../support/read-sql.ts';
import { findIn } from '../../support/rule-examples.ts';

afterAll(() => reader.close());

describe('the examples on the pages of the rules on SQL', () => {
  const pages = rules.flatMap((rule) => {
    const { fires, silent } = rule.page;
    return fires.kind === 'sql'
      ? [{ id: rule.id, rule, fires, silent: silent.filter((one) => one.kind === 'sql') }]
      : [];
  });

  it.each(pages)('$id tells the edit that it must tell', async ({ rule, fires }) => {
    expect((await findIn(rule, fires)).length).toBeGreaterThan(0);
  });

  it.each(pages.flatMap(({ id, rule, silent }) => silent.map((example) => ({ id, rule, example }))))(
    '$id is silent: $example.title $example.after',
    async ({ rule, example }) => {
      expect(await findIn(rule, example)).toEqual([]);
    },
  );
});
