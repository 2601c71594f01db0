import { describe, expect, it } from '@jest/globals';
import type { Question } from '#core/evidence';
import { keyProfileQuestion, priceQuestions, rowCountQuestion, rowsFromCatalog } from '#core/evidence';
import { aCatalog, id } from '../../support/a-project.ts';

const plenty = { questions: 10_000, bytes: 1e12, seconds: 60 };
const none = { base: null, head: null };

function thousandModels(): readonly Question[] {
  return Array.from({ length: 1_000 }, (_, at) => `m${at}`).flatMap((name) => [
    keyProfileQuestion({ side: 'head', uniqueId: id(name), relation: name }, [{ name: 'id', quoted: false }]),
    rowCountQuestion('head', id(name), name),
  ]);
}

function sized(bytes: Readonly<Record<string, number>>) {
  const catalog = aCatalog(Object.fromEntries(Object.keys(bytes).map((name) => [name, []])));
  return new Map(
    [...catalog].map(([key, one]) => [key, { ...one, stats: { num_bytes: bytes[key.split('.').at(-1) ?? ''] ?? 0 } }]),
  );
}

describe('what is asked of 1,000 models', () => {
  it('is no more than the policy allows, counts of rows before all else, and the rest says why', () => {
    const { asked, refused, unpriced } = priceQuestions(thousandModels(), { ...plenty, questions: 1_200 }, none);
    expect(asked.filter(({ kind }) => kind === 'row-count')).toHaveLength(1_000);
    expect([asked.length, refused.size, unpriced]).toEqual([1_200, 800, 1_200]);
    expect([...refused.values()][0]).toMatchObject({
      code: 'over-budget',
      text: 'not measured: more than the 1,200 questions that one review may ask',
    });
  });

  it('is no more bytes than that, by the catalogs; smaller ones still fit', () => {
    const questions = ['big', 'huge', 'small'].map((name) => rowCountQuestion('head', id(name), name));
    const head = sized({ big: 6e9, huge: 9e9, small: 1e9 });
    const { asked, refused, bytes } = priceQuestions(questions, { ...plenty, bytes: 8e9 }, { base: null, head });
    expect(asked.map(({ key }) => key)).toEqual(['rows:head:model.shop.big', 'rows:head:model.shop.small']);
    expect([...refused.keys()]).toEqual(['rows:head:model.shop.huge']);
    expect(bytes).toBe(7e9);
  });
});

describe('rows from the statistics of a catalog', () => {
  const question = rowCountQuestion('base', id('fct'), 'fct');
  const withStats = (stats: Record<string, string | number | boolean>) =>
    new Map([...aCatalog({ fct: [] })].map(([key, one]) => [key, { ...one, stats }]));

  it('come with their source and time', () => {
    const catalog = withStats({ row_count: '41208', last_modified: '2026-03-02 10:00UTC' });
    expect(rowsFromCatalog(question, { catalog, made: null })).toMatchObject({
      rows: 41_208,
      source: 'statistics in base’s catalog.json',
      at: '2026-03-02 10:00UTC',
    });
    expect(
      rowsFromCatalog(question, { catalog: withStats({ num_rows: 7 }), made: '2026-03-03T00:00:00Z' }),
    ).toMatchObject({
      rows: 7,
      at: '2026-03-03T00:00:00Z',
    });
  });

  it.each([{}, { has_stats: false }, { row_count: '' }, { row_count: 'many' }, { row_count: -1 }, { num_rows: 1.5 }])(
    'are none in %j',
    (stats) => {
      expect(rowsFromCatalog(question, { catalog: withStats(stats), made: '2026-03-03T00:00:00Z' })).toBeNull();
    },
  );
});
