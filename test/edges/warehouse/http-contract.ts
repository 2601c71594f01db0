import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { columnsQuestion, toOneSelect } from '#core/evidence';
import type { Dialect } from '#core/sql';
import { openWarehouse } from '#edges/warehouse';
import { id } from '../../support/a-project.ts';
import { anyQuestion } from '../../support/any-question.ts';
import type { Engine } from '../../support/warehouses/engine.ts';
import { startEngine } from '../../support/warehouses/engine.ts';
import type { ServiceDouble } from '../../support/warehouses/services.ts';
import { secret } from '../../support/warehouses/services.ts';
import { describeWarehouse, question } from './contract.ts';

/** A service that is spoken to over HTTP, and its double. */
export interface ServiceUnderTest {
  readonly name: string;
  readonly dialect: Dialect;
  start(engine: Engine): Promise<ServiceDouble>;
  /** A URL with this password, for the service at this address. */
  url(endpoint: string, password: string): string;
  /** What the answer is where the double says that the relation may not be read. */
  readonly deniedCode?: string;
}

export interface ServiceInUse {
  readonly double: () => ServiceDouble;
  readonly url: () => string;
}

/** The promises of every warehouse, and those of one over HTTP. `more` adds what only this service does. */
export function describeService(subject: ServiceUnderTest, more: (inUse: ServiceInUse) => void): void {
  let engine: Engine;
  let double: ServiceDouble;
  const url = () => subject.url(double.url, secret);
  const relation = (identifier: string) => `"analytics"."shop"."${identifier.replace(/"/g, '""')}"`;

  describeWarehouse({
    name: subject.name,
    async prepare() {
      engine = await startEngine();
      double = await subject.start(engine);
    },
    async cleanUp() {
      await double.close();
      engine.close();
    },
    open: (options) => openWarehouse(url(), options),
    openUnreachable: () => openWarehouse(subject.url('http://127.0.0.1:1', 'hunter2')),
    relation,
    tables: () => engine.tables(),
  });

  describe(`${subject.name} over HTTP`, () => {
    beforeAll(async () => {
      engine = await startEngine();
      double = await subject.start(engine);
    });
    afterAll(async () => {
      await double.close();
      engine.close();
    });
    const ask = async (of: string, options: Parameters<typeof openWarehouse>[1] = {}, at = url()) => {
      const warehouse = openWarehouse(at, options);
      const answer = await warehouse.answer(question(of));
      await warehouse.close();
      return answer;
    };

    it('says of one relation that it may not be read, and goes on with the next', async () => {
      const warehouse = openWarehouse(url());
      const denied = await warehouse.answer(question(relation('denied')));
      expect(denied).toMatchObject({ known: false, reason: { code: subject.deniedCode ?? 'permission-denied' } });
      expect(await warehouse.answer(question(relation('orders')))).toMatchObject({ known: true, rows: 3 });
      // What the service says is not repeated.
      expect(JSON.stringify(denied)).not.toContain(secret);
    });

    it('says that the login was refused, and shows neither password', async () => {
      const answer = await ask(relation('orders'), {}, subject.url(double.url, 'wrong-hunter3'));
      expect(answer).toMatchObject({ known: false, reason: { code: 'warehouse-login' } });
      expect(JSON.stringify(answer)).not.toMatch(/hunter/);
    });

    it('lists the columns of a relation', async () => {
      const warehouse = openWarehouse(url());
      const of = { side: 'head' as const, uniqueId: id('orders'), relation: relation('before') };
      expect(await warehouse.answer(columnsQuestion(of))).toMatchObject({
        figures: { columns: 5 },
        columns: ['id', 'part', 'email', 'day', 'amount'].map((name) => ({
          name,
          type: expect.any(String),
        })),
      });
    });

    it('looks again until a statement has ended', async () => {
      double.slowness.looks = 3;
      expect(await ask(relation('orders'))).toMatchObject({ known: true, rows: 3 });
      double.slowness.looks = 0;
    });

    it('cancels what takes too long', async () => {
      const before = double.cancelled.length;
      const answer = await ask(relation('slow'), { deadlineMilliseconds: 1_200 });
      expect(answer).toMatchObject({ known: false, reason: { code: 'warehouse-timeout' } });
      expect(double.cancelled).toHaveLength(before + 1);
    });

    it('tries again what was not taken, and waits as long as it is told', async () => {
      double.instead.push({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } });
      const started = Date.now();
      expect(await ask(relation('orders'))).toMatchObject({ known: true, rows: 3 });
      expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
    });

    it.each([
      ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } }],
      ['a page of a proxy', { status: 200, body: `<html>${secret}</html>` }],
      ['an error of its own', { status: 500, body: { message: secret } }],
      ['JSON of another form', { status: 200, body: { data: 'x', rows: [], status: 7, error: [] } }],
    ])('answers %s with a reason, follows nothing, and repeats nothing', async (_, told) => {
      double.instead.push(told);
      const answer = await ask(relation('orders'));
      expect(answer).toMatchObject({
        known: false,
        reason: { code: expect.stringMatching(/^(query-failed|over-budget)$/) as unknown },
      });
      expect(JSON.stringify(answer)).not.toContain(secret);
      double.instead.length = 0;
    });

    it('does not wait for a service that does not answer', async () => {
      double.instead.push('never');
      expect(await ask(relation('orders'), { deadlineMilliseconds: 400 })).toMatchObject({
        known: false,
        reason: { code: 'warehouse-timeout' },
      });
    });

    it('refuses an endpoint without encryption elsewhere than on this machine, and an unknown parameter', () => {
      expect(() => openWarehouse(subject.url('http://db.example', 'hunter2'))).toThrow(/https/);
      expect(() => openWarehouse(`${url()}&rolle=x`)).toThrow(/unknown parameter; known are: .*timeout_seconds/);
      expect(() => openWarehouse(`${url()}&timeout_seconds=0`)).toThrow(/1 to 600/);
      expect(() => openWarehouse(`${url()}&rolle=x`)).not.toThrow(/hunter/);
    });

    it('is sent nothing but one SELECT, whatever a question holds', async () => {
      const before = double.statements.length;
      const warehouse = openWarehouse(url());
      await fc.assert(
        fc.asyncProperty(anyQuestion, async (one) => {
          await warehouse.answer(one);
        }),
        { numRuns: 60 },
      );
      await warehouse.close();
      const sent = double.statements.slice(before);
      expect(sent.length).toBeGreaterThan(10);
      for (const sql of sent) expect([sql, toOneSelect(sql, subject.dialect)]).toEqual([sql, sql]);
    });

    more({ double: () => double, url });
  });
}
