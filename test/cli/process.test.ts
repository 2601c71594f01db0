import { describe, expect, it } from '@jest/globals';
import packageOf from '../../package.json' with { type: 'json' };
import { demo, demoWarehouse, spawn, spawnCli } from '../support/run-cli.ts';

/** The program as people start it. Its answers in detail are specified beside this file, without a process each. */

describe('weirkeeper review', () => {
  it.each([
    [1, 1, /fct_bookings: 1,555 → 3,120 rows/],
    [2, 1, /e-mail address/],
    [3, 0, /^✅ Clear/],
    [4, 1, /new DELETE/],
  ])('demo pull request %i exits %i', (number, code, text) => {
    const told = spawnCli(
      'review',
      '--base',
      demo('base'),
      '--head',
      demo(`pr-${String(number)}`),
      '--warehouse',
      demoWarehouse,
    );
    expect(told).toMatchObject({ code, err: '' });
    expect(told.out).toMatch(text);
  });

  it('exits 2 and says why on standard error too when it could not tell', () => {
    const told = spawnCli('review', '--base', demo('base'), '--head', 'demo/artifacts');
    expect(told.code).toBe(2);
    expect(told.out).toContain('Could not tell');
    expect(told.err).toMatch(/^weirkeeper: there is no manifest\.json in demo\/artifacts; run `dbt compile`.*\n$/);
  });

  it('exits 3 for a flag that there is not', () => {
    const told = spawnCli('review', '--base', demo('base'), '--head', demo('pr-3'), '--warehous', demoWarehouse);
    expect(told).toMatchObject({ code: 3, out: '' });
    expect(told.err).toMatch(/unknown option '--warehous'[\s\S]*--warehouse[\s\S]*weirkeeper --help/);
  });
});

it('a reader that closes early, as `head` does, is no failure', () => {
  const start = `"${process.execPath}" src/cli/weirkeeper.mjs lineage --manifest demo/artifacts/base/manifest.json.gz`;
  const told = spawn('bash', ['-c', `${start} | head -n 1; exit "\${PIPESTATUS[0]}"`]);
  expect(told).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(told.out)).toMatchObject({ column: 'member_id' });
});

describe('npx weirkeeper', () => {
  it('works in a checkout, and --help shows every command with examples', () => {
    const told = spawn('npx', ['--no-install', 'weirkeeper', '--help']);
    expect(told.code).toBe(0);
    for (const form of ['review --base', 'lineage --manifest', 'audit verify', 'serve']) {
      expect(told.out).toContain(`$ weirkeeper ${form}`);
    }
    expect(told.out).toContain('0 passed, 1 failed, 2 could not tell, 3 wrong use');
  });

  it('--version tells the version of the package', () => {
    expect(spawnCli('--version')).toMatchObject({ code: 0, out: `${packageOf.version}\n`, err: '' });
  });
});
