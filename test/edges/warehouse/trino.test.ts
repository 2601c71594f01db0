import { expect, it } from '@jest/globals';
import { openWarehouse } from '#edges/warehouse';
import { secret, startTrino } from '../../support/warehouses/services.ts';
import { question } from './contract.ts';
import { describeService } from './http-contract.ts';

const orders = question('"analytics"."shop"."orders"');

describeService(
  {
    name: 'Trino',
    dialect: 'trino',
    start: startTrino,
    url: (endpoint, password) => `trino://reader:${password}@trino.example/analytics/shop?endpoint=${endpoint}`,
  },
  ({ double, url }) => {
    it('is asked with limits of time and bytes, and read page by page to the end, on the host that was given', async () => {
      const before = double().seen.length;
      double().slowness.looks = 1;
      const warehouse = openWarehouse(`${url()}&maximum_gigabytes=5&timeout_seconds=100`);
      expect(await warehouse.answer(orders)).toMatchObject({ known: true, rows: 3 });
      double().slowness.looks = 0;
      const [asked, ...pages] = double().seen.slice(before);
      expect(asked).toMatchObject({
        method: 'POST',
        path: '/v1/statement',
        text: 'select count(*) from "analytics"."shop"."orders"',
        headers: {
          'x-trino-user': 'reader',
          'x-trino-source': 'weirkeeper',
          'x-trino-catalog': 'analytics',
          'x-trino-schema': 'shop',
          'x-trino-session': 'query_max_run_time=90000ms,query_max_scan_physical_bytes=5000000000B',
        },
      });
      expect(pages.map(({ method, path }) => `${method} ${path.split('/').at(-1) ?? ''}`)).toEqual([
        'GET 0',
        'GET 1',
        'GET 9',
      ]);
    });

    it('does not send its credentials where a page points to', async () => {
      const before = double().seen.length;
      double().instead.push({ status: 200, body: { id: 'q', nextUri: 'https://evil.example//evil.example/x' } });
      await openWarehouse(url()).answer(orders);
      expect(double().seen[before + 1]?.path).toBe('//evil.example/x');
    });

    it.each([
      ['EXCEEDED_SCAN_LIMIT', 'over-budget'],
      ['EXCEEDED_TIME_LIMIT', 'warehouse-timeout'],
      ['CATALOG_NOT_FOUND', 'relation-absent'],
      ['GENERIC_INTERNAL_ERROR', 'query-failed'],
    ])('knows what %s says', async (errorName, code) => {
      double().instead.push({ status: 200, body: { id: 'q', error: { errorName, message: secret } } });
      const answer = await openWarehouse(`${url()}&maximum_gigabytes=5`).answer(orders);
      expect(answer).toMatchObject({ known: false, reason: { code } });
      expect(JSON.stringify(answer)).not.toContain(secret);
    });

    it('takes a JSON Web Token for a password', async () => {
      double().instead.push({ status: 200, body: { id: 'q', data: [[7]] } });
      expect(await openWarehouse(`${url()}&token_type=jwt`).answer(orders)).toMatchObject({ known: true, rows: 7 });
      expect(double().seen.at(-1)?.headers.authorization).toBe(`Bearer ${secret}`);
    });
  },
);
