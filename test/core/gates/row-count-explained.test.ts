import { describe, expect, it } from '@jest/globals';
import type { Change } from '#core/change';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import type { DbtNode } from '../../../src/core/dbt/index.ts';
import { meets, readExpectations } from '../../../src/core/gates/row-count/expectations.ts';
import type { NodeWords } from '../../support/a-change.ts';
import { aChange, aMacro, aModel, id } from '../../support/a-change.ts';
import { inputOf, judgeWith, twoSides } from '../../support/data-answers.ts';

const gate = gates.find((one) => one.id === 'row-count') as Gate;
const judged = (change: Change, rows: Record<string, number>, more: Parameters<typeof judgeWith>[2] = {}) =>
  judgeWith(gate, change, { rows, ...more });
function withBody(change: Change, body: string): Change {
  const pull = aChange({ base: { nodes: [] }, head: { nodes: [] }, files: {} }).pullRequest;
  return { ...change, pullRequest: pull === null ? null : { ...pull, body } };
}

function found(result: GateResult) {
  return result.outcome === 'failed' ? result.findings : [];
}

const ids = (result: GateResult) => found(result).map(({ messageId }) => messageId);

describe('thresholds', () => {
  const rows = { 'base:fct': 1_000, 'head:fct': 1_030 };
  const tagged = { tags: ['finance'] };

  it.each<[string, NodeWords, unknown, readonly string[]]>([
    ['the default lets 3 % pass', {}, {}, []],
    ['of a folder', {}, { thresholds: [{ paths: ['models'], percent: 1 }] }, ['row-count-changed']],
    ['of another folder', {}, { thresholds: [{ paths: ['models/marts'], percent: 1 }] }, []],
    ['of a tag', tagged, { thresholds: [{ tags: ['finance'], percent: 1 }] }, ['row-count-changed']],
    ['in rows, that are not passed', {}, { threshold_percent: 1, threshold_rows: 30 }, []],
    ['in rows, that are passed', {}, { threshold_percent: 1, threshold_rows: 29 }, ['row-count-changed']],
    ['of the model itself', { meta: { weirkeeper: { rows: { percent: 2 } } } }, {}, ['row-count-changed']],
    ['that makes no sense', { meta: { weirkeeper: { rows: { percent: 'all', rows: -1 } } } }, {}, []],
  ])('%s', (_, words, options, expected) => {
    expect(ids(judged(twoSides('fct', words), rows, { options }))).toEqual(expected);
  });

  it('are not loosened by head', () => {
    const change = twoSides('fct', { head: { meta: { weirkeeper: { rows: { percent: 500 } } } } });
    expect(ids(judged(change, { 'base:fct': 10, 'head:fct': 20 }))).toEqual(['row-count-changed']);
  });
});

describe('which relations', () => {
  it('children may be counted several steps down', () => {
    const nodes = [aModel('a'), aModel('b', { reads: ['a'] }), aModel('c', { reads: ['b'] })];
    const input = inputOf(aChange({ base: { nodes }, head: { nodes }, modified: ['a'] }), { children: 2 });
    expect(gate.ask(input).map(({ key }) => key)).toContain('rows:head:model.shop.c');
  });

  it('a removed one is told with its rows', () => {
    const change = { ...aChange({ base: { nodes: [aModel('old')] }, head: { nodes: [] } }), removed: [id('old')] };
    expect(judged(change, { 'base:old': 12 })).toMatchObject({
      findings: [{ messageId: 'relation-removed', data: { model: 'old', base: '12' } }],
    });
  });

  it('an incremental one is compared in the time that both sides have', () => {
    const change = twoSides('fct', {
      materialized: 'incremental',
      config: { materialized: 'incremental', event_time: 'happened_at' },
    });
    const rows = { 'base:fct': 1_000, 'head:fct': 100 };
    expect(judged(change, rows, { figures: { 'window-rows': { base: 100, head: 100 } } })).toMatchObject({
      outcome: 'passed',
    });
    expect(found(judged(change, rows, { figures: { 'window-rows': { base: 100, head: 50 } } }))).toMatchObject([
      { data: { base: '100', head: '50' }, matters: 'counted in the time that both sides have, by happened_at' },
    ]);
    expect(ids(judged(change, rows))).toEqual(['row-count-changed']);
  });
});

describe('what may be the environment', () => {
  const rows = { 'base:fct': 1_000, 'head:fct': 800 };

  it('parents that the change leaves alone but that differ as much: it does not block', () => {
    const change = twoSides('fct', { parents: ['stg'] });
    expect(judged(change, { ...rows, 'base:stg': 2_000, 'head:stg': 1_700 })).toMatchObject({
      findings: [
        {
          messageId: 'rows-maybe-environment',
          matters: expect.stringMatching(/^may be the environment: .*stg 2,000 → 1,700$/) as unknown,
        },
      ],
    });
    const strict = { options: { environment: [] } };
    expect(ids(judged(change, { ...rows, 'base:stg': 2_000, 'head:stg': 1_700 }, strict))).toEqual([
      'row-count-changed',
    ]);
  });

  it('but not when they differ less, or the other way', () => {
    const change = twoSides('fct', { parents: ['stg'] });
    expect(ids(judged(change, { ...rows, 'base:stg': 2_000, 'head:stg': 1_990 }))).toEqual(['row-count-changed']);
    expect(ids(judged(change, { ...rows, 'base:stg': 2_000, 'head:stg': 2_400 }))).toEqual(['row-count-changed']);
  });

  it.each([
    ['the clock', { compiled: 'select * from t where d < current_date' }, /reads the clock/],
    ['a limit', { compiled: 'select * from t limit 100' }, /takes a sample or a limit/],
    ['the target', { raw: "{% if target.name == 'ci' %}" }, /depends on the target/],
  ])('%s on both sides is told, and blocks all the same unless the policy says otherwise', (_, words, text) => {
    const change = twoSides('fct', words);
    expect(judged(change, rows)).toMatchObject({
      findings: [{ messageId: 'row-count-changed', matters: expect.stringMatching(text) as unknown }],
    });
    const options = { environment: ['clock', 'sample', 'target'] };
    expect(ids(judged(change, rows, { options }))).toEqual(['rows-maybe-environment']);
  });

  it('a macro that asks for the target, on both sides, is told too', () => {
    const limit = aMacro('limit_in_ci', "{% if target.name == 'ci' %} limit 100 {% endif %}");
    const plain = twoSides('fct');
    const using = (side: Change['base']): Change['base'] => {
      const nodes = [...side.project.nodes].map(([key, node]): [typeof key, DbtNode] => [
        key,
        { ...node, dependsOn: { ...node.dependsOn, macros: [limit.uniqueId] } },
      ]);
      const macros = new Map([[limit.uniqueId, limit]]);
      return { ...side, project: { ...side.project, nodes: new Map(nodes), macros } };
    };
    const change = { ...plain, base: using(plain.base), head: using(plain.head) };
    const options = { environment: ['target'] };
    expect(ids(judged(change, rows, { options }))).toEqual(['rows-maybe-environment']);
    expect(ids(judged({ ...change, base: plain.base }, rows, { options }))).toEqual(['row-count-changed']);
  });

  it('what only head says is no excuse', () => {
    const change = twoSides('fct', { head: { compiled: 'select 1 limit 3' } });
    const options = { environment: ['sample'] };
    expect(ids(judged(change, rows, { options }))).toEqual(['row-count-changed']);
  });

  it('builds that are far apart', () => {
    const at = (generatedAt: string) => ({ command: 'build', generatedAt, dbtVersion: null, results: [], args: {} });
    const change = twoSides('fct');
    const late = {
      ...change,
      base: { ...change.base, runResults: at('2026-03-01T00:00:00Z') },
      head: { ...change.head, runResults: at('2026-03-03T02:00:00Z') },
    };
    expect(found(judged(late, rows))[0].matters).toBe('may be the environment: base and head were built 50 h apart');
  });
});

describe('what the description declares', () => {
  const rows = { 'base:fct': 1_000, 'head:fct': 876 };
  const declare = (line: string) =>
    withBody(twoSides('fct'), `Voids leave.\n\n\`\`\`weirkeeper-expect\n${line}\n\`\`\`\n`);

  it.each([
    ['fct rows -15%..-10% because voids leave', 'rows-as-declared'],
    ['fct rows -130..-120 because voids leave', 'rows-as-declared'],
    ['fct rows −12% because voids leave', 'rows-as-declared'],
    ['fct rows -10%..-5% because voids leave', 'rows-otherwise'],
    ['fct rows +10%..+15% because voids leave', 'rows-otherwise'],
  ])('%s: %s', (line, messageId) => {
    expect(ids(judged(declare(line), rows))).toEqual([messageId]);
  });

  it('holds the reason, and fails what did not move although it was said to', () => {
    expect(found(judged(declare('fct rows -15%..-10% because voids leave'), rows))[0].data).toMatchObject({
      because: 'voids leave',
      declared: '-15%..-10%',
    });
    const still = { 'base:fct': 5, 'head:fct': 5 };
    expect(ids(judged(declare('fct rows -15%..-10% because voids leave'), still))).toEqual(['rows-otherwise']);
    expect(judged(declare('fct rows -1%..+1% because a tidy-up'), still)).toMatchObject({ outcome: 'passed' });
  });

  it('is told when it cannot be read, with the line', () => {
    expect(found(judged(declare('fct rows fewer'), rows)).map(({ data }) => data['where'])).toContain(
      'line 4 of the description',
    );
    expect(found(judged(declare('dim rows -1% because x'), rows)).map(({ data }) => data['problem'])).toContain(
      'no modified relation is called dim',
    );
  });

  it('is shown to copy where it is missing', () => {
    const [finding] = found(judged(twoSides('fct'), rows));
    const line = finding.declaration ?? '';
    expect(line).toBe('fct rows -13%..-12% because …');
    expect(ids(judged(declare(line.replace('…', 'voids leave')), rows))).toEqual(['rows-as-declared']);
  });

  it('is not declared while its reason is left open', () => {
    const result = judged(declare('fct rows -13%..-12% because …'), rows);
    expect(ids(result).sort()).toEqual(['expectation-unread', 'row-count-changed']);
  });

  it('may stand in the YAML of the model, for the change that writes it', () => {
    const words = 'rows -15%..-10% because voids leave';
    const meta = { weirkeeper: { expect: words } };
    const written = twoSides('fct', { head: { meta } });
    expect(found(judged(written, rows))[0]).toMatchObject({
      messageId: 'rows-as-declared',
      data: { because: 'voids leave', where: 'meta.weirkeeper.expect of models/schema.yml' },
    });
    // Of an earlier change, which base has already: it would excuse every later one.
    expect(ids(judged(twoSides('fct', { meta }), rows))).toEqual(['row-count-changed']);
    const other = withBody(written, '```weirkeeper-expect\nfct rows -2% because less\n```');
    expect(ids(judged(other, rows))).toEqual(['rows-otherwise']);
    const unread = twoSides('fct', { head: { meta: { weirkeeper: { expect: ['rows', 1] } } } });
    expect(ids(judged(unread, rows)).sort()).toEqual(['expectation-unread', 'row-count-changed']);
  });

  it('may stand in a file of the repository, after the description and before the YAML of the model', () => {
    const where = '.github/weirkeeper-expect.yml:2';
    const line = (text: string) => [{ where, text, problem: null }];
    const filed = { ...twoSides('fct'), expectations: line('fct rows -15%..-10% because voids leave') };
    expect(found(judged(filed, rows))[0]).toMatchObject({
      messageId: 'rows-as-declared',
      data: { because: 'voids leave', where },
    });
    expect(ids(judged(withBody(filed, '```weirkeeper-expect\nfct rows -2% because less\n```'), rows))).toEqual([
      'rows-otherwise',
    ]);
    const meta = { weirkeeper: { expect: 'rows -15%..-10% because voids leave' } };
    const both = { ...twoSides('fct', { head: { meta } }), expectations: line('fct rows -2% because less') };
    expect(ids(judged(both, rows))).toEqual(['rows-otherwise']);
    const unread = { ...twoSides('fct'), expectations: line('fct fewer') };
    expect(found(judged(unread, rows)).map(({ data }) => [data['where'], data['problem']])).toContainEqual([
      where,
      'cannot read "fct fewer"; write "<model> rows -15%..-10% because <why>"',
    ]);
  });

  it('is read up to 200 lines, and the line after them is told', () => {
    const body = `\`\`\`weirkeeper-expect\n${'a rows +1 because x\n'.repeat(300)}\`\`\``;
    const { expectations, unread } = readExpectations(body);
    expect(expectations).toHaveLength(200);
    expect(unread).toMatchObject([{ where: 'line 202 of the description' }]);
  });

  it('is read from its own blocks only', () => {
    const body =
      'fct rows -1% because a\n```sql\nfct rows -1% because b\n```\n~~~weirkeeper-expect\n# remark\nfct rows +5..+7 because c\n~~~';
    expect(readExpectations(body)).toMatchObject({
      expectations: [{ because: 'c', unit: 'rows', least: 5, most: 7 }],
      unread: [],
    });
  });

  it('of an empty base cannot be met in percent', () => {
    const [said] = readExpectations('```weirkeeper-expect\na rows 0%..900% because x\n```').expectations;
    expect(said && meets(said, { base: 0, head: 1 })).toBe(false);
    expect(said && meets(said, { base: 0, head: 0 })).toBe(true);
  });
});
