import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openWarehouse } from '#edges/warehouse';
import type { Seen } from '../../support/warehouses/http-double.ts';
import { secret, startSnowflake } from '../../support/warehouses/services.ts';
import { question } from './contract.ts';
import { describeService } from './http-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'weirkeeper-snowflake-'));
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyPath = join(folder, 'key.p8');
writeFileSync(keyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }));

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

/** The claims of a token that the key has signed; null of any other. */
function claimsIn(token: string): Claims | null {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  return isSigned ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims) : null;
}

function isRight({ headers }: Seen): boolean {
  const token = headers.authorization?.replace('Bearer ', '') ?? '';
  const type = headers['x-snowflake-authorization-token-type'];
  if (type === 'KEYPAIR_JWT') return claimsIn(token)?.sub === 'MYORG-ACCOUNT.READER';
  return token === secret && (type === 'PROGRAMMATIC_ACCESS_TOKEN' || type === 'OAUTH');
}

describeService(
  {
    name: 'Snowflake',
    dialect: 'snowflake',
    start: (engine) => startSnowflake(engine, isRight),
    url: (endpoint, password) =>
      `snowflake://reader:${password}@myorg-account/ANALYTICS/SHOP?warehouse=WH&role=READER&endpoint=${endpoint}`,
  },
  ({ double, url }) => {
    it('is asked one statement a request, with its own time-out, role and warehouse', async () => {
      const warehouse = openWarehouse(`${url()}&timeout_seconds=100`);
      await warehouse.answer(question('analytics.shop.orders'));
      const asked = double().seen.findLast(({ method, path }) => method === 'POST' && path.includes('async=true'));
      expect(asked?.path).toMatch(/^\/api\/v2\/statements\?async=true&requestId=[0-9a-f-]{36}$/);
      expect(asked?.json).toEqual({
        statement: 'select count(*) from "ANALYTICS"."SHOP"."ORDERS"',
        timeout: 90,
        database: 'ANALYTICS',
        schema: 'SHOP',
        warehouse: 'WH',
        role: 'READER',
        parameters: { MULTI_STATEMENT_COUNT: '1', query_tag: 'weirkeeper' },
      });
    });

    it('takes a key pair, and signs one token for many questions', async () => {
      const { pathname } = new URL(`file://${keyPath}`);
      const at = `snowflake://reader@myorg-account?endpoint=${double().url}&private_key_path=${pathname}`;
      const warehouse = openWarehouse(at, { now: () => new Date(1_000_000_000_000) });
      for (const name of ['orders', 'empty'])
        expect(await warehouse.answer(question(`"analytics"."shop"."${name}"`))).toMatchObject({ known: true });
      const tokens = new Set(
        double()
          .seen.slice(-4)
          .map(({ headers }) => headers.authorization?.replace('Bearer ', '')),
      );
      expect(tokens.size).toBe(1);
      const der = publicKey.export({ type: 'spki', format: 'der' });
      expect(claimsIn([...tokens][0] ?? '')).toEqual({
        iss: `MYORG-ACCOUNT.READER.SHA256:${createHash('sha256').update(der).digest('base64')}`,
        sub: 'MYORG-ACCOUNT.READER',
        iat: 1_000_000_000,
        exp: 1_000_003_300,
      });
    });

    it('says which file holds no key', async () => {
      writeFileSync(join(folder, 'none.p8'), secret);
      const warehouse = openWarehouse(`snowflake://reader@a?private_key_path=${folder}/none.p8`);
      const answer = await warehouse.answer(question('orders'));
      expect(answer).toMatchObject({ reason: { text: expect.stringContaining('`private_key_path`') as unknown } });
      expect(JSON.stringify(answer)).not.toContain(secret);
      rmSync(folder, { recursive: true });
    });

    it.each([
      [{ status: 408, body: { code: '000630' } }, 'warehouse-timeout'],
      [{ status: 422, body: { code: '002043', sqlState: '02000' } }, 'relation-absent'],
    ])('knows what %j says', async (told, code) => {
      double().instead.push(told);
      expect(await openWarehouse(url()).answer(question('x'))).toMatchObject({ known: false, reason: { code } });
    });
  },
);
