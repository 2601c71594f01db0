import { afterAll, describe, expect, it } from '@jest/globals';
import packageOf from '../../package.json' with { type: 'json' };
import { anAnalysed, aStream, publicKeyOf, rewritten } from '../support/audit.ts';
import { aFolder, runCli } from '../support/run-cli.ts';

const folder = aFolder();
afterAll(() => {
  folder.remove();
});

/** Lines of a log of three records; their repository's name holds what some readers take for a line's end. */
function lines(): readonly [string, string, string] {
  const stream = aStream('shop/ware\u2028house\u0085');
  for (const reviewId of ['review-2', 'review-3']) stream.add([anAnalysed({ reviewId })]);
  const [first = '', second = '', third = ''] = stream.lines();
  return [first, second, third];
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
  const cut = Buffer.concat([Buffer.from(`${first}\n`), Buffer.from([0xff, 0xfe]), Buffer.from(`${second}\n`)]);
  it.each([
    [
      'a record that was changed',
      `${first}\n${rewritten(second, '"review-2"', '"review-9"')}\n${third}\n`,
      2,
      '2',
      'it was changed',
    ],
    ['a record that was taken out', `${first}\n${third}\n`, 2, '3', 'record 2 of'],
    ['two records in each other’s place', `${second}\n${first}\n`, 1, '2', 'record 1 of'],
    ['a line that is no JSON', `${first}\n{"payload"\n${third}\n`, 2, '?', 'not JSON'],
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

  it('passes a log of before records were signed, and says that nobody signed it', async () => {
    const { code, out } = await runCli('audit', 'verify', 'test/fixtures/audit/v1.jsonl');
    expect(code).toBe(0);
    expect(out).toContain('shop/warehouse: 3 records, not signed');
  });

  it('says what it could not show, and less of that when it is given a key', async () => {
    const path = folder.write('audit.jsonl', lines().join('\n'));
    const keys = folder.write('keys.json', { keys: [publicKeyOf('first')] });
    expect((await runCli('audit', 'verify', path)).out).toContain('who signed');
    const { code, out } = await runCli('audit', 'verify', path, '--key', keys);
    expect(code).toBe(0);
    expect(out).not.toContain('who signed');
    expect(out).toContain('may have been cut off');
    const others = folder.write('others.json', { keys: [publicKeyOf('stranger')] });
    const wrong = await runCli('audit', 'verify', path, '--key', others);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('none of the keys that were given') });
    expect((await runCli('audit', 'verify', path, '--key', path)).code).toBe(3);
  });

  it('shows what the log says of one pull request', async () => {
    const path = folder.write('audit.jsonl', lines().join('\n'));
    const { code, out } = await runCli('audit', 'show', '7', path);
    expect(code).toBe(0);
    expect(out).toContain('record 2  analysed');
    expect(out).toContain(`by weirkeeper ${packageOf.version}\n`);
    expect(out).toContain('gate row-count: FAILED, 1 finding\n');
    expect(out).toContain('gate pii: UNKNOWN (no-catalog)\n');
    expect(await runCli('audit', 'show', '8', path)).toMatchObject({ code: 1, out: '' });
  });

  it.each(['absent.jsonl', '.'])('exits 3 for what is no file: %s', async (name) => {
    const { code, err } = await runCli('audit', 'verify', folder.path(name));
    expect(code).toBe(3);
    expect(err).toBe(`weirkeeper: ${folder.path(name)}: cannot be read; give the file of an exported audit log\n`);
  });
});
