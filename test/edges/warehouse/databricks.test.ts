import { expect, it } from '@jest/globals';
import { openWarehouse } from '#edges/warehouse';
import { secret, startDatabricks } from '../../support/warehouses/services.ts';
import { question } from './contract.ts';
import { describeService } from './http-contract.ts';

const orders = question('`analytics`.`shop`.`orders`');

describeService(
  {
    name: 'Databricks',
    dialect: 'databricks',
    start: startDatabricks,
    url: (endpoint, password) =>
      `databricks://token:${password}@dbc-1.cloud.databricks.com/sql/1.0/warehouses/abc123?catalog=main&endpoint=${endpoint}`,
  },
  ({ double, url }) => {
    it('is asked without waiting, for one row', async () => {
      await openWarehouse(url()).answer(orders);
      const asked = double().seen.findLast(({ path }) => path === '/api/2.0/sql/statements');
      expect(asked?.json).toEqual({
        statement: 'select count(*) from `analytics`.`shop`.`orders`',
        warehouse_id: 'abc123',
        catalog: 'main',
        wait_timeout: '0s',
        on_wait_timeout: 'CONTINUE',
        disposition: 'INLINE',
        format: 'JSON_ARRAY',
        row_limit: 1,
      });
    });

    it('takes a service principal, and asks for one token for many questions', async () => {
      const before = double().seen.length;
      const at = `databricks://robot:${secret}@dbc-1.cloud.databricks.com/abc123?endpoint=${double().url}`;
      const warehouse = openWarehouse(at);
      for (const name of ['orders', 'empty'])
        expect(await warehouse.answer(question(`analytics.shop.${name}`))).toMatchObject({ known: true });
      const tokens = double()
        .seen.slice(before)
        .filter(({ path }) => path === '/oidc/v1/token');
      expect(tokens.map(({ text }) => text)).toEqual(['grant_type=client_credentials&scope=all-apis']);
      const wrong = await openWarehouse(at.replace(secret, 'hunter3')).answer(orders);
      expect(wrong).toMatchObject({ known: false, reason: { code: 'warehouse-login' } });
    });

    it.each([
      [{ state: 'CANCELED' }, 'warehouse-timeout'],
      [{ state: 'FAILED', sql_state: '42P01', error: { message: secret } }, 'relation-absent'],
      [{ state: 'FAILED', error: { message: `[DIVIDE_BY_ZERO] ${secret}` } }, 'query-failed'],
      [{ state: 'CLOSED' }, 'query-failed'],
    ])('knows what %j says', async (status, code) => {
      double().instead.push({ status: 200, body: { statement_id: 'x', status } });
      const answer = await openWarehouse(url()).answer(orders);
      expect(answer).toMatchObject({ known: false, reason: { code } });
      expect(JSON.stringify(answer)).not.toContain(secret);
    });

    it('needs the id of a SQL warehouse', () => {
      expect(() => openWarehouse('databricks://token:hunter2@host')).toThrow(/names no SQL warehouse/);
    });
  },
);
