import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { shop } from '../support/review-ports.ts';
import { aFolder, demo, demoWarehouse, runCli, type Told } from '../support/run-cli.ts';

const folder = aFolder();
afterAll(() => {
  folder.remove();
});

const base = folder.write('base.json', shop('select 1 as id'));
const head = folder.write('head.json', shop('select 2 as id', 'pr_7'));

async function review(...args: readonly string[]): Promise<Told> {
  return runCli('review', '--base', base, '--head', head, ...args);
}

async function reviewHead(path: string, ...args: readonly string[]): Promise<Told> {
  return runCli('review', '--base', base, '--head', path, ...args);
}

interface ReviewJson {
  readonly verdict: { readonly outcome: string };
  readonly modified: readonly { readonly unique_id: string }[];
  readonly gates: readonly { readonly id: string; readonly outcome: string; readonly reason: string | null }[];
  readonly lineage: {
    readonly models: number;
    readonly unresolved: readonly { readonly unique_id: string; readonly reason: string }[];
  };
  readonly assistance: { readonly level: string };
  readonly comment: string;
}

function gateOf(told: Told, id: string): ReviewJson['gates'][number] | undefined {
  return (JSON.parse(told.out) as ReviewJson).gates.find((gate) => gate.id === id);
}

describe('--format json', () => {
  const file = new URL('../../docs/review.schema.json', import.meta.url);
  const schema = z.fromJSONSchema(JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof z.fromJSONSchema>[0]);
  const pullRequest = new URL('../../demo/pull-requests/1-fanout-join/pull-request.json', import.meta.url).pathname;

  it('is what docs/review.schema.json says, with the contract’s fields and no others', async () => {
    const sides = ['--base', demo('base'), '--head', demo('pr-1'), '--warehouse', demoWarehouse];
    const told = await runCli('review', ...sides, '--pr', pullRequest, '--format', 'json');
    expect(told).toMatchObject({ code: 1, err: '' });
    const json = JSON.parse(told.out) as ReviewJson;
    expect(schema.safeParse(json).error).toBeUndefined();
    expect(schema.safeParse({ ...json, extra: 1 }).success).toBe(false);
    // Whether a counterexample is found in its time is the machine's to say.
    const shown = Object.entries(fieldsOf(json)).filter(([path]) => !path.includes('.counterexample'));
    expect(Object.fromEntries(shown)).toEqual({
      '': ['assistance', 'comment', 'gates', 'lineage', 'modified', 'schema', 'verdict'],
      verdict: ['outcome', 'reasons', 'rung'],
      'modified[]': ['causes', 'compiled', 'label', 'resource_type', 'selectors', 'unique_id'],
      'modified[].causes[]': ['kind', 'text'],
      'gates[]': ['findings', 'id', 'outcome', 'reason'],
      'gates[].findings[]': [
        'basis',
        'column',
        'counterexample',
        'declaration',
        'downstream',
        'fingerprint',
        'line',
        'matters',
        'message_id',
        'moves_rows_of',
        'not_executed',
        'path',
        'rule_severity',
        'safe_if',
        'severity',
        'text',
        'unique_id',
        'yaml',
      ],
      lineage: ['columns', 'models', 'resolved', 'unresolved'],
      assistance: ['evidence', 'level'],
      'assistance.evidence[]': ['kind', 'score', 'text', 'tool', 'where'],
    });
    expect(json.assistance.level).toBe('assisted');
    expect(json.lineage.models).toBeGreaterThan(20);
  });

  it('is the same schema when nothing could be read', async () => {
    const told = await reviewHead(folder.write('empty.json', ''), '--format', 'json');
    expect(told.code).toBe(2);
    expect(schema.safeParse(JSON.parse(told.out)).error).toBeUndefined();
    expect(told.err).toContain('empty.json is empty');
  });
});

it('--format markdown prints the comment, the same that the JSON holds but for its record', async () => {
  const [markdown, json] = [await review('--format', 'markdown'), await review('--format', 'json')];
  expect(markdown.out).toMatch(/^<!-- weirkeeper:review -->\n### ❔ Could not tell/);
  const withoutRecord = (text: string): string => text.replaceAll(/[0-9a-f]{12,64}/g, 'DIGEST').trim();
  expect(withoutRecord(markdown.out)).toBe(withoutRecord((JSON.parse(json.out) as ReviewJson).comment));
});

describe('exit 2, could not tell', () => {
  it('without a warehouse and without run results', async () => {
    const told = await review('--format', 'json');
    expect(told).toMatchObject({ code: 2, err: '' });
    expect(gateOf(told, 'row-count')).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('warehouse'),
    });
    expect(gateOf(told, 'dbt-run')).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringMatching(/run_results\.json.*dbt build/),
    });
  });

  const manifest = JSON.stringify(shop('select 2 as id', 'pr_7'));
  const pretty = JSON.stringify(JSON.parse(manifest), null, 2);
  it.each([
    [
      'a truncated manifest',
      'cut.json',
      pretty.slice(0, 300),
      /cut\.json ends in the middle, at line \d+, column \d+; .*dbt/,
    ],
    [
      'what is not JSON',
      'text.json',
      'hello',
      /text\.json is not JSON: unexpected "hello" at line 1, column 1; upload/,
    ],
    ['JSON that is no manifest', 'other.json', '{"a": 1}', /other\.json is not a dbt manifest: metadata\..*; .*target/],
    [
      'an unknown version',
      'v99.json',
      manifest.replace('manifest/v12', 'manifest/v99'),
      /v99\.json .*version v99; v4 to v12 are supported; .*dbt/,
    ],
    ['gzip that is none', 'm.json.gz', 'hello', /m\.json\.gz cannot be inflated .*; upload it again/],
    [
      'gzip that was cut',
      'n.json.gz',
      gzipSync(manifest).subarray(0, 200),
      /n\.json\.gz cannot be inflated .*; upload it again/,
    ],
    [
      'text that is not UTF-8',
      'latin.json',
      Buffer.from('{"a": "é"}', 'latin1'),
      /latin\.json is not UTF-8 text; give/,
    ],
  ] as const)('%s: file, place and remedy stand on both streams', async (_case, name, content, message) => {
    const told = await reviewHead(folder.write(name, content));
    expect(told.code).toBe(2);
    expect(told.err).toMatch(new RegExp(`^weirkeeper: .*${message.source}.*\n$`));
    expect(told.out).toContain('Could not tell');
  });

  it('a catalog that cannot be read is named', async () => {
    const told = await review('--head-catalog', folder.write('catalog.json', '{'));
    expect(told.code).toBe(2);
    expect(told.err).toMatch(/^weirkeeper: head catalog\.json ends in the middle, at line 1, column 2; /);
  });

  it('models without compiled SQL that cannot be rendered either are named by column-lineage, with what to run', async () => {
    const bare = shop('select 2 as id', 'pr_7');
    for (const node of Object.values<Record<string, unknown>>(bare['nodes'])) {
      delete node['compiled_code'];
      node['raw_code'] = 'select {{ 1 ';
    }
    const told = await reviewHead(folder.write('parsed-only.json', bare), '--format', 'json');
    expect(told.code).toBe(2);
    expect(gateOf(told, 'column-lineage')).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringMatching(/model\.shop\.orders.*compile/),
    });
  });

  it('SQL that cannot be parsed is named with line and column', async () => {
    const torn = shop('select 1 as id\nfrom (select', 'pr_7');
    const told = await reviewHead(folder.write('torn.json', torn), '--format', 'json');
    expect(told.code).toBe(2);
    expect(gateOf(told, 'column-lineage')).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringMatching(/could not be parsed .*2:\d+.*; check that the compiled SQL runs/),
    });
    const { unresolved } = (JSON.parse(told.out) as ReviewJson).lineage;
    expect(unresolved.find(({ unique_id }) => unique_id === 'model.shop.orders')?.reason).toMatch(/2:\d+/);
  });

  it.each([
    ['a DuckDB file that is not there', folder.path('absent.duckdb'), `--warehouse ${folder.path('absent.duckdb')}: `],
    ['a server that is not there', 'postgres://ann:hunter2@127.0.0.1:1/shop', '--warehouse: '],
  ])('%s leaves row-count alone unknown, and gives no password away', async (_case, warehouse, beginning) => {
    const told = await review('--warehouse', warehouse, '--format', 'json');
    expect(told.code).toBe(2);
    expect(told.err.startsWith(`weirkeeper: ${beginning}`)).toBe(true);
    expect(told.err).toMatch(/(cannot be opened|cannot be reached); check .*--warehouse\n$/);
    expect(told.err + told.out).not.toContain('hunter2');
    expect(gateOf(told, 'row-count')?.outcome).toBe('unknown');
    expect(gateOf(told, 'state')?.outcome).toBe('passed');
  });

  it.each([
    ['is not JSON', '{"counts":', /weirkeeper-evidence\.json is not JSON; see docs/],
    [
      'is not of its schema',
      {
        schema: 'weirkeeper.evidence/v1',
        generated_at: '2026-03-04T05:06:07Z',
        counts: [
          { side: 'head', unique_id: 'model.shop.orders', relation: 'orders', rows: -1, at: '2026-03-04T05:06:07Z' },
        ],
      },
      /weirkeeper-evidence\.json is not of schema weirkeeper\.evidence\/v1, at counts\.0\.rows; see docs/,
    ],
  ])('an evidence file that %s is named', async (_case, content, message) => {
    const path = folder.write('counts.json', content);
    const told = await review('--evidence', path, '--format', 'json');
    expect(told.code).toBe(2);
    expect(told.err).toMatch(message);
    expect(told.err.startsWith(`weirkeeper: --evidence ${path}: `)).toBe(true);
  });
});

describe('exit 3, wrong use', () => {
  const policy = folder.write('policy.yml', 'version: 1\ngates:\n  row-count:\n    treshold_percent: 5\n');
  it.each([
    [
      'a side that is not there',
      ['--head', folder.path('no')],
      /no: there is no such file.*; check the path after --head/,
    ],
    ['a catalog that is not there', ['--base-catalog', folder.path('no')], /no: there is no such file.*--base-catalog/],
    [
      'a policy that is not there',
      ['--policy', folder.path('no.yml')],
      /no\.yml: cannot be read; --policy takes a file/,
    ],
    [
      'an evidence file that is not there',
      ['--evidence', folder.path('no.json')],
      /no\.json: cannot be read; --evidence/,
    ],
    [
      'a pull request that is not there',
      ['--pr', folder.path('no.json')],
      /no\.json: cannot be read; --pr takes a file/,
    ],
    [
      'a key that a policy does not have',
      ['--policy', policy],
      /policy\.yml:4:5 .*treshold_percent.*"threshold_percent"/,
    ],
    ['a pull request that is not JSON', ['--pr', folder.write('a.json', 'no\n')], /a\.json: not JSON: .*; --pr takes/],
    [
      'a pull request of another form',
      ['--pr', folder.write('b.json', '{"commits":[{}]}')],
      /b\.json: commits\.0\.message: .*; --pr takes/,
    ],
    ['bytes for a pull request', ['--pr', folder.write('c.json', gzipSync('{}'))], /c\.json: is not UTF-8 text; /],
    [
      'a warehouse of no known kind',
      ['--warehouse', 'mysql://ann:hunter2@db'],
      /^weirkeeper: --warehouse is of no known kind.*duckdb:\/\/\//,
    ],
    ['a format that there is not', ['--format', 'xml'], /'xml' is invalid.*text, markdown, json/],
    ['two sources of counts', ['--warehouse', 'x.duckdb', '--evidence', base], /cannot be used with/],
    ['an argument too many', ['more'], /too many arguments/],
  ] as const)('%s: nothing is printed but the message', async (_case, args, message) => {
    const told = await review(...args);
    expect(told).toMatchObject({ code: 3, out: '' });
    expect(told.err).toMatch(message);
    expect(told.err).not.toContain('hunter2');
    expect(told.err).not.toMatch(/\n\s+at /);
  });

  it.each([[['review', '--base', base]], [['reviews']], [[]]])('%j', async (args) => {
    const told = await runCli(...args);
    expect(told).toMatchObject({ code: 3, out: '' });
    expect(told.err).not.toBe('');
  });
});

describe('where artifacts may lie', () => {
  it('a manifest file, plain or gzip, says the same as its directory', async () => {
    const bytes = gunzipSync(readFileSync(`${demo('pr-3')}/manifest.json.gz`));
    const plain = folder.write('plain.json', bytes);
    const packed = folder.write('packed.json.gz', gzipSync(bytes));
    const sides = ['--base', `${demo('base')}/manifest.json.gz`, '--base-catalog', `${demo('base')}/catalog.json.gz`];
    const catalog = ['--head-catalog', `${demo('pr-3')}/catalog.json.gz`, '--format', 'json'];
    const answers: unknown[] = [];
    for (const path of [plain, packed]) {
      const { out } = await runCli('review', ...sides, '--head', path, ...catalog);
      const { modified, lineage, gates } = JSON.parse(out) as ReviewJson;
      answers.push({ modified, lineage, gates });
    }
    expect(answers[0]).toEqual(answers[1]);
    const { out } = await runCli('review', '--base', demo('base'), '--head', demo('pr-3'), '--format', 'json');
    const { modified, lineage } = JSON.parse(out) as ReviewJson;
    expect(answers[0]).toMatchObject({ modified, lineage });
    expect(modified).toHaveLength(3);
  });
});

/** Names of the fields at each place of a value, `[]` for any item of a list. */
function fieldsOf(value: unknown, place = '', found: Record<string, readonly string[]> = {}): typeof found {
  if (Array.isArray(value)) for (const item of value) fieldsOf(item, `${place}[]`, found);
  else if (typeof value === 'object' && value !== null) {
    found[place] = Object.keys(value).toSorted();
    for (const [key, part] of Object.entries(value)) fieldsOf(part, place === '' ? key : `${place}.${key}`, found);
  }
  return found;
}
