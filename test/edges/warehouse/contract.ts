import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toUniqueId } from '#core/base';
import type { RowCountQuestion } from '#core/evidence';
import { rowCountQuestion } from '#core/evidence';
import type { Warehouse } from '#edges/warehouse';
import { countedByEye } from './two-builds.ts';

/** What every kind of warehouse is tried with. */
export interface WarehouseUnderTest {
  readonly name: string;
  /** Builds `shop.orders` (3 rows), `shop.empty` (0 rows), `shop."Odd ""Name"` (1 row), the tables of `twoBuilds`, `shop.slow` (a view that takes minutes). */
  prepare(): Promise<void>;
  cleanUp(): Promise<void>;
  open(options?: { readonly deadlineMilliseconds: number; readonly now?: () => Date }): Warehouse;
  openUnreachable(): Warehouse;
  /** `"database"."schema"."identifier"`, as dbt renders it. */
  relation(identifier: string): string;
  /** The names of all tables, to see that nothing was made or lost. */
  tables(): Promise<readonly string[]>;
}

export function question(relation: string): RowCountQuestion {
  return rowCountQuestion('head', toUniqueId('model.shop.orders'), relation);
}

/** The promises of every warehouse. */
export function describeWarehouse(subject: WarehouseUnderTest): void {
  describe(`${subject.name} as a warehouse`, () => {
    let warehouse: Warehouse;
    beforeAll(async () => {
      await subject.prepare();
      warehouse = subject.open();
    });
    afterAll(async () => {
      await warehouse.close();
      await subject.cleanUp();
    });

    it.each([
      ['orders', 3],
      ['empty', 0],
      ['Odd "Name', 1],
    ])('counts the rows of %s', async (identifier, rows) => {
      const answer = await warehouse.answer(question(subject.relation(identifier)));
      expect(answer).toMatchObject({ known: true, kind: 'row-count', rows, source: subject.name });
    });

    it('answers every other kind of question', async () => {
      for (const [what, asked, figures] of countedByEye((identifier) => subject.relation(identifier))) {
        const answer = await warehouse.answer(asked);
        expect([what, answer]).toMatchObject([what, { known: true, kind: asked.kind, figures }]);
        if (asked.kind === 'newest') expect(answer).toMatchObject({ text: '2026-01-07' });
      }
    });

    it('asks the same only once in ten minutes, and again of another build', async () => {
      let minute = 0;
      const patient = subject.open({ deadlineMilliseconds: 10_000, now: () => new Date(minute * 60_000) });
      const at = async (state: string) => {
        const answer = await patient.answer({ ...question(subject.relation('orders')), state });
        return answer.known && answer.kind === 'row-count' ? answer.at : answer;
      };
      const first = await at('a');
      minute = 9;
      expect([await at('a'), await at('b')]).toEqual([first, '1970-01-01T00:09:00.000Z']);
      minute = 11;
      expect(await at('a')).toBe('1970-01-01T00:11:00.000Z');
      await patient.close();
    });

    it('says when it counted', async () => {
      const answer = await warehouse.answer(question(subject.relation('orders')));
      expect(answer).toMatchObject({ at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown });
    });

    it('answers many questions at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, () => warehouse.answer(question(subject.relation('orders')))),
      );
      expect(all.every((answer) => answer.known)).toBe(true);
    });

    it.each([
      ['an absent relation', () => subject.relation('nope'), 'relation-absent'],
      ['a name with four parts', () => '"a"."b"."c"."d"', 'bad-relation'],
      ['a statement for a name', () => 'orders; drop table orders', 'bad-relation'],
      ['an injection inside quotes', () => subject.relation('x"; drop table shop.orders; --'), 'relation-absent'],
    ])('answers %s with a reason', async (_, relation, code) => {
      const answer = await warehouse.answer(question(relation()));
      expect(answer).toMatchObject({ known: false, reason: { code } });
    });

    it('stops a count at its deadline and answers the next one', async () => {
      const hasty = subject.open({ deadlineMilliseconds: 700 });
      const started = Date.now();
      expect(await hasty.answer(question(subject.relation('slow')))).toMatchObject({
        known: false,
        reason: { code: 'warehouse-timeout' },
      });
      expect(Date.now() - started).toBeLessThan(5_000);
      expect(await hasty.answer(question(subject.relation('orders')))).toMatchObject({ known: true, rows: 3 });
      await hasty.close();
    });

    it('answers with a reason when it cannot be reached, without the password', async () => {
      const gone = subject.openUnreachable();
      const answer = await gone.answer(question(subject.relation('orders')));
      expect(answer).toMatchObject({ known: false, reason: { code: 'warehouse-unreachable' } });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
      await gone.close();
    });

    it('leaves every table as it was', async () => {
      expect(await subject.tables()).toEqual(expect.arrayContaining(['Odd "Name', 'empty', 'orders']));
    });
  });
}
