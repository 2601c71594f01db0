import { describe, expect, it } from '@jest/globals';
import type { Change, ColumnChange } from '#core/change';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import { id } from '../../support/a-change.ts';
import { aCatalog } from '../../support/a-project.ts';
import { inputOf, judgeWith, twoSides } from '../../support/data-answers.ts';

const gate = gates.find((one) => one.id === 'values') as Gate;
const keyDiff = { onlyBase: 0, onlyHead: 0, both: 100, repeatedBase: 0, repeatedHead: 0, nullsBase: 0, nullsHead: 0 };

/** `fct` with a key, an edited `amount`, an untouched `status`, a JSON column and one that is of another type now. */
function aChangeOfValues(edited: readonly string[] = ['amount']): Change {
  const change = twoSides('fct', { meta: { weirkeeper: { key: 'order_id' } } });
  const columns = ['order_id integer', 'amount numeric', 'status text', 'payload jsonb'];
  const columnChanges = edited.map(
    (column): ColumnChange => ({
      kind: 'logic-changed',
      uniqueId: id('fct'),
      column,
      before: '',
      after: '',
      origin: 'own',
      dependents: { columns: [], rowsetModels: [], consumers: [] },
    }),
  );
  return {
    ...change,
    base: { ...change.base, catalog: aCatalog({ fct: [...columns, 'day date'] }) },
    head: { ...change.head, catalog: aCatalog({ fct: [...columns, 'day text', 'extra text'] }) },
    columnChanges,
  };
}

function catalogsOf({ base, head }: Change): Pick<Change, 'base' | 'head'> {
  const own = twoSides('fct');
  return { base: { ...own.base, catalog: base.catalog }, head: { ...own.head, catalog: head.catalog } };
}

const listed = { columns: { columns: [{ name: 'order_id', type: 'integer' }] } };

function told(result: GateResult): readonly string[] {
  if (result.outcome !== 'failed') return [result.outcome];
  return result.findings.map(({ messageId, data }) => `${messageId} ${data['column'] ?? ''}`);
}

describe('what is asked', () => {
  it('is NULLs and distinct values of edited columns, and equality of all that can be compared', () => {
    const asked = gate
      .ask(inputOf(aChangeOfValues()))
      .filter(({ kind }) => kind !== 'columns')
      .map((question) =>
        'columns' in question ? [question.kind, question.columns.map(({ name }) => name).join()] : [],
      );
    expect(asked).toEqual([
      ['column-profile', 'amount'],
      ['column-profile', 'amount'],
      ['key-diff', 'order_id'],
      ['value-match', 'amount,status'],
    ]);
  });

  it('is the columns of both sides, and of every column NULLs and distinct values where no key is known', () => {
    const change = aChangeOfValues();
    const keyless = twoSides('fct');
    const asked = gate.ask(inputOf({ ...keyless, ...catalogsOf(change) }));
    expect(asked.map((question) => ('side' in question ? [question.kind, question.side] : [question.kind]))).toEqual([
      ['columns', 'base'],
      ['columns', 'head'],
      ['column-profile', 'base'],
      ['column-profile', 'head'],
    ]);
    expect(asked[2]).toMatchObject({ columns: ['order_id', 'amount', 'status', 'day'].map((name) => ({ name })) });
  });

  it('is nothing where base and head are one relation', () => {
    const change = twoSides('fct', { meta: { weirkeeper: { key: 'a' } }, relation: '"db"."one"."fct"' });
    expect(gate.appliesTo(inputOf(change))).toMatchObject({ code: 'nothing-to-compare' });
  });
});

describe('what the values say', () => {
  const profile = (nulls: number, distinct: number) => ({
    rows: 100,
    'nulls.amount': nulls,
    'distinct.amount': distinct,
  });
  const judge = (figures: Record<string, Record<string, number>>, options?: unknown) =>
    judgeWith(gate, aChangeOfValues(), {
      figures: {
        'column-profile:base': profile(0, 50),
        'column-profile:head': profile(0, 50),
        'key-diff': keyDiff,
        'value-match': { common: 100, 'equal.amount': 100, 'equal.status': 100 },
        ...figures,
      },
      ...listed,
      options,
    });

  it.each<[string, Record<string, Record<string, number>>, readonly string[]]>([
    ['nothing of what is the same', {}, ['passed']],
    ['more NULLs', { 'column-profile:head': profile(12, 50) }, ['nulls-moved amount']],
    ['NULLs within a point', { 'column-profile:head': profile(1, 50) }, ['passed']],
    ['fewer distinct values', { 'column-profile:head': profile(0, 40) }, ['distinct-moved amount']],
    [
      'other values of an edited column',
      { 'value-match': { common: 100, 'equal.amount': 87, 'equal.status': 100 } },
      ['values-differ-as-edited amount'],
    ],
    [
      'other values of one that nobody edited',
      { 'value-match': { common: 100, 'equal.amount': 100, 'equal.status': 99 } },
      ['values-differ status'],
    ],
    [
      'that keys are not unique',
      {
        'key-diff': { ...keyDiff, repeatedHead: 1 },
        'value-match': { common: 300, 'equal.amount': 0, 'equal.status': 0 },
      },
      ['unknown'],
    ],
  ])('%s', (_, figures, expected) => {
    expect(told(judge(figures))).toEqual(expected);
  });

  it('not that keys are not unique where nobody counted them', () => {
    const result = gate.judge(inputOf(aChangeOfValues()), new Map());
    const text = expect.stringMatching(/^no warehouse is configured[^:]*: model\.shop\.fct$/);
    expect(result).toMatchObject({ outcome: 'unknown', reason: { code: 'no-warehouse', text } });
  });

  it('with the share, which is never rounded to all', () => {
    const figures = { 'value-match': { common: 100_000, 'equal.amount': 99_999, 'equal.status': 87_200 } };
    expect(judge(figures)).toMatchObject({
      findings: [{ data: { share: '> 99.9 %' } }, { data: { share: '87.2 %', common: '100,000' } }],
    });
    expect(told(judge(figures, { tolerance_percent: 13 }))).toEqual(['passed']);
  });
});

describe('what the columns are, as measured', () => {
  const columns = (...list: string[]) =>
    list.map((one) => one.split(' ')).map(([name = '', type = '']) => ({ name, type }));
  const before = columns('ORDER_ID integer', 'amount numeric', 'gone text', 'day date');
  const edit = (kind: ColumnChange['kind'], column: string, after = ''): ColumnChange => ({
    kind,
    uniqueId: id('fct'),
    column,
    before: '',
    after,
    origin: 'own',
    dependents: { columns: [], rowsetModels: [], consumers: [] },
  });
  const judge = (head: readonly { name: string; type: string }[], columnChanges: readonly ColumnChange[] = []) => {
    const change: Change = { ...twoSides('fct'), columnChanges };
    const result = judgeWith(gate, change, { columns: { 'columns:base': before, 'columns:head': head } });
    return result.outcome === 'failed'
      ? result.findings.map(({ messageId, data }) => `${messageId}: ${String(data['what'])}`)
      : [result.outcome];
  };

  it.each<[string, readonly string[], readonly ColumnChange[], readonly string[]]>([
    [
      'the same, in another case and order',
      ['day date', 'gone text', 'AMOUNT numeric', 'order_id INTEGER'],
      [],
      ['passed'],
    ],
    [
      'others, which the SQL does not say',
      ['order_id bigint', 'amount numeric', 'day date', 'extra text'],
      [],
      ['columns-otherwise: gone gone, order_id integer → bigint, extra new (text)'],
    ],
    [
      'others, as it says',
      ['order_id integer', 'amount double', 'day date', 'left_at date'],
      [edit('retyped', 'amount'), edit('renamed', 'gone', 'left_at')],
      ['columns-as-edited: gone gone, amount numeric → double, left_at new (date)'],
    ],
    [
      'not what it adds',
      ['order_id integer', 'amount numeric', 'gone text', 'day date'],
      [edit('added', 'extra')],
      ['columns-otherwise: extra not there although its SQL adds it'],
    ],
  ])('%s', (_, head, changes, expected) => {
    expect(judge(columns(...head), changes)).toEqual(expected);
  });

  it('is unknown where nothing lists them', () => {
    expect(judgeWith(gate, twoSides('fct'), {})).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'no-warehouse' },
    });
    expect(judge([])).toEqual(['unknown']);
  });
});
