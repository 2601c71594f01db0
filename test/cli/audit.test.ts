import { afterAll, describe, expect, it } from '@jest/globals';
import { auditLine, auditRecord } from '#core/audit';
import { anAuditInput } from '../support/audit.ts';
import { aFolder, runCli } from '../support/run-cli.ts';

const folder = aFolder();
afterAll(() => {
  folder.remove();
});

/** Lines of a log of three records; their repository's name holds what some readers take for a line's end. */
function lines(): readonly [string, string, string] {
  const repository = 'shop/ware\u2028house\u0085';
  const first = auditRecord(anAuditInput({ repository }));
  const second = auditRecord(anAuditInput({ repository, last: first, reviewId: 'review-2' }));
  const third = auditRecord(anAuditInput({ repository, last: second, reviewId: 'review-3' }));
  return [auditLine(first), auditLine(second), auditLine(third)];
}

async function verify(content: string | Uint8Array): ReturnType<typeof runCli> {
  return runCli('audit', 'verify', folder.write('audit.jsonl', content));
}

describe('weirkeeper audit verify', () => {
  it.each([
    ['with a newline at its end', `${lines().join('\n')}\n`, '3 records'],
    ['without one', lines().join('\n'), '3 records'],
    ['of one record', lines()[0], '1 record,'],
    ['that is empty', '', '0 records'],
  ])('passes a whole log %s', async (_case, content, records) => {
    const { code, out, err } = await verify(content);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`${folder.path('audit.jsonl')}: ${records}`);
    expect(out).toContain('chain intact');
  });

  const [first, second, third] = lines();
  const bytes = Buffer.from(`${first}\n${second}\n${third}\n`);
  const cut = Buffer.concat([Buffer.from(`${first}\n`), Buffer.from([0xff, 0xfe]), Buffer.from(`${second}\n`)]);
  it.each([
    [
      'a record that was changed',
      bytes.toString().replace('"review-2"', '"review-9"'),
      2,
      '2',
      'the record was changed',
    ],
    ['a record that was taken out', `${first}\n${third}\n`, 2, '3', 'record 2 of'],
    ['two records in each other’s place', `${second}\n${first}\n`, 1, '2', 'record 1 of'],
    ['a line that is no JSON', `${first}\n{"digest"\n${third}\n`, 2, '?', 'not JSON'],
    ['an empty line in the middle', `${first}\n\n${second}\n`, 2, '?', 'the line is empty'],
    ['two empty lines at the end', `${first}\n\n\n`, 2, '?', 'the line is empty'],
    ['Windows line ends', `${first}\r\n`, 1, '1', 'not canonical'],
    ['a byte order mark', `\uFEFF${first}\n`, 1, '?', 'not JSON'],
    ['bytes that are no UTF-8', cut, 2, '?', 'the line is not UTF-8 text'],
    ['a broken record before bytes that are no UTF-8', Buffer.concat([Buffer.from('x'), cut]), 1, '?', 'not JSON'],
  ])('names the first broken record and exits 1: %s', async (_case, content, line, seq, why) => {
    const { code, out, err } = await verify(content);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      new RegExp(`^.*audit\\.jsonl:${String(line)}: record ${seq === '?' ? '\\?' : seq} is broken: `),
    );
    expect(err).toContain(why);
  });

  it('does not take bytes that are no text for the character that stands for them', async () => {
    const record = auditLine(auditRecord(anAuditInput({ repository: 'shop/\uFFFD' })));
    const [before = '', after = ''] = record.split('\uFFFD');
    const forged = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
    expect((await verify(record)).code).toBe(0);
    expect((await verify(forged)).code).toBe(1);
  });

  it.each(['absent.jsonl', '.'])('exits 3 for what is no file: %s', async (name) => {
    const { code, err } = await runCli('audit', 'verify', folder.path(name));
    expect(code).toBe(3);
    expect(err).toBe(`weirkeeper: ${folder.path(name)}: cannot be read; give the file of an exported audit log\n`);
  });
});
