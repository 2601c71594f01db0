import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '#core/change';
import type { Gate } from '#core/gates';
import { gates } from '#core/gates';
import { literalsIn } from '#core/pii';
import type { ChangeWords } from '../../support/a-change.ts';
import { aChange, aModel } from '../../support/a-change.ts';

function kinds(text: string): readonly string[] {
  return [...literalsIn(text).keys()];
}

describe('a text holds', () => {
  it.each([
    ['select 4539148803436467 as c', ['payment card number']],
    ['4539 1488 0343 6467', ['payment card number']],
    ['5425-2334-3010-9903', ['payment card number']],
    ['374245455400126', ['payment card number']],
    ["'NL91ABNA0417164300'", ['IBAN']],
    ['DE75 5121 0800 1245 1261 99', ['IBAN']],
    ['536-22-8901', ['US social security number']],
    ['529.982.247-25', ['Brazilian CPF']],
    ['48392751S', ['Spanish DNI or NIE']],
    ['1 85 05 78 006 084 91', ['French NIR']],
    ['MRTMTT91D08F205J', ['Italian codice fiscale']],
    ['2341 2341 2346', ['Aadhaar number']],
    ['jane.doe@riverbank.org', ['e-mail address']],
    ['-----BEGIN RSA PRIVATE KEY-----', ['private key']],
    ['ghp_0123456789abcdefghijABCDEFGHIJ012345', ['access key']],
  ])('%s', (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it.each([
    ['one digit off', '4539148803436468'],
    ['a number of the manuals', '4111 1111 1111 1111'],
    ['a hash', 'd131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89'],
    ['a decimal', '0.4539148803436467'],
    ['a timestamp', '20240115093000123'],
    ['a version', '10.20.300-40'],
    ['a date range', '2024-01-15'],
    ['an area that was never given out', '666-12-3456'],
    ['IBAN with a digit off', 'NL92ABNA0417164300'],
    ['an address of a role', 'support@riverbank.org'],
    ['an example address', 'jane@example.com'],
    ['a clone address', 'git@host.org:a/b.git'],
    ['a package', 'user@1.2.3'],
    ['a Jinja call', "{{ ref('orders') }}"],
    ['a uuid', '123e4567-e89b-12d3-a456-426614174000'],
  ])('nothing: %s', (_, text) => {
    expect(kinds(text)).toEqual([]);
  });

  it('no card number where numbers alike fail Luhn more often than not', () => {
    const ids = ['4539148803436467', '4539148803436468', '4539148803436469', '4539148803436460'];
    expect(kinds(ids.join('\n'))).toEqual([]);
  });

  it('never takes long, whatever it holds', () => {
    const signs = fc.constantFrom(...'0123456789 -.@aAZ_+:'.split(''));
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 3_000 }), (all) => {
        expect(literalsIn(all.join('')).size).toBeLessThan(20);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the gate', () => {
  const gate = gates.find(({ id }) => id === 'pii') as Gate;
  function judge(change: Change) {
    const assistance = { level: 'unknown' as const, evidence: [], tools: [], note: null };
    return gate.judge({ change, assistance, depth: 'standard', settled: [], options: {} }, new Map());
  }
  const nodes = { nodes: [aModel('m')] };
  const withFile = (path: string, patch: string): ChangeWords => ({
    base: nodes,
    head: nodes,
    files: { [path]: patch },
  });
  const patch = (...rows: readonly string[]) => `@@ -1,1 +1,${rows.length} @@\n${rows.join('\n')}`;

  it('names file, line and kind, blocks what check digits prove, and never repeats the value', () => {
    const rows = ['+id,iban', '+1,NL91ABNA0417164300', '+2,DE75512108001245126199'];
    const result = judge(aChange(withFile('seeds/payers.csv', patch(...rows))));
    expect(result).toMatchObject({
      findings: [
        {
          messageId: 'literal-personal-data',
          basis: 'proven',
          place: { path: 'seeds/payers.csv', startLine: 2 },
          data: { file: 'seeds/payers.csv', line: 2, kind: 'IBAN', more: ' and 1 more line' },
        },
      ],
    });
    expect(JSON.stringify(result)).not.toMatch(/NL91|DE75/);
  });

  it.each([
    ['a fixture of a unit test', 'models/units.yml', '+      - {mail: jane.doe@riverbank.org}', 1],
    ['a description', 'models/s.yml', '+    description: such as jane.doe@riverbank.org', 1],
    ['whom to ask', 'models/s.yml', '+      email: jane.doe@riverbank.org', 0],
    ['a comment of SQL', 'models/m.sql', '+-- ask jane.doe@riverbank.org', 1],
    ['a picture', 'docs/a.png', '+jane.doe@riverbank.org', 0],
    ['a line that stood there', 'models/m.sql', ' -- ask jane.doe@riverbank.org', 0],
  ])('%s', (_, path, row, count) => {
    const result = judge(aChange(withFile(path, patch(row))));
    expect(result.outcome === 'failed' ? result.findings.length : 0).toBe(count);
  });

  it('says that it could not look where GitHub shows no diff', () => {
    const change = aChange(withFile('seeds/payers.csv', ''));
    const pullRequest = change.pullRequest;
    const files = (pullRequest?.changedFiles ?? []).map((file) => ({ ...file, patch: null }));
    const result = judge({
      ...change,
      pullRequest: pullRequest === null ? null : { ...pullRequest, changedFiles: files },
    });
    expect(result).toMatchObject({ outcome: 'unknown', reason: { code: 'no-diff' } });
  });

  it('without a pull request reads the code that base does not have', () => {
    const now = { nodes: [aModel('m', { raw: "select 1\nwhere mail = 'jane.doe@riverbank.org'" })] };
    const result = judge(aChange({ base: nodes, head: now, modified: ['m'] }));
    expect(result).toMatchObject({ findings: [{ data: { file: 'models/m.sql', line: 2, kind: 'e-mail address' } }] });
  });
});
