import { describe, expect, it } from '@jest/globals';
import { toUniqueId } from '#core/base';
import type { Question } from '#core/evidence';
import { counterexampleQuestion, rowCountQuestion } from '#core/evidence';
import { gatherEvidence, gatherPriced } from '../../src/review/gather-evidence.ts';
import type { EvidenceSource } from '../../src/review/ports.ts';

const claims: Question = { kind: 'claims', key: 'claims', system: '', prompt: '', answerSchema: {} };

function counting(...names: readonly string[]): readonly Question[] {
  return names.map((name) => rowCountQuestion('head', toUniqueId(name), `"db"."main"."${name}"`));
}

interface Source extends EvidenceSource {
  readonly asked: readonly string[];
}

/** A source that knows the rows of these nodes, and writes down what it was asked. */
function aSource(
  name: string,
  known: Readonly<Record<string, number>>,
  kinds: EvidenceSource['kinds'] = ['row-count'],
): Source {
  const asked: string[] = [];
  return {
    asked,
    kinds,
    answer: async ({ key }) => {
      asked.push(key);
      const rows = known[key.replace('rows:head:', '')];
      if (rows === undefined) return { known: false, reason: { code: 'not-here', text: `${name} does not know` } };
      return { known: true, kind: 'row-count', rows, source: name, at: '2026-03-04T05:06:07.000Z' };
    },
  };
}

describe('gatherEvidence', () => {
  it('asks sources in their order, each only for what those before it did not know', async () => {
    const first = aSource('first', { a: 1 });
    const second = aSource('second', { a: 9, b: 2 });
    const third = aSource('third', {});
    const answers = await gatherEvidence(counting('a', 'b', 'c'), [first, second, third]);
    expect(first.asked.toSorted()).toEqual(['rows:head:a', 'rows:head:b', 'rows:head:c']);
    expect(second.asked.toSorted()).toEqual(['rows:head:b', 'rows:head:c']);
    expect(third.asked).toEqual(['rows:head:c']);
    expect(answers.get('rows:head:a')).toMatchObject({ rows: 1, source: 'first' });
    expect(answers.get('rows:head:b')).toMatchObject({ rows: 2, source: 'second' });
    expect(answers.get('rows:head:c')).toMatchObject({ known: false, reason: { text: 'third does not know' } });
  });

  it('does not ask a source for a kind that it does not answer', async () => {
    const llm = aSource('llm', {}, ['claims']);
    const warehouse = aSource('warehouse', { a: 1 });
    await gatherEvidence([...counting('a'), claims], [llm, warehouse]);
    expect([llm.asked, warehouse.asked]).toEqual([['claims'], ['rows:head:a']]);
  });

  it.each([
    ['row-count', counting('a'), 'no-warehouse', /WAREHOUSE_URL.*weirkeeper-evidence\.json/],
    ['claims', [claims], 'no-llm', /OPENAI_API_KEY/],
  ] as const)('without a source of %s, the answer is why, and what to set', async (_kind, questions, code, remedy) => {
    const answers = await gatherEvidence(questions, []);
    expect([...answers.values()]).toEqual([
      { known: false, reason: { code, text: expect.any(String), remedy: expect.stringMatching(remedy) } },
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('secret');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('secret'))],
  ])('a source that %s has not answered, and the next one is asked', async (_how, answer) => {
    const broken: EvidenceSource = { kinds: ['row-count'], answer };
    const alone = await gatherEvidence(counting('a'), [broken]);
    expect([...alone.values()]).toEqual([
      { known: false, reason: { code: 'source-failed', text: 'the source of the answer failed (RangeError)' } },
    ]);
    const helped = await gatherEvidence(counting('a'), [broken, aSource('next', { a: 1 })]);
    expect(helped.get('rows:head:a')).toMatchObject({ rows: 1 });
  });

  it('keeps the order of the questions whatever the order of the answers, and asks four at once at most', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${String(index)}`);
    let underWay = 0;
    let most = 0;
    const source: EvidenceSource = {
      kinds: ['row-count'],
      answer: async ({ key }) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setTimeout(resolve, /[02468]$/.test(key) ? 6 : 1));
        underWay -= 1;
        return { known: false, reason: { code: 'no', text: 'no' } };
      },
    };
    const answers = await gatherEvidence(counting(...names), [source]);
    expect([...answers.keys()]).toEqual(names.map((name) => `rows:head:${name}`));
    expect(most).toBe(4);
  });

  it('asks nothing when there are no questions', async () => {
    const source = aSource('warehouse', {});
    expect(await gatherEvidence([], [source])).toEqual(new Map());
    expect(source.asked).toEqual([]);
  });

  describe('within a budget', () => {
    const budget = { questions: 2, bytes: 1e12, seconds: 10 };
    const catalogs = { base: null, head: null };
    const search = { modelSeconds: 2, seconds: 20 };

    it('asks no more, and says of the rest why it was not measured', async () => {
      const warehouse = aSource('warehouse', { a: 1, b: 2, c: 3 });
      const limits = { budget, search, catalogs, clock: { now: () => new Date(0) } };
      const answers = await gatherEvidence(counting('a', 'b', 'c'), [warehouse], limits);
      expect(warehouse.asked).toHaveLength(2);
      expect(answers.get('rows:head:c')).toMatchObject({ known: false, reason: { code: 'over-budget' } });
      const { price } = await gatherPriced(counting('a', 'b', 'c'), [warehouse], limits);
      expect(price).toEqual({ asked: 2, refused: 1, bytes: 0, unpriced: 2 });
    });

    it('does not count what is at hand', async () => {
      const file = { ...aSource('file', { a: 1, b: 2 }), atHand: true };
      const warehouse = aSource('warehouse', { c: 3, d: 4 });
      const limits = { budget, search, catalogs, clock: { now: () => new Date(0) } };
      const answers = await gatherEvidence(counting('a', 'b', 'c', 'd'), [file, warehouse], limits);
      expect([...answers.values()].map(({ known }) => known)).toEqual([true, true, true, true]);
      expect(warehouse.asked).toEqual(['rows:head:c', 'rows:head:d']);
    });

    describe('of time for counterexamples', () => {
      const question = (name: string): Question =>
        counterexampleQuestion({ uniqueId: toUniqueId(name), dialect: 'duckdb', base: '', head: '', relations: [] });
      /** Each search takes six seconds. */
      function aSearch() {
        let second = 0;
        const given: (number | undefined)[] = [];
        const source: EvidenceSource = {
          kinds: ['counterexample'],
          answer: async (_, within) => {
            given.push(within?.milliseconds);
            second += 6;
            return { known: true, kind: 'counterexample', found: null, inputs: 9, ended: 'inputs', source: 'a search' };
          },
        };
        return { given, source, clock: { now: () => new Date(second * 1_000) } };
      }

      it('gives each model its time, and what is left where that is less', async () => {
        const { given, source, clock } = aSearch();
        const own = { modelSeconds: 5, seconds: 10 };
        const limits = { budget, search: own, catalogs, clock };
        const answers = await gatherEvidence([question('a'), question('b'), question('c')], [source], limits);
        expect(given).toEqual([5_000, 4_000]);
        expect(answers.get('counterexample:c')).toMatchObject({
          reason: { text: 'the 10 s for the counterexamples of all models were over' },
        });
      });

      it('does not take it for a question on data', async () => {
        const { given, source, clock } = aSearch();
        const limits = { budget: { ...budget, questions: 0 }, search, catalogs, clock };
        await gatherEvidence([question('a')], [source], limits);
        expect(given).toEqual([2_000]);
      });

      it('searches for nothing where the policy says 0 seconds', async () => {
        const { given, source, clock } = aSearch();
        const limits = { budget, search: { ...search, seconds: 0 }, catalogs, clock };
        const answers = await gatherEvidence([question('a')], [source], limits);
        expect([given, answers.get('counterexample:a')]).toMatchObject([[], { known: false }]);
      });
    });

    it('begins nothing when the time for all is over', async () => {
      let second = 0;
      const warehouse = aSource('warehouse', { a: 1, b: 2 });
      const clock = { now: () => new Date((second += 6) * 1_000) };
      const answers = await gatherEvidence(counting('a', 'b'), [warehouse], { budget, search, catalogs, clock });
      expect(warehouse.asked).toEqual(['rows:head:a']);
      expect(answers.get('rows:head:b')).toMatchObject({
        reason: { text: expect.stringContaining('the 10 s for all questions were over') as unknown },
      });
    });
  });
});
