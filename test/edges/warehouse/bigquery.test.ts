import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openWarehouse } from '#edges/warehouse';
import { startDouble } from '../../support/warehouses/http-double.ts';
import { secret, startBigQuery } from '../../support/warehouses/services.ts';
import { question } from './contract.ts';
import { describeService } from './http-contract.ts';

const orders = question('`analytics`.`shop`.`orders`');

describeService(
  {
    name: 'BigQuery',
    dialect: 'bigquery',
    start: startBigQuery,
    url: (endpoint, password) => `bigquery://token:${password}@shop-prod?endpoint=${endpoint}`,
  },
  ({ double, url }) => {
    it('is asked for the price first, then the question with a limit, and looked at where the job is', async () => {
      const warehouse = openWarehouse(`${url()}&maximum_gigabytes=2&timeout_seconds=100`);
      const before = double().seen.length;
      await warehouse.answer(orders);
      const [dry, job, ...looks] = double().seen.slice(before);
      const query = { query: 'select count(*) from `analytics`.`shop`.`orders`', useLegacySql: false };
      expect(dry?.json).toEqual({ configuration: { dryRun: true, query } });
      expect(job?.json).toEqual({
        jobReference: { projectId: 'shop-prod', jobId: expect.stringMatching(/^weirkeeper_[0-9a-f-]{36}$/) as unknown },
        configuration: {
          jobTimeoutMs: '90000',
          labels: { asked_by: 'weirkeeper' },
          query: { ...query, maximumBytesBilled: '2000000000' },
        },
      });
      expect(looks.map(({ path }) => path)).toEqual(
        looks.map(() => expect.stringMatching(/queries\/weirkeeper_.*location=EU$/) as unknown),
      );
    });

    it('is not asked what would read more than is allowed', async () => {
      const before = double().seen.length;
      expect(await openWarehouse(`${url()}&maximum_gigabytes=0.5`).answer(orders)).toEqual({
        known: false,
        reason: {
          code: 'over-budget',
          text: 'the question would read 1 GB, more than the 0.5 GB that one question may',
          remedy: 'raise `maximum_gigabytes` in WAREHOUSE_URL',
        },
      });
      expect(double().seen).toHaveLength(before + 1);
    });

    it.each([
      [
        'that it is no SELECT',
        { statistics: { totalBytesProcessed: '0', query: { statementType: 'SCRIPT' } } },
        'not-one-select',
      ],
      ['no price', { statistics: {} }, 'over-budget'],
    ])('is not asked where the dry run says %s', async (_, body, code) => {
      const before = double().seen.length;
      double().instead.push({ status: 200, body });
      expect(await openWarehouse(url()).answer(orders)).toMatchObject({ known: false, reason: { code } });
      expect(double().seen).toHaveLength(before + 1);
    });

    it.each([
      [500, 'bytesBilledLimitExceeded', 'over-budget'],
      [400, 'invalidQuery', 'sql-refused'],
      [403, 'quotaExceeded', 'query-failed'],
    ])('says what %i %s is', async (status, why, code) => {
      double().instead.push({ status, body: { error: { code: status, errors: [{ reason: why, message: secret }] } } });
      const answer = await openWarehouse(url()).answer(orders);
      expect(answer).toMatchObject({ known: false, reason: { code } });
      expect(JSON.stringify(answer)).not.toContain(secret);
    });

    it('cancels a job whose insertion was never answered', async () => {
      const before = double().cancelled.length;
      // The dry run is answered, the job is not.
      double().instead.push(
        { status: 200, body: { statistics: { totalBytesProcessed: '1', query: { statementType: 'SELECT' } } } },
        'never',
      );
      await openWarehouse(url(), { deadlineMilliseconds: 400 }).answer(orders);
      expect(double().cancelled.slice(before)).toEqual([expect.stringMatching(/^weirkeeper_/) as unknown]);
    });

    it('finds a job whose insertion was answered by a proxy that gave up, when it tries again', async () => {
      const inserted = { status: 409, body: { error: { code: 409, errors: [{ reason: 'duplicate' }] } } };
      double().instead.push(
        { status: 200, body: { statistics: { totalBytesProcessed: '1', query: { statementType: 'SELECT' } } } },
        { status: 504 },
        inserted,
        { status: 200, body: { jobComplete: true, rows: [{ f: [{ v: '7' }] }] } },
      );
      expect(await openWarehouse(url()).answer(orders)).toMatchObject({ known: true, rows: 7 });
    });

    it('takes the key of a service account, and the account of the machine', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-bigquery-'));
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const google = await startDouble(() => ({ status: 200, body: { access_token: secret, expires_in: 3600 } }));
      const file = {
        type: 'service_account',
        client_email: 'reader@shop-prod.example',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        token_uri: `${google.url}/token`,
      };
      writeFileSync(join(folder, 'key.json'), JSON.stringify(file));
      const at = `bigquery://shop-prod?endpoint=${double().url}`;
      const byKey = openWarehouse(`${at}&credentials_path=${folder}/key.json`);
      expect(await byKey.answer(orders)).toMatchObject({ known: true, rows: 3 });
      expect(await byKey.answer(question('analytics.shop.empty'))).toMatchObject({ known: true, rows: 0 });
      expect(google.seen.map(({ path }) => path)).toEqual(['/token']);
      const assertion = new URLSearchParams(google.seen[0]?.text).get('assertion')?.split('.')[1] ?? '';
      expect(JSON.parse(Buffer.from(assertion, 'base64url').toString())).toMatchObject({
        iss: 'reader@shop-prod.example',
        scope: 'https://www.googleapis.com/auth/bigquery',
        aud: `${google.url}/token`,
      });
      const byMachine = openWarehouse(`${at}&metadata_host=${new URL(google.url).host}`);
      expect(await byMachine.answer(orders)).toMatchObject({ known: true, rows: 3 });
      expect(google.seen[1]).toMatchObject({
        path: '/computeMetadata/v1/instance/service-accounts/default/token',
        headers: { 'metadata-flavor': 'Google' },
      });
      const none = await openWarehouse(`${at}&credentials_path=${folder}/none.json`).answer(orders);
      expect(none).toMatchObject({ reason: { code: 'warehouse-login' } });
      await google.close();
      rmSync(folder, { recursive: true });
    });
  },
);
