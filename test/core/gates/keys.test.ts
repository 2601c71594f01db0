import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#core/base';
import type { Change } from '#core/change';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import type { DbtNode } from '../../../src/core/dbt/index.ts';
import type { NodeWords } from '../../support/a-change.ts';
import { aModel, id } from '../../support/a-change.ts';
import { inputOf, judgeWith, twoSides } from '../../support/data-answers.ts';

const gate = gates.find((one) => one.id === 'keys') as Gate;
const byMeta: NodeWords = { meta: { weirkeeper: { key: 'order_id' } } };
const none = { onlyBase: 0, onlyHead: 0, both: 100, repeatedBase: 0, repeatedHead: 0, nullsBase: 0, nullsHead: 0 };

function aTest(name: string, kwargs: JsonObject, config: JsonObject = {}): DbtNode {
  const { node } = aModel('a_test');
  const columnName = typeof kwargs['column_name'] === 'string' ? kwargs['column_name'] : null;
  const test = { name, attachedNode: id('fct'), columnName, kwargs };
  return { ...node, uniqueId: id('test.shop.a_test'), resourceType: 'test', config, test };
}

function withTest(change: Change, test: DbtNode): Change {
  const project = { ...change.base.project, nodes: new Map([...change.base.project.nodes, [test.uniqueId, test]]) };
  return { ...change, base: { ...change.base, project } };
}

function keyAsked(change: Change): readonly string[] | string {
  const input = inputOf(change);
  const applies = gate.appliesTo(input);
  if (applies !== 'yes') return applies.code;
  return gate.ask(input).flatMap((question) => ('columns' in question ? question.columns.map(({ name }) => name) : []));
}

function ids(result: GateResult): readonly string[] {
  return result.outcome === 'failed' ? result.findings.map(({ messageId }) => messageId) : [result.outcome];
}

describe('the key of a model', () => {
  const entry =
    (more: JsonObject) =>
    (change: Change): Change => {
      const nodes = new Map(
        [...change.base.project.nodes].map(([key, node]) => [key, { ...node, entry: more }] as const),
      );
      return { ...change, base: { ...change.base, project: { ...change.base.project, nodes } } };
    };

  it.each<[string, Change, readonly string[] | string]>([
    ['from meta', twoSides('fct', byMeta), ['order_id']],
    ['from meta, of two columns', twoSides('fct', { meta: { weirkeeper: { key: ['a', 'b'] } } }), ['a', 'b']],
    [
      'from a primary key',
      entry({ constraints: [{ type: 'primary_key', columns: ['a', 'b'] }] })(twoSides('fct')),
      ['a', 'b'],
    ],
    [
      'from a constraint of a column',
      twoSides('fct', { columns: { a: { entry: { constraints: [{ type: 'unique' }] } } } }),
      ['a'],
    ],
    ['from a unique test', withTest(twoSides('fct'), aTest('unique', { column_name: 'a' })), ['a']],
    [
      'from a test of a combination',
      withTest(twoSides('fct'), aTest('unique_combination_of_columns', { combination_of_columns: ['a', 'b'] })),
      ['a', 'b'],
    ],
    ['from unique_key', twoSides('fct', { config: { unique_key: ['a', 'b'] } }), ['a', 'b']],
    [
      'not from a test of some rows',
      withTest(twoSides('fct'), aTest('unique', { column_name: 'a' }, { where: 'a > 1' })),
      'no-key',
    ],
    ['not from an expression', twoSides('fct', { config: { unique_key: "concat(a, '-', b)" } }), 'no-key'],
    ['is not known of a bare model', twoSides('fct'), 'no-key'],
  ])('%s', (_, change, expected) => {
    expect(keyAsked(change)).toEqual(expected);
  });

  it('is base’s, so that a test that was taken away still counts', () => {
    expect(keyAsked(twoSides('fct', { ...byMeta, head: { meta: {} } }))).toEqual(['order_id']);
  });
});

describe('what the keys say', () => {
  const judge = (figures: Partial<typeof none>, options?: unknown) =>
    judgeWith(gate, twoSides('fct', byMeta), { figures: { 'key-diff': { ...none, ...figures } }, options });

  it.each<[string, Partial<typeof none>, readonly string[]]>([
    ['the same keys pass', {}, ['passed']],
    ['a key that now stands twice', { repeatedHead: 3 }, ['key-repeated']],
    ['as many that stood twice before', { repeatedHead: 3, repeatedBase: 3 }, ['key-was-repeated']],
    ['rows without a key', { nullsHead: 1 }, ['key-null']],
    ['as many without a key before', { nullsHead: 1, nullsBase: 1 }, ['passed']],
    ['keys that are gone', { onlyBase: 5 }, ['keys-differ']],
    ['keys that are new', { onlyHead: 5 }, ['keys-differ']],
  ])('%s', (_, figures, expected) => {
    expect(ids(judge(figures))).toEqual(expected);
  });

  it('is told with numbers and with where the key is from', () => {
    expect(judge({ repeatedHead: 1_288, repeatedBase: 2, onlyBase: 1, onlyHead: 2 })).toMatchObject({
      findings: [
        {
          data: { model: 'fct', repeated: 1_288, key: 'order_id', before: '2' },
          matters: 'the key is known from meta',
        },
        { data: { gone: 1, new: 2, both: 100 } },
      ],
    });
  });

  it('may be let come and go by the policy', () => {
    expect(ids(judge({ onlyBase: 1 }, { threshold_percent: 1 }))).toEqual(['passed']);
  });

  it('is unknown without a warehouse, and says why', () => {
    expect(judgeWith(gate, twoSides('fct', byMeta), {})).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'no-warehouse' },
    });
  });
});
